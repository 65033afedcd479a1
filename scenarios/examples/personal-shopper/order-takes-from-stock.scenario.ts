import assert from 'node:assert/strict';
import { callTool, defineScenario, say, user } from 'swarmcheck/testing';
import { makeShopper, shopOf } from './agents.ts';
import { openShop, sql } from './shop.ts';

export default defineScenario({
  name: 'what is ordered is gone from the stock, and is paid at the price of today',
  agent: () => makeShopper(openShop()).sales,
  contextVariables: { user_id: 2 },
  steps: [
    user('Two knitted hats, please.'),
    callTool('order_item', { user_id: 2, product_id: 14, quantity: 2 }),
    callTool('search_products', { query: 'KNITTED' }),
    say('They are yours for 45.00, and one is left.'),
  ],
  expect: { stopReason: 'completed' },
  check({ trace, response }) {
    const shop = shopOf(response);
    assert.deepEqual(
      trace.toolCalls.map(({ content }) => content),
      [
        '{"order_id":1005,"name":"Knitted hat","quantity":2,"paid_cents":4500}',
        '[{"product_id":14,"name":"Knitted hat","price_cents":2250,"stock":1}]',
      ],
    );
    const orders = shop.all(
      sql`SELECT user_id, ordered_on, items, paid_cents FROM receipts WHERE order_id = 1005`,
    );
    assert.deepEqual(orders, [
      { user_id: 2, ordered_on: '2026-11-27', items: '2 Knitted hat', paid_cents: 4500 },
    ]);
  },
});
