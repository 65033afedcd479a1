/** The laws themselves are tested: each engine that is broken on purpose breaks the law that is named beside it. */
import { afterAll, expect, test } from 'vitest';
import { bundled, closeBundler } from './bundle.ts';
import { mutants } from './mutants.ts';

afterAll(closeBundler);

const runs = 1000;

test.for(mutants)('$what: $law', async ({ what, law, ...change }) => {
  const { hunt } = await bundled(what, change);
  const { foundAfter, message } = await hunt(law, runs);
  expect(foundAfter).toBeGreaterThan(0);
  expect(message).toContain(law);
});

test('there are many, each with a name of its own', () => {
  expect(new Set(mutants.map(({ what }) => what)).size).toBe(mutants.length);
  expect(mutants.length).toBeGreaterThanOrEqual(25);
});
