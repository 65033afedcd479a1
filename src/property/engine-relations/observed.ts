import type { Scenario } from '../../scenario/scenario.ts';
import { InvariantBrokenError } from '../invariant.ts';
import { invariants, observedInvariantNames } from '../invariants/invariants.ts';
import { observedPlay, type Way } from '../observed/observed-play.ts';
import { play } from '../relations/compared-plays.ts';

/** The ways in which a scenario is played. The last ones abort the play, from its beginning to its middle. */
const ways: readonly Way[] = [
  { stream: false, hooks: 2, abortAt: 0 },
  { stream: true, hooks: 0, abortAt: 0 },
  { stream: true, hooks: 2, abortAt: 0 },
  ...[2, 7, 11, 18].map((abortAt): Way => ({ stream: abortAt % 2 === 1, hooks: 2, abortAt })),
];

export async function seenFromOutside(scenario: Scenario): Promise<void> {
  for (const way of ways) {
    const run = await observedPlay(scenario, way, play);
    for (const name of observedInvariantNames) {
      try {
        invariants[name](run);
      } catch (error) {
        if (!(error instanceof InvariantBrokenError)) throw error;
        throw new InvariantBrokenError('seen-from-outside', `${wordsOf(way)}, ${error.message}.`, {
          cause: error,
        });
      }
    }
  }
}

function wordsOf({ stream, hooks, abortAt }: Way): string {
  const parts = [
    stream ? 'played streamed' : 'played in one piece',
    `with ${hooks} hooks of each kind`,
    ...(abortAt > 0 ? [`aborted at moment ${abortAt}`] : []),
  ];
  return parts.join(', ');
}
