import fc, { type Arbitrary } from 'fast-check';
import type { Step } from '../../script/steps.ts';
import { TimeLimit } from '../../scenario/timeout.ts';
import { ownSettings } from '../own-settings.ts';
import type { Setup } from './setup.ts';
import type { FoundFailure } from './shrink.ts';
import type { PlayedScript } from './steadiness.ts';
import { fact, sentence } from '../../engine/values/error-facts.ts';
import { UsageError } from '../../engine/values/engine-errors.ts';

/** The real `setImmediate`, read before a test installs fake timers. */
const { setImmediate: inNextTurn } = globalThis;

/** How many scripts are played at least, however short the time is, if the app hung while it was explored. */
const leastAfterHang = 20;

/** The result of playing generated scripts. */
export interface Searched {
  /** How many scripts were played. */
  readonly runs: number;
  /** The script that broke an invariant, if one did. */
  readonly found: FoundFailure | undefined;
}

/**
 * Plays generated scripts until an invariant is broken, all scripts are played, or the time is up. If the options
 * have a path, plays only the script that the path leads to. Calls `passed` with each run that keeps all invariants.
 *
 * At least one script is played, because generating it may take longer than the time of the check. If the app `hung`
 * while it was explored, at least 20 are played, because a check must not pass only because it had no time to meet
 * the script that hangs.
 *
 * Rejects with a TypeError for a path that leads to no script, and with the errors with which `play` or `passed`
 * rejects.
 */
export async function search(
  scripts: Arbitrary<Step[]>,
  { options, caller, seed, play, invariants }: Setup,
  { passed, hung }: { passed: (played: PlayedScript) => Promise<void>; hung: boolean },
): Promise<Searched> {
  const { path, maxDurationMs, runs: of = 200 } = options;
  const atLeast = hung ? leastAfterHang : 1;
  let runs = 0;
  let found: Omit<FoundFailure, 'path'> | undefined;
  let mistake: { error: unknown } | undefined;
  const judge = async (steps: readonly Step[]) => {
    try {
      const run = await play(steps);
      const breach = await invariants.firstBreach(run);
      if (breach) found = { steps, run, breach };
      else await passed({ steps, run });
    } catch (error) {
      // For example, a factory returned something other than an agent.
      mistake = { error };
    }
    runs++;
    caller.onProgress?.({ runs, of });
  };
  using limit =
    maxDurationMs === undefined ? undefined : new TimeLimit(maxDurationMs, undefined, () => 'the check');
  const property = fc.asyncProperty(scripts, async (steps) => {
    // The timer of the limit cannot fire while runs wait only for microtasks. So wait for the next turn of the event
    // loop.
    if (limit) await new Promise<void>((resolve) => void inNextTurn(resolve));
    // The search ends between runs, not in the middle of a run, because a run that hangs must be found.
    if (limit?.signal.aborted && runs >= atLeast) return false;
    // After the script of the path, fast-check continues with its neighbors in the shrink tree, which are not needed.
    if (path !== undefined && runs > 0) return true;
    await judge(steps);
    return !found && !mistake;
  });

  let counterexamplePath: string | null;
  try {
    ({ counterexamplePath } = await fc.check(
      property,
      ownSettings({
        seed,
        numRuns: path === undefined ? of : 1,
        endOnFailure: true,
        ...(path !== undefined && { path }),
      }),
    ));
  } catch (error) {
    throw String(error).includes('Unable to replay') ? wrongPath(path) : error;
  }
  if (mistake) throw mistake.error;
  if (path !== undefined && runs === 0) throw wrongPath(path);
  return {
    runs,
    found: found && counterexamplePath !== null ? { ...found, path: counterexamplePath } : undefined,
  };
}

function wrongPath(path: string | undefined): UsageError {
  return new UsageError(
    sentence`The ${{ field: 'path' }} '${fact({ given: path ?? '' }, `${path}`)}' does not lead to a script. A path works only with its seed, with unchanged agents, and with the same versions of swarmcheck and fast-check. Leave the path out to search again.`,
  );
}
