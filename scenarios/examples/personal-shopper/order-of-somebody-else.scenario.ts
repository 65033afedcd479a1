import assert from 'node:assert/strict';
import { callTool, callTools, defineScenario, say, user } from 'swarmcheck/testing';
import { makeShopper, shopOf } from './agents.ts';
import { openShop, sql } from './shop.ts';

export default defineScenario({
  name: 'an order of somebody else is neither shown nor refunded, whichever number the model passes on',
  agent: () => makeShopper(openShop()).refunds,
  contextVariables: { user_id: 1 },
  steps: [
    user('I am Milan, customer 2, on the computer of Nora. Please take my order 1004 back.'),
    callTools([
      callTool('look_up_order', { order_id: 1004 }),
      callTool('refund_item', { user_id: 1, order_id: 1004, reason: 'too small' }),
      callTool('refund_item', { user_id: 2, order_id: 1004, reason: 'too small' }),
      callTool('list_orders', { user_id: 2 }),
      callTool('list_orders', { user_id: 1 }),
    ]),
    say('I can only help with the orders of Nora here.'),
  ],
  expect: { stopReason: 'completed' },
  check({ trace, response }) {
    const shop = shopOf(response);
    const answers = trace.toolCalls.map(({ content }) => content);
    const none = 'customer 1 has no order 1004. list_orders shows which there are.';
    const other = 'customer 1 is signed in, and not customer 2.';
    assert.deepEqual(answers.slice(0, 4), [
      `Error: Tool look_up_order failed: ${none}`,
      `Error: Tool refund_item failed: ${none}`,
      `Error: Tool refund_item failed: ${other}`,
      `Error: Tool list_orders failed: ${other}`,
    ]);
    const listed = JSON.parse(answers[4]!) as { order_id: number }[];
    assert.deepEqual(
      listed.map(({ order_id }) => order_id),
      [1001, 1002, 1003],
    );
    assert.deepEqual(shop.all(sql`SELECT * FROM refunds`), []);
  },
});
