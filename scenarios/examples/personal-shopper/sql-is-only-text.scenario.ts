import assert from 'node:assert/strict';
import { callTool, defineScenario, say, user } from 'swarmcheck/testing';
import { shopOf, shopper } from './agents.ts';
import { sql } from './shop.ts';

const dropped = "'; DROP TABLE orders; --";
const everything = "' OR 1 = 1 --";

export default defineScenario({
  name: 'SQL in what the customer says is text: it finds nothing, drops nothing, and is kept as it is',
  agent: shopper,
  contextVariables: { user_id: 1 },
  steps: [
    user(`Do you have ${dropped}?`),
    callTool('transfer_to_sales'),
    callTool('search_products', { query: dropped }),
    callTool('search_products', { query: everything }),
    callTool('search_products', { query: '%' }),
    say('No.'),
    user(`Then I return 1001. ${dropped}`),
    callTool('back_to_triage'),
    callTool('transfer_to_refunds'),
    callTool('refund_item', { user_id: 1, order_id: 1001, reason: dropped }),
    say('It is refunded.'),
  ],
  expect: { stopReason: 'completed' },
  check({ trace, response }) {
    const shop = shopOf(response);
    const found = trace.toolCalls.filter(({ tool }) => tool === 'search_products');
    assert.deepEqual(
      found.map(({ content }) => content),
      ['[]', '[]', '[]'],
    );
    assert.equal(trace.toolCalls.at(-1)?.content, '{"order_id":1001,"refunded_cents":7948}');
    assert.deepEqual(shop.all(sql`SELECT count(*) AS orders FROM orders`), [{ orders: 4 }]);
    assert.deepEqual(shop.all(sql`SELECT reason FROM refunds`), [{ reason: dropped }]);
  },
});
