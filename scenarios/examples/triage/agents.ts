import { Agent, Result, tool } from 'swarmcheck';
import { z } from 'zod';
import type { Customer } from './shop.ts';
import { grantDiscount, lookUpRental, refundRental } from './refunds-tools.ts';
import { listInstruments, quote, rentInstrument } from './sales-tools.ts';

/** Hands back with a reason, which the triage agent reads as the result of the call. */
const backToTriage = tool({
  name: 'back_to_triage',
  description: 'For everything that is not your business. Say what the customer wants.',
  parameters: z.object({ wish: z.string() }),
  execute: ({ wish }) => new Result({ value: `The customer wants: ${wish}`, agent: triage }),
});

export const triage = new Agent<Customer>({
  name: 'Triage',
  instructions: ({ name }) =>
    `You are the first whom ${name} talks to in a shop that lets out instruments. Find out what they want, ` +
    'ask if it is not clear, and transfer them. Say nothing about prices and refunds yourself.',
  functions: [
    function transfer_to_sales() {
      return sales;
    },
    function transfer_to_refunds() {
      return refunds;
    },
  ],
});

export const sales = new Agent<Customer>({
  name: 'Sales',
  instructions: ({ name, discount }) =>
    `Let out instruments to ${name}, who gets ${discount} % off. Quote the price before you rent anything out.`,
  functions: [listInstruments, quote, rentInstrument, backToTriage],
});

export const refunds = new Agent<Customer>({
  name: 'Refunds',
  instructions: ({ name, discount }) =>
    `Take instruments back from ${name}. Look the rental up first. ` +
    (discount > 0
      ? `They have ${discount} % off already, so offer them no more: refund what they ask for.`
      : 'If it is too expensive, offer a discount on something smaller before you refund it.'),
  functions: [lookUpRental, grantDiscount, refundRental, backToTriage],
});
