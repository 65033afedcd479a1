/** The invariants that find the mutants find nothing in the unchanged engine, bundled in the same way. */
import { afterAll, expect, test } from 'vitest';
import { parameters, thoroughness } from '../../support/property.ts';
import { bundled, closeBundler } from './bundle.ts';
import { mutants } from './mutants.ts';

afterAll(closeBundler);

test('the unchanged engine breaks no invariant', { timeout: 120_000 * thoroughness }, async () => {
  const { hunt } = await bundled('none', undefined);
  const { seed, numRuns } = parameters({ seed: 7, numRuns: 200 });
  const invariants = new Set(mutants.map(({ invariant }) => invariant));
  for (const invariant of invariants)
    expect(await hunt(invariant, seed, numRuns)).toEqual({ foundAfter: undefined, message: '' });
});
