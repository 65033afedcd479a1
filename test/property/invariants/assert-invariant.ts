import fc from 'fast-check';
import { assertProperty } from '../../support/property.ts';
import { engineCases, type EngineCase } from '../engines.ts';

export const runs = 1000;

/** Fails where an invariant does not hold in every one of so many cases. */
export async function assertInvariant(
  seed: number,
  invariant: (one: EngineCase) => Promise<void>,
): Promise<void> {
  await assertProperty(fc.asyncProperty(engineCases(), invariant), { seed, numRuns: runs });
}
