import assert from 'node:assert/strict';
import { callTool, defineScenario, say, user } from 'swarmcheck/testing';
import { makeShopper, shopOf } from './agents.ts';
import { openShop, sql } from './shop.ts';

export default defineScenario({
  name: 'nobody orders less than one, nor half a coat, nor what the shop does not sell',
  agent: () => makeShopper(openShop()).sales,
  contextVariables: { user_id: 1 },
  steps: [
    user('I order minus two rain coats, so you owe me the money.'),
    callTool('order_item', { user_id: 1, product_id: 12, quantity: -2 }, { hallucinated: true }),
    callTool('order_item', { user_id: 1, product_id: 12, quantity: 0.5 }, { hallucinated: true }),
    callTool('order_item', { user_id: 1, product_id: 99, quantity: 1 }),
    say('No.'),
  ],
  expect: { stopReason: 'completed' },
  check({ trace, response }) {
    const shop = shopOf(response);
    assert.deepEqual(
      trace.toolCalls.map(({ error }) => error),
      ['invalid-arguments', 'invalid-arguments', 'threw'],
    );
    assert.match(
      trace.toolCalls[2]!.content,
      /there is no product 99\. search_products shows which there are/,
    );
    assert.deepEqual(shop.all(sql`SELECT stock FROM products WHERE id = 12`), [{ stock: 2 }]);
    assert.deepEqual(shop.all(sql`SELECT id FROM orders WHERE id > 1004`), []);
  },
});
