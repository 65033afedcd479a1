import { tool, type ToolContext } from 'swarmcheck';
import { z } from 'zod';
import type { CustomerCase } from './customer-case.ts';
import {
  creditsFor,
  fareRules,
  freeFlights,
  whyNoChange,
  whyNoCredits,
  whyNoRefund,
  whyNoSearch,
} from './policy.ts';

/** A tool answers the model with the message of its error, so the message says what to do better. */
function refuse(because: string | undefined): void {
  if (because !== undefined) throw new Error(because);
}

// All tools change the case directly, not by a Result, so that a second call in the same turn sees the change.

export const escalateToAgent = tool({
  name: 'escalate_to_agent',
  description:
    'Calls a person, who takes over. For what the routine does not allow, and whoever asks for one.',
  parameters: z.object({
    reason: z.string().min(10).describe('What that person has to know, in a sentence'),
  }),
  execute({ reason }, { contextVariables: customer }: ToolContext<CustomerCase>) {
    customer.escalation = reason;
    return 'A person takes over in a few minutes. Tell the customer, and do nothing more.';
  },
});

export const caseResolved = tool({
  name: 'case_resolved',
  description: 'Notes that what the customer came for is done.',
  parameters: z.object({ summary: z.string() }),
  execute({ summary }, { contextVariables: { resolved, escalation } }: ToolContext<CustomerCase>) {
    refuse(escalation && 'A person has taken over, and closes the case.');
    resolved.push(summary);
    return 'Noted.';
  },
});

export const validToChangeFlight = tool({
  name: 'valid_to_change_flight',
  description:
    'Says whether the booking can be changed, for which fee, and to which flights. Changes nothing.',
  execute(_args, { contextVariables: customer }: ToolContext<CustomerCase>) {
    const because = whyNoChange(customer.booking);
    if (because !== undefined) return { valid: false, because };
    const flights = freeFlights(customer).map(({ number, departs }) => `${number}, ${departs}`);
    return { valid: true, fee: fareRules[customer.booking.fare].changeFee, flights };
  },
});

export const changeFlight = tool({
  name: 'change_flight',
  description: 'Moves the booking to another flight, and charges the fee.',
  parameters: z.object({
    flight: z
      .string()
      .regex(/^LPW \d{3}$/)
      .describe('Its number, such as LPW 100'),
  }),
  execute({ flight: number }, { contextVariables: customer }: ToolContext<CustomerCase>) {
    const { booking } = customer;
    refuse(whyNoChange(booking));
    const flights = freeFlights(customer);
    const flight = flights.find((one) => one.number === number);
    if (!flight)
      throw new Error(
        `${number} has no seat for this booking. These have: ${flights.map(({ number }) => number).join(', ')}.`,
      );
    const fee = fareRules[booking.fare].changeFee;
    flight.seats--;
    booking.paid += fee;
    booking.flight = flight;
    return `${booking.code} is on ${number} now, ${flight.departs}. Charged: ${fee} euros.`;
  },
});

export const initiateRefund = tool({
  name: 'initiate_refund',
  description: 'Cancels the booking, and pays the money back.',
  execute(_args, { contextVariables: { booking } }: ToolContext<CustomerCase>) {
    refuse(whyNoRefund(booking));
    booking.status = 'refunded';
    return `${booking.code} is cancelled. ${booking.paid} euros go back to the card.`;
  },
});

export const initiateFlightCredits = tool({
  name: 'initiate_flight_credits',
  description: 'Cancels the booking, and gives credits for flights to come.',
  execute(_args, { contextVariables: customer }: ToolContext<CustomerCase>) {
    const { booking } = customer;
    refuse(whyNoCredits(booking));
    const credits = creditsFor(booking);
    booking.status = 'credited';
    customer.credits += credits;
    return `${booking.code} is cancelled, for ${credits} euros in credits.`;
  },
});

export const initiateBaggageSearch = tool({
  name: 'initiate_baggage_search',
  description: 'Has all stations look for a bag.',
  parameters: z.object({
    tag: z.string().regex(/^\d{3} \d{3}$/),
    looks: z.string().describe('What the customer says it looks like'),
  }),
  execute({ tag }, { contextVariables: { bags } }: ToolContext<CustomerCase>) {
    const bag = bags.find((one) => one.tag === tag);
    if (!bag)
      throw new Error(`No bag ${tag} is missing. Missing are: ${bags.map(({ tag }) => tag).join(', ')}.`);
    refuse(whyNoSearch(bag));
    bag.search = `S-${tag.replace(' ', '')}`;
    return `The search ${bag.search} for bag ${tag} has begun.`;
  },
});
