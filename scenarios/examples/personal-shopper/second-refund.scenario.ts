import assert from 'node:assert/strict';
import { callTool, defineScenario, say, user } from 'swarmcheck/testing';
import { makeShopper, shopOf } from './agents.ts';
import { openShop, sql } from './shop.ts';

const refund = callTool('refund_item', { user_id: 1, order_id: 1001, reason: 'scratches' });

export default defineScenario({
  name: 'a second refund of an order is refused, and the model explains why',
  agent: () => makeShopper(openShop()).refunds,
  contextVariables: { user_id: 1 },
  steps: [
    user('Please take 1001 back.'),
    refund,
    say('Done.'),
    user('I have not got my money. Take 1001 back.'),
    refund,
    ({ messages }) => say(`I am sorry. ${messages.at(-1)?.content as string}`),
  ],
  expect: {
    finalMessage: 'I am sorry. Error: Tool refund_item failed: order 1001 was refunded on 2026-11-27.',
    stopReason: 'completed',
  },
  check({ response }) {
    const shop = shopOf(response);
    assert.deepEqual(shop.all(sql`SELECT order_id, amount_cents FROM refunds`), [
      { order_id: 1001, amount_cents: 7948 },
    ]);
    assert.deepEqual(
      shop.all(sql`SELECT stock FROM products WHERE id = 11`),
      [{ stock: 7 }],
      'the scarf came back once',
    );
  },
});
