import fc from 'fast-check';
import { assertProperty } from '../../support/property.ts';
import { engineCases, type EngineCase } from '../../property/engines.ts';

export const runs = 1000;

/** Throws unless an invariant holds in each of `runs` generated cases. */
export async function assertInvariant(
  seed: number,
  invariant: (one: EngineCase) => Promise<void>,
): Promise<void> {
  await assertProperty(fc.asyncProperty(engineCases(), invariant), { seed, numRuns: runs });
}
