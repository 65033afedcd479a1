import { isAbsolute, resolve } from 'node:path';
import type { Arbitrary } from 'fast-check';
import { isInside } from '../../files/path.ts';
import { reasonOf } from '../../files/reason.ts';
import { isAgent } from '../../engine/tools/agent.ts';
import type { Step } from '../../script/steps.ts';
import { CheckFailedError } from './check-failed-error.ts';
import { brokenAgainWords, brokenWords, commandFor, flakyWords } from './failure-words.ts';
import type { Breach } from './held-invariants.ts';
import { markedAsUnsure, playerOf, type Play } from './script-player.ts';
import { saveFailure, type StoredFailure } from './saved-failure.ts';
import { scenarioSource } from './scenario-source.ts';
import type { Setup } from './setup.ts';
import { shrink, type FoundFailure } from './shrink.ts';
import { differenceInWords, type Steadiness } from './steadiness.ts';
import { withoutSecrets } from '../../engine/values/secrets.ts';
import { storableVariables } from './storable.ts';

/**
 * Once an app is known to hang, `timeoutMs` is divided by this number: less time is enough to see that it hangs
 * again.
 */
const hastyPart = 10;

/**
 * The error for a script that broke an invariant. If the invariant is not broken every time, the error says that the
 * check is flaky. If it is broken every time, the error has the smallest script that breaks it, and that script is
 * saved.
 */
export async function failureOf(
  found: FoundFailure,
  runs: number,
  scripts: Arbitrary<Step[]>,
  setup: Setup,
  steadiness: Steadiness,
): Promise<CheckFailedError> {
  const { invariants, play, agent } = setup;
  const { invariant } = found.breach;
  const flaky = (what: string, difference: string | undefined) => {
    const broken = { ...found, seed: setup.seed, file: undefined, exported: setup.caller.agentName };
    const words = flakyWords(broken, runs, { what, difference, isShared: isAgent(agent) });
    return errorOf(words, broken, setup, runs);
  };

  const hasty = playerOf(agent, { ...setup.options, timeoutMs: setup.timeoutMs / hastyPart });
  const hangs = invariant === invariants.endsInTime;
  const again = hangs ? await hasty(markedAsUnsure(found.steps)) : await play(found.steps);
  if (!(await invariants.breachOf(invariant, again)))
    return flaky('not when the same script was played again', differenceInWords(found.run, again));
  const unsteady = await steadiness.byNow(async (run) => !(await invariants.breachOf(invariant, run)));
  if (unsteady) return flaky(unsteady.what, unsteady.difference);

  const smallest = await smallestOf(found, scripts, hangs ? hasty : setup.playStrictly, setup);
  if (!smallest) {
    const difference = differenceInWords(found.run, again) ?? steadiness.atOnce;
    return flaky('not every time the same script was played again', difference);
  }
  const { file, notes } = save(smallest, setup);
  if (steadiness.atOnce !== undefined)
    notes.push(`Careful: the app does not behave the same each time. ${steadiness.atOnce}`);
  const broken = { ...smallest, seed: setup.seed, file, exported: setup.caller.agentName };
  return errorOf(brokenWords(broken, found.steps.length, notes), broken, setup);
}

/** The error for a saved failure that still fails. */
export function failureAgain(
  { file, failure }: StoredFailure,
  { breach, run }: Pick<FoundFailure, 'breach' | 'run'>,
  setup: Setup,
): CheckFailedError {
  const broken = { ...failure, breach, run, file, exported: setup.caller.agentName };
  return errorOf(brokenAgainWords(broken, file), broken, setup);
}

/** The error for a check that failed without a failing script. */
export function failureWithoutScript(
  message: string,
  invariant: string,
  { seed, surface }: Setup,
): CheckFailedError {
  const agent = surface.agents[0]!.name;
  const nothing = { path: '', steps: [], source: '', file: undefined, command: undefined };
  return new CheckFailedError(message, { ...nothing, seed, invariant, agent });
}

/** The smallest failing script, played once more to confirm that it fails; undefined if it does not. */
async function smallestOf(
  found: FoundFailure,
  scripts: Arbitrary<Step[]>,
  shrinkBy: Play,
  { seed, timeoutMs, invariants, play }: Setup,
): Promise<FoundFailure | undefined> {
  const { invariant } = found.breach;
  const smallest = await shrink(found, {
    scripts,
    seed,
    timeoutMs,
    invariants,
    play: shrinkBy,
  });
  // A script that hangs within the short time limit may end within the full one. Then use the script from before
  // shrinking.
  for (const one of invariant === invariants.endsInTime ? [smallest, found] : [smallest]) {
    const run = one && (await play(one.steps));
    const breach = run && (await invariants.breachOf(invariant, run));
    if (breach) return { ...one, run, breach };
  }
  return undefined;
}

function save(
  { steps, path, breach }: FoundFailure,
  { options, caller, seed, maxTurns, folder, name }: Setup,
): { file: string | undefined; notes: string[] } {
  const { variables: contextVariables, leftOut } = storableVariables(options.contextVariables);
  const notes = leftOut.length === 0 ? [] : [`These contextVariables were not saved: ${leftOut.join(', ')}.`];
  try {
    const file = saveFailure(folder, {
      version: 1,
      name,
      invariant: breach.invariant.name,
      message: withoutSecrets(breach.message.split('\nWhat happened:')[0]!),
      seed,
      path,
      contextVariables,
      maxTurns,
      agent: storableAgent(caller.agentName),
      steps,
    });
    return { file, notes };
  } catch (error) {
    return { file: undefined, notes: [`The failure could not be saved: ${reasonOf(error)}.`, ...notes] };
  }
}

/**
 * The agent for the saved file, only if its module is in the working directory. Any other path exists on this machine
 * only. A saved file must not make `swarmcheck run` load a module from outside.
 */
function storableAgent(exported: string | undefined): string | undefined {
  const isHere = exported !== undefined && isInside(resolve(exported), process.cwd());
  return isHere && !isAbsolute(exported) ? exported : undefined;
}

interface Told {
  readonly breach: Breach;
  readonly steps: readonly Step[];
  readonly seed: number;
  readonly path: string;
  readonly file: string | undefined;
}

function errorOf(message: string, told: Told, setup: Setup, flakyRuns?: number): CheckFailedError {
  const { breach, steps, seed, path, file } = told;
  const { options, name, surface, caller, maxTurns } = setup;
  const invariant = breach.invariant.name;
  const { contextVariables, tools } = options;
  const agentName = surface.agents[0]!.name;
  const { agentName: exported, isCheck } = caller;
  const script = { steps, invariant, name, agentName, exported, isCheck, contextVariables, maxTurns, tools };
  const source = scenarioSource(script);
  const command = commandFor({ seed, path, file, exported }, flakyRuns);
  const failure = { seed, path, steps, source, file, invariant, agent: agentName, command };
  return new CheckFailedError(message, failure, { cause: breach.cause });
}
