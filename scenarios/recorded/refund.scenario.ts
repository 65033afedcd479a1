import { Agent, Result, tool } from 'swarmcheck';
import { callTool, defineScenario, say, user } from 'swarmcheck/testing';
import { z } from 'zod';

const triage = new Agent({
  name: 'Triage',
  functions: [
    function transfer_to_refunds() {
      return refunds;
    },
  ],
});
const refunds = new Agent({
  name: 'Refunds',
  instructions: ({ user }: { user: string }) => `Help ${user} with refunds.`,
  functions: [
    tool({
      name: 'issue_refund',
      description: 'Refunds an order.',
      parameters: z.object({ orderId: z.string(), amount: z.number().optional() }),
      execute({ orderId, amount }) {
        return new Result({
          value: `refunded ${orderId.trim()} ${amount ?? 'in full'}`,
          contextVariables: { refunded: true },
        });
      },
    }),
    tool({
      name: 'look_up',
      parameters: { type: 'object', properties: { q: { type: 'string' } } },
      execute: (args) => args.q,
    }),
    function back_to_triage() {
      return triage;
    },
  ],
});

/** Recorded as fixtures/cassettes/refund.json, unstreamed: a handoff, a tool, and a changed context. */
export default defineScenario({
  name: 'refund',
  agent: triage,
  contextVariables: { user: 'Ann' },
  steps: [
    user('Refund A-17, please.'),
    callTool('transfer_to_refunds'),
    callTool('issue_refund', { orderId: 'A-17' }),
    say('A-17 is refunded in full.'),
  ],
  expect: { agents: ['Triage', 'Refunds'], contextVariables: { refunded: true }, stopReason: 'completed' },
});
