import { Agent, Result, tool, type Message } from 'swarmcheck';
import {
  callTool,
  runScenario,
  say,
  user,
  type Expectations,
  type Scenario,
  type ScenarioRun,
  type Step,
} from 'swarmcheck/testing';
import { messagesOf } from './failures.ts';

/** Hands over to Refunds. */
export const triage = new Agent({
  name: 'Triage',
  instructions: 'Find out what the user needs.',
  functions: [
    function transfer_to_refunds() {
      return refunds;
    },
  ],
});

/** Looks orders up, and refunds them. */
export const refunds = new Agent({
  name: 'Refunds',
  instructions: 'Refund what was paid.',
  functions: [
    tool({
      name: 'look_up',
      description: 'Finds an order.',
      parameters: { type: 'object', properties: { orderId: { type: 'string' } }, required: ['orderId'] },
      execute: ({ orderId }) => ({ orderId, paid: true }),
    }),
    tool({
      name: 'issue_refund',
      parameters: {
        type: 'object',
        properties: { orderId: { type: 'string' }, amount: { type: 'number' } },
        required: ['orderId'],
      },
      execute: ({ orderId }) =>
        new Result({ value: `refunded ${orderId}`, contextVariables: { refunded: [orderId] } }),
    }),
    function back_to_triage() {
      return triage;
    },
  ],
});

/** Hands over, refunds, says so. */
export const refundSteps: Step[] = [
  user('I want my money back for A-17.'),
  callTool('transfer_to_refunds'),
  callTool('issue_refund', { orderId: 'A-17', amount: 5 }),
  say('Done: A-17 is refunded.'),
];

/** Plays the refund, or what differs from it. */
export function playRefund(different: Partial<Scenario> = {}): Promise<ScenarioRun> {
  return runScenario({ agent: triage, steps: refundSteps, contextVariables: { user: 'Ann' }, ...different });
}

/** The one message with which the refund fails to meet an expectation. */
export async function refundFailure(
  expectations: Expectations,
  different: Partial<Scenario> = {},
): Promise<string> {
  const run = await playRefund({ ...different, expect: expectations });
  const messages = messagesOf(run);
  if (run.passed || messages.length !== 1)
    throw new Error(`One failure was expected, but there were: ${JSON.stringify(messages)}`);
  return messages[0]!;
}

/** The agent in whose use the mistakes are made: it looks orders up. */
export const desk = new Agent({
  name: 'Desk',
  functions: [
    tool({
      name: 'look_up',
      parameters: { type: 'object', properties: { orderId: { type: 'string' } }, required: ['orderId'] },
      execute: ({ orderId }) => `${orderId} is paid`,
    }),
  ],
});

/** What it is asked. */
export const messages: Message[] = [{ role: 'user', content: 'Where is A-17?' }];
