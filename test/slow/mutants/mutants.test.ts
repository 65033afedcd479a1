/** Tests the invariants themselves: each mutant breaks the invariant that is named with it. */
import { afterAll, expect, test } from 'vitest';
import { parameters, thoroughness } from '../../support/property.ts';
import { bundled, closeBundler } from './bundle.ts';
import { mutants } from './mutants.ts';

afterAll(closeBundler);

const { seed, numRuns } = parameters({ seed: 7, numRuns: 1000 });

test.for(mutants)(
  '$what: $invariant',
  { timeout: 30_000 * thoroughness },
  async ({ what, invariant, ...change }) => {
    const { hunt } = await bundled(what, change);
    const { foundAfter, message } = await hunt(invariant, seed, numRuns);
    expect(foundAfter).toBeGreaterThan(0);
    expect(message).toContain(invariant);
  },
);

test('there are at least 25 mutants, each with its own name', () => {
  expect(new Set(mutants.map(({ what }) => what)).size).toBe(mutants.length);
  expect(mutants.length).toBeGreaterThanOrEqual(25);
});
