import assert from 'node:assert/strict';
import { callTool, defineScenario, say, user } from 'swarmcheck/testing';
import { makeShopper, shopOf } from './agents.ts';
import { openShop, sql } from './shop.ts';

/** A shop whose shelves accept nothing back: a refund is written down, then fails. */
function shopWithFullShelves() {
  const shop = openShop();
  shop.run(sql`
    CREATE TRIGGER full_shelves BEFORE UPDATE ON products WHEN new.stock > old.stock
    BEGIN SELECT raise(ABORT, 'the shelves are full'); END`);
  return shop;
}

export default defineScenario({
  name: 'a refund that fails in the middle leaves nothing behind',
  agent: () => makeShopper(shopWithFullShelves()).refunds,
  contextVariables: { user_id: 1 },
  steps: [
    user('Please take 1001 back.'),
    callTool('refund_item', { user_id: 1, order_id: 1001, reason: 'scratches' }),
    ({ messages }) => say(`Please come back tomorrow. ${messages.at(-1)?.content as string}`),
  ],
  expect: {
    finalMessage: 'Please come back tomorrow. Error: Tool refund_item failed: the shelves are full',
    stopReason: 'completed',
  },
  check({ response }) {
    const shop = shopOf(response);
    assert.deepEqual(shop.all(sql`SELECT * FROM refunds`), [], 'the refund was undone');
    assert.deepEqual(shop.all(sql`SELECT refunded_on FROM receipts WHERE order_id = 1001`), [
      { refunded_on: null },
    ]);
  },
});
