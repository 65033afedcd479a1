import fc, { type Arbitrary } from 'fast-check';
import type { ScenarioRun } from '../../scenario/scenario.ts';
import { TimeLimit } from '../../scenario/timeout.ts';
import { ownSettings } from '../own-settings.ts';
import { isMisfit } from '../../script/script-errors.ts';
import type { Step } from '../../script/steps.ts';
import type { Breach, Invariants } from './held-invariants.ts';
import { markedAsUnsure, type Play } from './script-player.ts';
import { reduce } from '../shrink/simpler-steps.ts';

/** A script that broke an invariant, and the path that generates it. */
export interface FoundFailure {
  readonly steps: readonly Step[];
  readonly run: ScenarioRun;
  readonly breach: Breach;
  readonly path: string;
}

/** How many scripts fast-check plays at most to shrink a failure. The reducer may play as many again. */
const mostTries = 1000;

/** The time limit of shrinking, as a multiple of `timeoutMs`. */
const mostTimeouts = 3;

/** The parts of a check that shrinking uses. */
export interface Shrinking {
  readonly scripts: Arbitrary<Step[]>;
  readonly seed: number;
  readonly timeoutMs: number;
  readonly play: Play;
  readonly invariants: Invariants;
}

/**
 * The smallest script that breaks the same invariant. First fast-check shrinks the choices of the generator; then a
 * reducer makes the steps smaller. A script that breaks another invariant does not count. Undefined if the found
 * script did not break the invariant again.
 *
 * A script that does not fit the agents would confuse a reader, so it does not count, unless the found script did not
 * fit either.
 */
export async function shrink(
  found: FoundFailure,
  { scripts, seed, timeoutMs, play, invariants }: Shrinking,
): Promise<FoundFailure | undefined> {
  const { invariant } = found.breach;
  using limit = new TimeLimit(mostTimeouts * timeoutMs, undefined, () => 'the smallest script');
  const { signal } = limit;
  let smallest: Pick<FoundFailure, 'steps' | 'run' | 'breach'> | undefined;
  let mayMisfit = false;
  const stillFails = async (steps: readonly Step[]): Promise<boolean> => {
    const run = await play(steps);
    if (isMisfitting(run) && !mayMisfit) return false;
    const breach = await invariants.breachOf(invariant, run);
    if (breach) smallest = { steps, run, breach };
    return breach !== undefined;
  };

  // First play the generated script unchanged. If it does not fit the agents, mark all calls as hallucinated. The
  // reducer then removes each `hallucinated` that is not needed.
  const fits = await stillFails(found.steps);
  if (!fits) mayMisfit = isMisfitting(found.run);
  let left = mostTries;
  const property = fc.asyncProperty(scripts, async (steps) => {
    if (left === 0 || signal.aborted) return true;
    left--;
    return !(await stillFails(fits ? steps : markedAsUnsure(steps)));
  });
  const { counterexamplePath: path } = await fc.check(
    property,
    ownSettings({
      seed,
      path: found.path,
      numRuns: 1,
    }),
  );
  if (path === null || !smallest) return undefined;
  await reduce(smallest.steps, stillFails, { tries: mostTries, signal });
  return { ...smallest, path };
}

/** Whether the script and the agents did not fit each other. */
function isMisfitting({ error, failures }: ScenarioRun): boolean {
  return isMisfit(error) || failures.some(({ cause }) => isMisfit(cause));
}
