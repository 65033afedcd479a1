import fc from 'fast-check';
import { assertProperty } from '../../support/property.ts';
import { engineCases, type EngineCase } from '../engines.ts';

export const runs = 1000;

/** Fails where a law does not hold in every one of so many cases. */
export async function assertLaw(seed: number, law: (one: EngineCase) => Promise<void>): Promise<void> {
  await assertProperty(fc.asyncProperty(engineCases(), law), { seed, numRuns: runs });
}
