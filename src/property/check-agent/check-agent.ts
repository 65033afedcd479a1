import { watched } from '../../engine/run/watch.ts';
import { isAgent } from '../../engine/tools/agent.ts';
import { watchingPrototypes } from '../../scenario/polluted-prototypes.ts';
import type { AgentUnderTest } from '../../scenario/scenario.ts';
import { ScenarioTimeoutError } from '../../scenario/timeout.ts';
import { CoverageCounter } from '../coverage-counter.ts';
import type { Coverage } from '../coverage.ts';
import { assertKnownValues } from '../shown-values/given-values.ts';
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

/** The result of a check that found no failure. */
export interface CheckReport {
  /** How many generated scripts were played. */
  runs: number;
  /** The seed that generates the same scripts again. */
  seed: number;
  /** How many saved failures were played before the generated scripts. None of them fails any more. */
  saved: number;
  /** For each name of `sometimes`, in how many of the runs it happened. */
  sometimes: Record<string, number>;
  /** Which agents, tools and handoffs the generated scripts reached, and how often. */
  coverage: Coverage;
}

/**
 * Checks an agent with generated scripts. They contain everything that a model could do with the agent's tools and
 * handoffs, well-behaved or not. The saved failures are played first, then `runs` generated scripts. The same `seed`
 * generates the same scripts.
 *
 * Rejects with a CheckFailedError for the first invariant that does not hold. The error has the smallest script that
 * breaks the invariant, as source to paste, the file where the script is saved, and the command that plays it again.
 * If the script does not break the invariant every time, the message says that the check is flaky, and shows how the
 * runs differ. Also rejects with a CheckFailedError if something named in `sometimes` never happened.
 *
 * Rejects with a TypeError for an agent or options that cannot be checked, with a SavedFailureError for a saved
 * failure that cannot be used, and with an Error if the app never asks its model.
 *
 * The real tools run, many times, unless `tools` has stubs for them. If agents keep state, pass a factory.
 */
export function checkAgent(agent: AgentUnderTest, options: CheckOptions = {}): Promise<CheckReport> {
  return checkWith(agent, options);
}

/** `checkAgent` for the command line, which also knows where the agent was found and shows the progress. */
export function checkWith(
  agent: AgentUnderTest,
  options: CheckOptions = {},
  caller: Caller = {},
): Promise<CheckReport> {
  return watched(
    () => (isAgent(agent) ? `a check of the agent "${agent.name}"` : 'a check'),
    () => watchingPrototypes(() => check(agent, options, caller)),
  );
}

async function check(agent: AgentUnderTest, options: CheckOptions, caller: Caller): Promise<CheckReport> {
  assertValidCheckOptions(agent, options);
  const { path, features, values, tools = {} } = options;
  const player = patiently(playerOf(agent, options));
  const first: PlayedScript[] = [];
  let hung = false;
  const note: Play = async (steps) => {
    const run = await player(steps);
    hung ||= run.error instanceof ScenarioTimeoutError;
    if (first.length < mostControls) first.push({ steps, run });
    return run;
  };
  // A misspelled stub name fails here, before the real tool runs many times.
  const surface = await exploreBy(note, {
    seenFirst: (seen) => void new StubNames(tools, seen),
    values,
  });
  assertKnownValues('checkAgent', values ?? {}, surface);
  const stubs = new StubNames(tools, surface);
  const setup = setupOf(agent, options, caller, { surface, player });
  const { seed, invariants } = setup;
  const saved = path === undefined ? await playSaved(setup) : 0;

  const scripts = scriptArbitrary(surface, { features: featuresFor(agent, features) });
  const steadiness = new Steadiness(setup.play, first);
  const counter = new CoverageCounter(surface);
  const passed = async (played: PlayedScript) => {
    counter.note(played.run.trace);
    stubs.note(played.run);
    await steadiness.note(played);
  };
  const { runs, found } = await search(scripts, setup, { passed, hung });
  if (found) throw await failureOf(found, runs, scripts, setup, steadiness);
  // With a path, only one script is played. That does not show that a stub is unused or that something never happens.
  if (path === undefined) {
    stubs.assertAllSeen();
    assertHappened(setup, runs, counter.coverage);
  }
  const sometimes = Object.fromEntries(invariants.counts);
  return { runs, seed, saved, sometimes, coverage: counter.coverage };
}

/**
 * Plays the saved failures in the order of their files, and returns how many there are. Throws a CheckFailedError for
 * the first that fails again.
 */
async function playSaved(setup: Setup): Promise<number> {
  const { folder, name, play, invariants } = setup;
  const saved = savedFailures(folder, name);
  for (const stored of saved) {
    const run = await play(stored.failure.steps);
    const breach = await invariants.firstBreach(run);
    if (breach) throw failureAgain(stored, { run, breach }, setup);
  }
  // Do not count these runs for `sometimes`: the generated scripts have to make each thing happen too.
  invariants.forget();
  return saved.length;
}

/** Throws if something named in `sometimes` never happened: the invariants that depend on it were not tested. */
function assertHappened(setup: Setup, runs: number, coverage: Coverage): void {
  const never = [...setup.invariants.counts].flatMap(([name, count]) => (count === 0 ? name : []));
  const [first] = never;
  if (first !== undefined)
    throw failureWithoutScript(neverWords(never, runs, setup.surface, coverage), first, setup);
}
