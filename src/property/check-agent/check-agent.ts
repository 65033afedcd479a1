import { watched } from '../../engine/run/watch.ts';
import { isAgent } from '../../engine/tools/agent.ts';
import type { AgentUnderTest } from '../../scenario/scenario.ts';
import { scriptArbitrary } from '../script-generator/script-arbitrary.ts';
import { exploreBy } from './explore.ts';
import { failureAgain, failureOf, failureWithoutScript } from './failure.ts';
import { neverWords } from './failure-words.ts';
import { assertValidCheckOptions, featuresFor, type CheckOptions } from './options.ts';
import { patiently, playerOf, type Play } from './script-player.ts';
import { savedFailures } from './saved-failure.ts';
import { search } from './search.ts';
import { setupOf, type Caller, type Setup } from './setup.ts';
import { mostControls, Steadiness, type PlayedScript } from './steadiness.ts';
import { StubNames } from './stub-names.ts';

/** What a check that found nothing tells. */
export interface CheckReport {
  /** How many generated scripts were played. */
  runs: number;
  /** With which they are generated again. */
  seed: number;
  /** How many saved failures were played before them, which are none any more. */
  saved: number;
  /** In how many of the runs each thing happened, by the names of `sometimes`. */
  sometimes: Record<string, number>;
}

/**
 * Holds an agent against generated models: everything that a model could do to it, well-behaved and not, derived from its tools
 * and handoffs. What failed before is played first, then `runs` scripts, the same with the same `seed`.
 *
 * Rejects with a CheckFailedError for the first invariant that does not hold: with the smallest script that breaks it, as source to
 * paste, the file it was saved to, and the command that plays it again; or that says what makes the app flaky, where the same
 * script does not break it again; and where something never happened that `sometimes` names. Rejects with a TypeError for an
 * agent or options that cannot be checked, and with a SavedFailureError for a file that cannot be read.
 *
 * The real tools run, many times, unless `tools` has stand-ins for them. Give a factory where agents keep state.
 */
export function checkAgent(agent: AgentUnderTest, options: CheckOptions = {}): Promise<CheckReport> {
  return checkWith(agent, options);
}

/** The same for a caller that knows more: the command line. */
export function checkWith(
  agent: AgentUnderTest,
  options: CheckOptions = {},
  caller: Caller = {},
): Promise<CheckReport> {
  return watched(
    () => (isAgent(agent) ? `a check of the agent "${agent.name}"` : 'a check'),
    () => check(agent, options, caller),
  );
}

async function check(agent: AgentUnderTest, options: CheckOptions, caller: Caller): Promise<CheckReport> {
  assertValidCheckOptions(agent, options);
  const { path, features, tools = {} } = options;
  const player = patiently(playerOf(agent, options));
  const first: PlayedScript[] = [];
  const note: Play = async (steps) => {
    const run = await player(steps);
    if (first.length < mostControls) first.push({ steps, run });
    return run;
  };
  // A slip of the pen in the name of a stand-in shows before the real tool runs often.
  const surface = await exploreBy(note, (seen) => void new StubNames(tools, seen));
  const stubs = new StubNames(tools, surface);
  const setup = setupOf(agent, options, caller, { surface, player });
  const { seed, invariants } = setup;
  const saved = path === undefined ? await playSaved(setup) : 0;

  const scripts = scriptArbitrary(surface, { features: featuresFor(agent, features) });
  const steadiness = new Steadiness(setup.play, first);
  const { runs, found } = await search(scripts, setup, async (played) => {
    stubs.note(played.run);
    await steadiness.note(played);
  });
  if (found) throw await failureOf(found, runs, scripts, setup, steadiness);
  // Of one script alone nothing else can be said.
  if (path === undefined) {
    stubs.assertAllSeen();
    assertHappened(setup, runs);
  }
  return { runs, seed, saved, sometimes: Object.fromEntries(invariants.counts) };
}

/** Plays what failed before, in the order of its files, and says how many there are. Throws for the first that fails again. */
async function playSaved(setup: Setup): Promise<number> {
  const { folder, name, play, invariants } = setup;
  const saved = savedFailures(folder, name);
  for (const stored of saved) {
    const run = await play(stored.failure.steps);
    const breach = await invariants.firstBreach(run);
    if (breach) throw failureAgain(stored, { run, breach }, setup);
  }
  // What these show is no proof that generated scripts come there.
  invariants.forget();
  return saved.length;
}

/** An invariant that could not have been broken was not checked. */
function assertHappened(setup: Setup, runs: number): void {
  const never = [...setup.invariants.counts].flatMap(([name, count]) => (count === 0 ? name : []));
  const [first] = never;
  if (first !== undefined) throw failureWithoutScript(neverWords(never, runs, setup.surface), first, setup);
}
