import { expect, test } from 'vitest';
import { Turns } from '../../src/worker/turns.ts';

test('a limited number runs at once, and the others follow in the order of their requests', async () => {
  const turns = new Turns(2);
  const order: string[] = [];
  const go = async (name: string) => {
    await turns.take();
    order.push(name);
  };
  const all = Promise.all(['a', 'b', 'c', 'd'].map(go));
  await Promise.resolve();
  expect(order).toEqual(['a', 'b']);
  turns.give();
  await Promise.resolve();
  expect(order).toEqual(['a', 'b', 'c']);
  turns.give();
  await all;
  expect(order).toEqual(['a', 'b', 'c', 'd']);
  // Both turns are free again.
  for (let free = 0; free < 2; free++) turns.give();
  await Promise.all(['e', 'f'].map(go));
  expect(order).toHaveLength(6);
});
