import { Command, InvalidArgumentError } from 'commander';
import type { CheckOptions } from '../property/check-agent/options.ts';
import { loadErrorText, type LoadError } from '../report/run-report.ts';
import { styleFor } from '../report/style.ts';
import { findChecked } from './check/checked.ts';
import { outcomeJson, outcomeText, type CheckResult } from './check/outcome.ts';
import { Progress } from './check/progress.ts';
import type { ExitCode, Invocation } from './invocation.ts';
import { shareEntry } from './one-copy.ts';
import { StrayErrors } from './stray-errors.ts';
import { placeInUserCode } from '../engine/values/stack.ts';
import { withCauses } from '../engine/values/thrown-lines.ts';
import { thrownSentence, thrownText } from './thrown.ts';

interface Options {
  runs?: number;
  seed?: number;
  /** In seconds. */
  time?: number;
  path?: string;
  json?: boolean;
}

/** How long to wait for late errors, if the tools left timers running. */
const lastErrorsMs = 100;

/** `swarmcheck check <module#export>` */
export function checkCommand(invocation: Invocation): Command {
  return new Command('check')
    .description(
      'Test an agent with generated models, well-behaved and not, and find the smallest script that breaks an invariant.',
    )
    .argument(
      '<module#export>',
      'a module and its export: an agent, a function that makes one, an externalAgent, or { agent, ...options } with the options of checkAgent',
    )
    .option('--runs <number>', 'the number of scripts to generate and play (default: 200)', runsOf)
    .option('--seed <number>', 'the seed; another seed gives other scripts (default: 1)', seedOf)
    .option('--time <seconds>', 'start no more scripts after this many seconds', secondsOf)
    .option('--path <path>', 'play only the failing script with this path (from a failure message)', pathOf)
    .option('--json', 'print one JSON document to stdout, and nothing else')
    .addHelpText(
      'after',
      '\nThese options override the options of the export. The real tools run, unless its\n' +
        '"tools" replaces them with stubs. Failures are saved in fixtures/failures, and\n' +
        'are played first the next time. Requires the package fast-check.\n' +
        'Exit codes: 0 no invariant was broken, 1 an invariant was broken, an error was\n' +
        'not caught, or something in "sometimes" never happened, 2 usage error, or\n' +
        'something could not be loaded.',
    )
    .exitOverride()
    .showHelpAfterError('(run "swarmcheck check --help" for usage)')
    .action(async (module: string, options: Options) => {
      invocation.exitCode = await check(module, options, invocation);
    });
}

function runsOf(text: string): number {
  const runs = Number(text);
  if (!/^\d+$/.test(text) || runs < 1 || !Number.isSafeInteger(runs))
    throw new InvalidArgumentError('It must be a whole number above 0.');
  return runs;
}

function seedOf(text: string): number {
  const seed = Number(text);
  if (!/^-?\d+$/.test(text) || Math.abs(seed) >= 2 ** 31)
    throw new InvalidArgumentError('It must be a 32-bit whole number, such as 42.');
  return seed;
}

function secondsOf(text: string): number {
  const seconds = Number(text);
  // The timers of Node take less than 2 ** 31 ms.
  if (!/^\d*\.?\d+$/.test(text) || seconds <= 0 || seconds * 1000 >= 2 ** 31)
    throw new InvalidArgumentError('It must be a number of seconds above 0, such as 30 or 0.5.');
  return seconds;
}

function pathOf(text: string): string {
  if (!/^\d+(?::\d+)*$/.test(text))
    throw new InvalidArgumentError('It must be a path from a failure message, such as 4:0:1.');
  return text;
}

async function check(module: string, options: Options, invocation: Invocation): Promise<ExitCode> {
  const { json = false } = options;
  const print = invocation.claimStdout(json);
  invocation.current = `The module ${module}`;
  using stray = new StrayErrors();
  const outcome = await outcomeOf(module, options, stray, invocation);
  if ('message' in outcome) {
    if (json) print(`${JSON.stringify({ version: 1, passed: false, errors: [outcome] }, null, 2)}\n`);
    invocation.stderr.write(
      `${loadErrorText(outcome, styleFor(invocation.isColourful(invocation.stderr)))}\n`,
    );
    return 2;
  }
  const style = styleFor(!json && invocation.isColourful(invocation.stdout));
  print(json ? `${JSON.stringify(outcomeJson(outcome), null, 2)}\n` : `${outcomeText(outcome, style)}\n`);
  return outcome.passed && outcome.uncaught.length === 0 ? 0 : 1;
}

async function outcomeOf(
  module: string,
  options: Options,
  stray: StrayErrors,
  invocation: Invocation,
): Promise<CheckResult | LoadError> {
  let property;
  try {
    // Loaded before the user's module, so that an import of swarmcheck/fast-check in that module gets the copy of
    // this process.
    property = await loadProperty();
  } catch (error) {
    return { file: 'swarmcheck check', message: thrownText(error) };
  }
  const checked = await findChecked('check', module);
  if ('message' in checked) return checked;
  const { agent, options: ofExport, isCheck, name, file } = checked;
  invocation.current = `The check of ${name}`;
  const all = optionsOf(ofExport, options);
  const uncaught = async () => uncaughtWords(await stray.last(lastErrorsMs));
  using progress = new Progress(invocation, all.maxDurationMs);
  try {
    const report = await property.checkWith(agent, all, {
      agentName: name,
      isCheck,
      onProgress: (made) => progress.note(made),
    });
    const of = all.path === undefined ? progress.of : 1;
    return { name, passed: true, report, of, path: all.path, uncaught: await uncaught() };
  } catch (error) {
    if (error instanceof property.CheckFailedError)
      return { name, passed: false, runs: progress.runs, failure: error, uncaught: await uncaught() };
    const place = placeInUserCode(error);
    const message = withCauses(thrownText(error), error);
    return { file: place?.file ?? file, line: place?.line, message };
  }
}

/** The options of the command line override the export's. */
function optionsOf(ofExport: CheckOptions, { runs, seed, time, path }: Options): CheckOptions {
  return {
    ...ofExport,
    ...(runs !== undefined && { runs }),
    ...(seed !== undefined && { seed }),
    ...(time !== undefined && { maxDurationMs: time * 1000 }),
    ...(path !== undefined && { path }),
  };
}

/** Loads the code that needs fast-check, an optional package. */
async function loadProperty() {
  try {
    const [{ checkWith }, entry] = await Promise.all([
      import('../property/check-agent/check-agent.ts'),
      import('../fast-check.ts'),
    ]);
    shareEntry('swarmcheck/fast-check', entry);
    return { checkWith, CheckFailedError: entry.CheckFailedError };
  } catch (error) {
    if (!thrownText(error).includes("'fast-check'")) throw error;
    throw new Error(
      'Checking an agent requires the package "fast-check". Install it: npm install --save-dev fast-check',
      { cause: error },
    );
  }
}

/**
 * Returns one text for each different error that was not caught, with its count. It is not known which run threw the
 * error.
 */
function uncaughtWords(errors: readonly unknown[]): string[] {
  const times = new Map<string, number>();
  for (const error of errors) {
    const place = placeInUserCode(error);
    const where = place ? ` Thrown at ${place.file}:${place.line}` : '';
    const words = `thrown and not caught: ${thrownSentence(error)} Is an "await" missing?${where}${withCauses('', error)}`;
    times.set(words, (times.get(words) ?? 0) + 1);
  }
  return [...times].map(
    ([words, count]) => `${count === 1 ? 'An error was' : `${count} equal errors were`} ${words}`,
  );
}
