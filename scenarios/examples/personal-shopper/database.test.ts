import { callTool, runScenario, say, user, type Step } from 'swarmcheck/testing';
import { test } from 'swarmcheck/vitest';
import { expect } from 'vitest';
import { makeShopper, shopper, shopOf } from './agents.ts';
import { seed } from './seed.ts';
import { openShop, sql, type Shop } from './shop.ts';

const contextVariables = { user_id: 1 };
const refund = callTool('refund_item', { user_id: 1, order_id: 1001, reason: 'scratches' });
const order = callTool('order_item', { user_id: 1, product_id: 12, quantity: 2 });
const search = callTool('search_products', { query: 'coat' });

const buy = (shop: Shop, ...steps: Step[]) =>
  runScenario({
    agent: makeShopper(shop).sales,
    contextVariables,
    steps: [user('Please.'), ...steps, say('So it is.')],
  });
const giveBack = (shop: Shop) =>
  runScenario({
    agent: makeShopper(shop).refunds,
    contextVariables,
    steps: [user('Please.'), refund, say('So it is.')],
  });

test('a search finds the products of its shop', async () => {
  using usual = openShop();
  using other = openShop({
    products: [{ id: 21, name: 'Straw coat', price_cents: 199, stock: 40 }],
    orders: [],
  });

  expect(await buy(usual, search)).toHaveToolResult('search_products', [
    { product_id: 12, name: 'Rain coat', price_cents: 12900, stock: 2 },
  ]);
  expect(await buy(other, search)).toHaveToolResult('search_products', [
    { product_id: 21, name: 'Straw coat', price_cents: 199, stock: 40 },
  ]);
});

test('the age of an order is computed from the date of the shop, not from a clock', async () => {
  using christmas = openShop({ today: '2026-12-24' });

  expect(await giveBack(christmas)).toHaveToolResult('refund_item', /order 1001 is 34 days old/);
});

test('the owner of an order is read from the database', async () => {
  using soldOn = openShop({ orders: seed.orders.map((one) => ({ ...one, user_id: 2 })) });

  expect(await giveBack(soldOn)).toHaveToolResult('refund_item', /customer 1 has no order 1001/);
});

test('a coat that is sold while the model is answering is not sold again', async () => {
  using shop = openShop();
  const run = await buy(shop, search, () => {
    shop.run(sql`UPDATE products SET stock = 1 WHERE id = 12`);
    return order;
  });

  expect(run).toHaveToolResult('order_item', /of "Rain coat" the shop has 1, and not 2/);
});

test('of two customers who order the last boots at once, one gets them', async () => {
  using shop = openShop();
  const boots = callTool('order_item', { user_id: 1, product_id: 15, quantity: 1 });
  const runs = await Promise.all([buy(shop, boots), buy(shop, boots)]);

  expect(runs[0]).toHaveToolResult('order_item', /"order_id":1005/);
  expect(runs[1]).toHaveToolResult('order_item', /of "Walking boots" the shop has 0, and not 1/);
  expect(shop.all(sql`SELECT stock FROM products WHERE id = 15`)).toEqual([{ stock: 0 }]);
});

/** The content of a shop. */
const contentOf = ({ all }: Shop) => [
  all(sql`SELECT * FROM products`),
  all(sql`SELECT * FROM orders`),
  all(sql`SELECT * FROM order_lines`),
  all(sql`SELECT * FROM refunds`),
];

const orderFails = {
  'the order': sql`CREATE TRIGGER broken BEFORE INSERT ON orders BEGIN SELECT raise(ABORT, 'disk full'); END`,
  'its line': sql`CREATE TRIGGER broken AFTER INSERT ON order_lines BEGIN SELECT raise(ABORT, 'disk full'); END`,
  'the stock': sql`CREATE TRIGGER broken AFTER UPDATE ON products BEGIN SELECT raise(ABORT, 'disk full'); END`,
  'the stock, for good': sql`CREATE TRIGGER broken AFTER UPDATE ON products BEGIN SELECT raise(ROLLBACK, 'disk full'); END`,
};

for (const [place, broken] of Object.entries(orderFails)) {
  test(`an order that fails at ${place} changes nothing`, async () => {
    using shop = openShop();
    const before = contentOf(shop);
    shop.run(broken);
    const failed = await buy(shop, order);
    expect(failed).toHaveToolResult('order_item', 'Error: Tool order_item failed: disk full');
    expect(contentOf(shop)).toEqual(before);

    shop.run(sql`DROP TRIGGER broken`);
    const again = await buy(shop, order);
    expect(again).toHaveToolResult('order_item', /"order_id":1005/);
  });
}

const refundFails = {
  'the refund': sql`CREATE TRIGGER broken AFTER INSERT ON refunds BEGIN SELECT raise(ABORT, 'disk full'); END`,
  'the second product': sql`CREATE TRIGGER broken AFTER UPDATE ON products WHEN new.id = 14 BEGIN SELECT raise(ABORT, 'disk full'); END`,
};

for (const [place, broken] of Object.entries(refundFails)) {
  test(`a refund that fails at ${place} changes nothing`, async () => {
    using shop = openShop();
    const before = contentOf(shop);
    shop.run(broken);
    const failed = await giveBack(shop);
    expect(failed).toHaveToolResult('refund_item', 'Error: Tool refund_item failed: disk full');
    expect(contentOf(shop)).toEqual(before);

    shop.run(sql`DROP TRIGGER broken`);
    const again = await giveBack(shop);
    expect(again).toHaveToolResult('refund_item', '{"order_id":1001,"refunded_cents":7948}');
  });
}

test('disposing of Triage closes its shop', async () => {
  const triage = shopper();
  const shop = shopOf({ agent: triage });
  expect(shop.isOpen).toBe(true);
  await triage[Symbol.asyncDispose]();
  expect(shop.isOpen).toBe(false);
});

test('a response without a shop is an error', () => {
  expect(() => shopOf(undefined)).toThrow('No shop belongs to this response');
});
