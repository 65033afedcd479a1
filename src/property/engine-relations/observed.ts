import type { Scenario } from '../../scenario/scenario.ts';
import { invariants, observedInvariantNames } from '../invariants/invariants.ts';
import { observedPlay, type Way } from '../observed/observed-play.ts';
import { assertOurAgents, play } from '../relations/compared-plays.ts';

/** The ways in which a scenario is played. The last ones abort the play at its beginning, and in its middle. */
const ways: readonly Way[] = [
  { stream: false, hooks: 2, abortAt: 0 },
  { stream: true, hooks: 0, abortAt: 0 },
  { stream: true, hooks: 2, abortAt: 0 },
  ...[2, 7, 11, 18].map((abortAt): Way => ({ stream: abortAt % 2 === 1, hooks: 2, abortAt })),
];

export async function seenFromOutside(scenario: Scenario): Promise<void> {
  assertOurAgents(scenario);
  for (const way of ways) {
    const run = await observedPlay(scenario, way, play);
    for (const name of observedInvariantNames) invariants[name](run);
  }
}
