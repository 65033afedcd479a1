import assert from 'node:assert/strict';
import { callTool, defineScenario, say, user } from 'swarmcheck/testing';
import { makeShopper, shopOf } from './agents.ts';
import { openShop, sql } from './shop.ts';

export default defineScenario({
  name: 'an order is refunded in full, and what came back can be sold again',
  agent: () => makeShopper(openShop()).refunds,
  contextVariables: { user_id: 1 },
  steps: [
    user('The scarf scratches, and the hats itch. Please take 1001 back.'),
    callTool('look_up_order', { order_id: 1001 }),
    callTool('refund_item', { user_id: 1, order_id: 1001, reason: 'scratches' }),
    callTool('look_up_order', { order_id: 1001 }),
    say('79.48 are on their way back to you.'),
  ],
  expect: { stopReason: 'completed' },
  check({ trace, response }) {
    const shop = shopOf(response);
    const order = {
      order_id: 1001,
      ordered_on: '2026-11-20',
      age_days: 7,
      items: '1 Wool scarf, 2 Knitted hat',
      paid_cents: 3950 + 2 * 1999,
      refunded_on: null,
    };
    const [before, refund, after] = trace.toolCalls.map(({ content }) => JSON.parse(content) as unknown);
    assert.deepEqual(before, order);
    assert.deepEqual(refund, { order_id: 1001, refunded_cents: 7948 });
    assert.deepEqual(after, { ...order, refunded_on: '2026-11-27' });
    assert.deepEqual(shop.all(sql`SELECT * FROM refunds`), [
      { order_id: 1001, amount_cents: 7948, reason: 'scratches', refunded_on: '2026-11-27' },
    ]);
    // The shop had six scarves and three hats.
    assert.deepEqual(shop.all(sql`SELECT id, stock FROM products WHERE id IN (11, 14)`), [
      { id: 11, stock: 7 },
      { id: 14, stock: 5 },
    ]);
  },
});
