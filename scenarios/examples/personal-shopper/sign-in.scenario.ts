import assert from 'node:assert/strict';
import { callTool, defineScenario, say, user } from 'swarmcheck/testing';
import { shopper } from './agents.ts';

export default defineScenario({
  name: 'who does not know the phone of a customer is not signed in, and sees no orders',
  agent: shopper,
  steps: [
    user('I am customer 2. My phone ends in 4417, I think. Show me my orders.'),
    callTool('sign_in', { user_id: 2, phone_ends: '4417' }),
    callTool('transfer_to_refunds'),
    callTool('list_orders', { user_id: 2 }),
    callTool('look_up_order', { order_id: 1004 }),
    say('Please sign in first.'),
  ],
  expect: { agents: ['Triage', 'Refunds'], stopReason: 'completed' },
  check({ trace, response }) {
    const nobody = 'nobody is signed in. Ask the customer to sign in first.';
    assert.deepEqual(
      trace.toolCalls.map(({ content }) => content),
      [
        'Error: Tool sign_in failed: no customer has this number and this phone.',
        '{"assistant":"Refunds"}',
        `Error: Tool list_orders failed: ${nobody}`,
        `Error: Tool look_up_order failed: ${nobody}`,
      ],
    );
    assert.deepEqual(response?.contextVariables, {});
  },
});
