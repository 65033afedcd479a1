import assert from 'node:assert/strict';
import { callTool, defineScenario, say, user } from 'swarmcheck/testing';
import { makeShopper, shopOf } from './agents.ts';
import { openShop, sql } from './shop.ts';

export default defineScenario({
  name: 'an order is refunded on the thirtieth day, and not on the day after',
  agent: () => makeShopper(openShop()).refunds,
  contextVariables: { user_id: 1 },
  steps: [
    user('Please take 1003 and 1002 back.'),
    callTool('refund_item', { user_id: 1, order_id: 1003, reason: 'too warm' }),
    callTool('refund_item', { user_id: 1, order_id: 1002, reason: 'too dry' }),
    say('1002 is refunded. For 1003 it is a day too late.'),
  ],
  expect: { stopReason: 'completed' },
  check({ trace, response }) {
    const shop = shopOf(response);
    assert.deepEqual(
      trace.toolCalls.map(({ content }) => content),
      [
        'Error: Tool refund_item failed: order 1003 is 31 days old, and refunds end after 30 days.',
        '{"order_id":1002,"refunded_cents":12900}',
      ],
    );
    assert.deepEqual(shop.all(sql`SELECT order_id FROM refunds`), [{ order_id: 1002 }]);
  },
});
