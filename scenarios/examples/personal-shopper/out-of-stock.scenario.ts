import assert from 'node:assert/strict';
import { callTool, defineScenario, say, user } from 'swarmcheck/testing';
import { makeShopper, shopOf } from './agents.ts';
import { openShop, sql } from './shop.ts';

export default defineScenario({
  name: 'what is sold out is refused without a trace, and the model orders what the shop has instead',
  agent: () => makeShopper(openShop()).sales,
  contextVariables: { user_id: 1 },
  steps: [
    user('I would like a felt hat, or another one if there is none.'),
    callTool('order_item', { user_id: 1, product_id: 13, quantity: 1 }),
    callTool('search_products', { query: 'hat' }),
    // The model takes the first product in stock.
    ({ messages }) => {
      const found = JSON.parse(messages.at(-1)?.content as string) as { product_id: number; stock: number }[];
      const product_id = found.find(({ stock }) => stock > 0)?.product_id;
      return callTool('order_item', { user_id: 1, product_id, quantity: 1 });
    },
    say('Felt hats are sold out. I ordered a knitted one.'),
  ],
  expect: {
    toolCalls: {
      sequence: [{ tool: 'order_item', args: { user_id: 1, product_id: 14, quantity: 1 } }],
      allowOthers: true,
    },
    stopReason: 'completed',
  },
  check({ trace, response }) {
    const shop = shopOf(response);
    assert.equal(
      trace.toolCalls[0]?.content,
      'Error: Tool order_item failed: of "Felt hat" the shop has 0, and not 1.',
    );
    // The order for the felt hat is undone: it leaves no line and uses no number.
    assert.deepEqual(shop.all(sql`SELECT order_id, items FROM receipts WHERE order_id > 1004`), [
      { order_id: 1005, items: '1 Knitted hat' },
    ]);
    assert.deepEqual(shop.all(sql`SELECT id, stock FROM products WHERE id IN (13, 14)`), [
      { id: 13, stock: 0 },
      { id: 14, stock: 2 },
    ]);
  },
});
