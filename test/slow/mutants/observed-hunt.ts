/**
 * The entry of the bundle of a mutant that an invariant of observed runs must notice. It is small, because a mutant
 * takes longer to bundle than to find.
 */
import fc from 'fast-check';
import { invariants, type ObservedInvariantName } from '../../../src/property/invariants/invariants.ts';
import { observedPlay } from '../../../src/property/observed/observed-play.ts';
import { engineCases, ways } from '../../property/engines.ts';
import { hunted, type Hunt } from './hunted.ts';

/** The invariants that need aborted plays. */
const ofAborts: readonly ObservedInvariantName[] = ['aborts-stop-everything', 'streams-are-closed'];

/** Plays cases, each in some way, until one of them breaks the invariant. */
export async function hunt(invariant: ObservedInvariantName, seed: number, numRuns: number): Promise<Hunt> {
  const way = ways(ofAborts.includes(invariant) ? 'always' : 'sometimes');
  const property = fc.asyncProperty(engineCases(), way, async ({ scenario }, how) =>
    invariants[invariant](await observedPlay(scenario, how)),
  );
  return await hunted(property, seed, numRuns);
}
