import assert from 'node:assert/strict';
import { callTool, callTools, defineScenario, say, user } from 'swarmcheck/testing';
import { makeShopper, shopOf } from './agents.ts';
import { openShop, sql } from './shop.ts';

export default defineScenario({
  name: 'of two orders in one turn the second fails, and the first one stays',
  agent: () => makeShopper(openShop()).sales,
  contextVariables: { user_id: 1 },
  steps: [
    user('A rain coat, and walking boots for both of us.'),
    callTools([
      callTool('order_item', { user_id: 1, product_id: 12, quantity: 1 }),
      callTool('order_item', { user_id: 1, product_id: 15, quantity: 2 }),
    ]),
    say('The coat is ordered. Of the boots there is only one pair left.'),
  ],
  expect: { stopReason: 'completed' },
  check({ trace, response }) {
    const shop = shopOf(response);
    assert.deepEqual(
      trace.toolCalls.map(({ turn, content }) => [turn, content]),
      [
        [1, '{"order_id":1005,"name":"Rain coat","quantity":1,"paid_cents":12900}'],
        [1, 'Error: Tool order_item failed: of "Walking boots" the shop has 1, and not 2.'],
      ],
    );
    assert.deepEqual(shop.all(sql`SELECT order_id, items FROM receipts WHERE order_id > 1004`), [
      { order_id: 1005, items: '1 Rain coat' },
    ]);
    assert.deepEqual(shop.all(sql`SELECT id, stock FROM products WHERE id IN (12, 15)`), [
      { id: 12, stock: 1 },
      { id: 15, stock: 1 },
    ]);
  },
});
