import { Agent, tool } from 'swarmcheck';
import { callTool, defineScenario, say, user } from 'swarmcheck/testing';

const triage = new Agent({
  name: 'Triage',
  instructions: 'Find out what the user needs, and hand over.',
  functions: [
    function transfer_to_refunds() {
      return refunds;
    },
  ],
});

const refunds = new Agent({
  name: 'Refunds',
  functions: [
    tool({
      name: 'issue_refund',
      description: 'Refunds an order.',
      parameters: {
        type: 'object',
        properties: { orderId: { type: 'string' } },
        required: ['orderId'],
      },
      execute: ({ orderId }) => `refunded ${orderId}`,
    }),
  ],
});

export default defineScenario({
  name: 'triage hands a refund over, and it is issued once',
  agent: triage,
  steps: [
    user('I want my money back for A-17.'),
    callTool('transfer_to_refunds'),
    callTool('issue_refund', { orderId: 'A-17' }),
    say('Done: A-17 is refunded.'),
  ],
  expect: {
    agents: ['Triage', 'Refunds'],
    toolCalls: ['transfer_to_refunds', { tool: 'issue_refund', args: { orderId: 'A-17' } }],
    stopReason: 'completed',
  },
});
