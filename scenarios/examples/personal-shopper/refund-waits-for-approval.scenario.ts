import assert from 'node:assert/strict';
import { callTool, defineScenario, user } from 'swarmcheck/testing';
import { makeShopper, shopOf } from './agents.ts';
import { openShop, sql } from './shop.ts';

/** approved-refund.test.ts shows how a person then approves it. */
export default defineScenario({
  name: 'with tools not to be executed a refund is asked for, and no money moves',
  agent: () => makeShopper(openShop()).refunds,
  contextVariables: { user_id: 1 },
  executeTools: false,
  steps: [
    user('Please take 1001 back.'),
    callTool('refund_item', { user_id: 1, order_id: 1001, reason: 'scratches' }),
  ],
  expect: {
    toolCalls: [{ tool: 'refund_item', args: { user_id: 1, order_id: 1001, reason: 'scratches' } }],
    stopReason: 'interrupted',
  },
  check({ trace, response }) {
    const shop = shopOf(response);
    assert.deepEqual(trace.toolCalls, [], 'the call is pending');
    assert.deepEqual(shop.all(sql`SELECT * FROM refunds`), []);
  },
});
