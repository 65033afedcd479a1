import { Result, tool, type ToolContext } from 'swarmcheck';
import { z } from 'zod';
import { refundOf, rentalOf, type Customer } from './shop.ts';

const number = z.string().describe('As on the receipt: R-1');

export const lookUpRental = tool({
  name: 'look_up_rental',
  parameters: z.object({ number }),
  execute({ number }, { contextVariables: customer }: ToolContext<Customer>) {
    const rental = rentalOf(customer, number);
    return { ...rental, refundable: refundOf(rental), discount: customer.discount };
  },
});

export const grantDiscount = tool({
  name: 'grant_discount',
  description: 'Takes something off all rentals to come.',
  parameters: z.object({ percent: z.int().min(5).max(20) }),
  execute: ({ percent }) =>
    new Result<Customer>({ value: `${percent} % off from now on.`, contextVariables: { discount: percent } }),
});

export const refundRental = tool({
  name: 'refund_rental',
  description: 'Takes an instrument back, and refunds the months that have not begun.',
  parameters: z.object({ number, reason: z.string().optional() }),
  execute({ number }, { contextVariables: customer }: ToolContext<Customer>) {
    const rental = rentalOf(customer, number);
    if (rental.refunded !== undefined)
      throw new Error(`${number} is refunded already, with ${rental.refunded} euros.`);
    // Changed directly, not by a Result, so that a second call in the same turn sees it.
    rental.refunded = refundOf(rental);
    return `${number} is refunded with ${rental.refunded} euros.`;
  },
});
