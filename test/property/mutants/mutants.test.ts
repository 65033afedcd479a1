/** The laws themselves are tested: each engine that is broken on purpose breaks the law that is named beside it. */
import { expect, test } from 'vitest';
import { bundled } from './bundle.ts';
import { mutants } from './mutants.ts';

const runs = 1000;

test.for(mutants)('$what: $law', async ({ what, law, ...change }) => {
  const { hunt } = await bundled(what, change);
  const { foundAfter, message } = await hunt(law, runs);
  expect(foundAfter).toBeGreaterThan(0);
  expect(message).toContain(law);
});

test('nothing is found in the engine as it is', async () => {
  const { hunt } = await bundled('none', undefined);
  const laws = new Set(mutants.map(({ law }) => law));
  for (const law of laws) expect(await hunt(law, 200)).toEqual({ foundAfter: undefined, message: '' });
});

test('there are many, each with a name of its own', () => {
  expect(new Set(mutants.map(({ what }) => what)).size).toBe(mutants.length);
  expect(mutants.length).toBeGreaterThanOrEqual(25);
});
