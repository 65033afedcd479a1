/** Tests the invariants of observed runs: each mutant breaks the invariant that is named with it. */
import { afterAll, expect, test } from 'vitest';
import { parameters, thoroughness } from '../../support/property.ts';
import { bundledForObserved, closeBundler } from './bundle.ts';
import { mutants } from './mutants.ts';
import { observedMutants } from './observed-mutants.ts';

afterAll(closeBundler);

const { seed, numRuns } = parameters({ seed: 7, numRuns: 1000 });

test.for(observedMutants)(
  '$what: $invariant',
  { timeout: 30_000 * thoroughness },
  async ({ what, invariant, ...change }) => {
    const { hunt } = await bundledForObserved(what, change);
    const { foundAfter, message } = await hunt(invariant, seed, numRuns);
    expect(foundAfter).toBeGreaterThan(0);
    expect(message).toContain(invariant);
  },
);

test('there are at least 34 of them, and every mutant has its own name', () => {
  const names = [...mutants, ...observedMutants].map(({ what }) => what);
  expect(new Set(names).size).toBe(names.length);
  expect(observedMutants.length).toBeGreaterThanOrEqual(34);
});
