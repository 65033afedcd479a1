/** Agents that need an earlier call, or certain arguments, to be reached. A check reaches them as well. */
import { Agent, Result, tool } from 'swarmcheck';
import type { ScenarioRun } from 'swarmcheck/testing';
import { expect, test } from 'vitest';
import { Failures } from './desk.ts';

const never =
  (name: string) =>
  ({ trace }: ScenarioRun) =>
    !trace.toolCalls.some((call) => call.tool === name && call.error === undefined);

test('a check reaches an agent whose handoff needs another call first', async () => {
  using failures = new Failures();
  const billing = new Agent({
    name: 'Billing',
    functions: [tool({ name: 'refund', execute: () => 'done' })],
  });
  const desk = new Agent({
    name: 'Desk',
    functions: [
      tool({ name: 'verify', execute: () => new Result({ contextVariables: { verified: true } }) }),
      tool({
        name: 'to_billing',
        execute: (_args, { contextVariables }) => (contextVariables['verified'] ? billing : 'Verify first.'),
      }),
    ],
  });
  const error = await failures.failureOf(desk, { always: { 'no refund': never('refund') } });
  expect(error.steps).toHaveLength(5);
});

test('a check reaches an agent whose handoff needs certain arguments', async () => {
  using failures = new Failures();
  const sales = new Agent({ name: 'Sales', functions: [tool({ name: 'sell', execute: () => 'sold' })] });
  const triage = new Agent({
    name: 'Triage',
    functions: [
      tool({
        name: 'transfer',
        parameters: {
          type: 'object',
          properties: { to: { enum: ['billing', 'support', 'sales'] } },
          required: ['to'],
        },
        execute: ({ to }) => (to === 'sales' ? sales : 'Nobody is there.'),
      }),
    ],
  });
  const error = await failures.failureOf(triage, { always: { 'no sale': never('sell') } });
  expect(error.steps).toHaveLength(4);
});
