import { tool, type ToolContext } from 'swarmcheck';
import { z } from 'zod';
import { instruments, monthlyPrice, priceOf, type Customer } from './shop.ts';

const order = z.object({ instrument: z.enum(instruments), months: z.int().min(1).max(12) });

export const listInstruments = tool({
  name: 'list_instruments',
  description: 'What there is to rent, and what it costs in a month without a discount.',
  parameters: z.object({ underEuros: z.number().optional() }),
  execute: ({ underEuros = Infinity }) =>
    Object.fromEntries(Object.entries(monthlyPrice).filter(([, euros]) => euros < underEuros)),
});

export const quote = tool({
  name: 'quote',
  description: 'The price of a rental for this customer. Rents nothing out.',
  parameters: order,
  execute: ({ instrument, months }, { contextVariables: { discount } }: ToolContext<Customer>) => ({
    instrument,
    months,
    euros: priceOf(instrument, months, discount),
  }),
});

export const rentInstrument = tool({
  name: 'rent_instrument',
  description: 'Rents an instrument out, once the customer has agreed to the price.',
  parameters: order,
  execute({ instrument, months }, { contextVariables: { rentals, discount } }: ToolContext<Customer>) {
    const number = `R-${rentals.length + 1}`;
    const paid = priceOf(instrument, months, discount);
    // Changed directly, not by a Result: otherwise two rentals of one turn would have the same number.
    rentals.push({ number, instrument, months, begun: 0, paid });
    return { number, instrument, months, paid };
  },
});
