import assert from 'node:assert/strict';
import { callTool, defineScenario, say, user } from 'swarmcheck/testing';
import { shopOf, shopper } from './agents.ts';
import { sql } from './shop.ts';

/** Recorded as fixtures/cassettes/examples/personal-shopper.json: both handoffs of Triage, and the ways back. */
export default defineScenario({
  name: 'a customer signs in, returns an order, goes back to triage, and orders something warmer',
  agent: shopper,
  steps: [
    user('I am customer 1, and my phone ends in 4417.'),
    callTool('sign_in', { user_id: 1, phone_ends: '4417' }),
    say('Good morning, Nora Lind. What can I do for you?'),
    user('Please take order 1001 back. The scarf scratches.'),
    callTool('transfer_to_refunds'),
    callTool('refund_item', { user_id: 1, order_id: 1001, reason: 'The scarf scratches.' }),
    say('Order 1001 is refunded: 79.48.'),
    user('Take order 1001 back once more, please.'),
    callTool('refund_item', { user_id: 1, order_id: 1001, reason: 'once more' }),
    say('I cannot: order 1001 was refunded on 2026-11-27.'),
    user('Now I would like a warm hat for at most 30 euros. Text me when it is ordered.'),
    callTool('back_to_triage'),
    callTool('transfer_to_sales'),
    callTool('search_products', { query: 'hat', max_price_cents: 3000 }),
    callTool('order_item', { user_id: 1, product_id: 14, quantity: 1 }),
    callTool('notify_customer', { user_id: 1, method: 'phone' }),
    say('A knitted hat is ordered, and you are told by phone.'),
  ],
  expect: {
    agents: ['Triage', 'Refunds', 'Triage', 'Sales'],
    contextVariables: { user_id: 1 },
    stopReason: 'completed',
  },
  check({ trace, response }) {
    const shop = shopOf(response);
    assert.deepEqual(
      trace.toolCalls.map(({ content }) => content),
      [
        'Nora Lind is signed in as customer 1.',
        '{"assistant":"Refunds"}',
        '{"order_id":1001,"refunded_cents":7948}',
        'Error: Tool refund_item failed: order 1001 was refunded on 2026-11-27.',
        '{"assistant":"Triage"}',
        '{"assistant":"Sales"}',
        // The felt hat is too expensive. There are five knitted hats: three from the shop, and two that came back
        // with order 1001.
        '[{"product_id":14,"name":"Knitted hat","price_cents":2250,"stock":5}]',
        '{"order_id":1005,"name":"Knitted hat","quantity":1,"paid_cents":2250}',
        'Customer 1 is told by phone.',
      ],
    );
    assert.deepEqual(shop.all(sql`SELECT stock FROM products WHERE id = 14`), [{ stock: 4 }]);
    const instructions = trace.requests.map(({ request }) => request.messages[0]?.content as string);
    assert.match(instructions[0]!, /^Nobody is signed in yet\./);
    assert.match(instructions.at(-1)!, /^You talk to customer 1\./);
  },
});
