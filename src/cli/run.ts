import { performance } from 'node:perf_hooks';
import { Command, InvalidArgumentError, Option } from 'commander';
import {
  loadErrorText,
  runJson,
  scenarioText,
  summaryText,
  type LoadError,
  type PlayedScenario,
} from '../report/run-report.ts';
import { styleFor } from '../report/style.ts';
import { failuresIn, modesOf, runInModes, type Mode } from '../scenario/modes.ts';
import { areWarningsOn, expectsOnlyItsScript, repeatedScenarioWarning } from '../scenario/repeats-script.ts';
import type { Transport } from '../scenario/run-scenario.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { ChosenScenarios } from './chosen-scenarios.ts';
import type { Ending } from './ending.ts';
import { findFiles, loadScenarios, type FoundScenario } from './load-scenarios.ts';
import { isColourful, keepStdoutClean } from './output.ts';
import { StrayErrors } from './stray-errors.ts';
import { placeInUserCode, thrownText } from './thrown.ts';

/** What is run when nothing is named. */
const defaultPattern = 'scenarios/**/*.scenario.ts';

/** What is told when there is no such file. */
const nothingFound = 'No scenario was found. Write one, or name files: swarmcheck run <file>.';

/** How long errors of what scenarios left running are waited for, when something is. */
const lastErrorsMs = 100;

interface RunOptions {
  json?: boolean;
  transport?: Transport;
  stream?: boolean;
  allModes?: boolean;
  filter?: string;
  bail?: boolean;
  /** `--no-warnings` makes it false. */
  warnings: boolean;
}

/** `swarmcheck run [files or globs]` */
export function runCommand(ending: Ending): Command {
  return new Command('run')
    .description('Runs scenarios, once each where nothing else is said.')
    .argument(
      '[files...]',
      `files, folders or globs of modules that export scenarios (default: "${defaultPattern}")`,
    )
    .addOption(
      new Option(
        '--transport <transport>',
        'how the model is asked: directly, or by the openai client over HTTP',
      )
        .choices(['in-process', 'http'])
        .default('in-process'),
    )
    .option('--stream', 'let the answers of the model come in pieces')
    .addOption(
      new Option(
        '--all-modes',
        'play each scenario in process and over HTTP, in one piece and streamed; all must leave the same trace',
      ).conflicts(['stream', 'transport']),
    )
    .option('--filter <text>', 'only scenarios with this text in their name, in capitals or not', notEmpty)
    .option('--bail', 'stop at the first scenario that fails, or file that cannot be loaded')
    .option('--no-warnings', 'do not point out scenarios that expect only what their script says')
    .option('--json', 'print one JSON document to stdout, and nothing else there')
    .addHelpText(
      'after',
      '\nExit codes: 0 all passed, 1 some failed, 2 wrong use, or a file that could not be loaded.',
    )
    .exitOverride()
    .showHelpAfterError('(run "swarmcheck run --help" for what there is)')
    .action(async (patterns: string[], options: RunOptions) => {
      process.exitCode = await run(patterns, options, ending);
    });
}

function notEmpty(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('It has to have a character that is no space.');
  return text;
}

async function run(patterns: readonly string[], options: RunOptions, ending: Ending): Promise<0 | 1 | 2> {
  const { json = false } = options;
  const warnings = options.warnings && areWarningsOn(process.env);
  const style = styleFor(!json && isColourful(process.stdout));
  const errorStyle = styleFor(isColourful(process.stderr));
  const print = keepStdoutClean(json);
  using stray = new StrayErrors();
  const played: PlayedScenario[] = [];
  const { files, errors } = await findFiles(patterns.length === 0 ? [defaultPattern] : patterns);
  if (patterns.length === 0 && errors[0]) errors[0].message = nothingFound;
  const tell = (error: LoadError) => process.stderr.write(`${loadErrorText(error, errorStyle)}\n`);
  const report = (error: LoadError) => {
    errors.push(error);
    tell(error);
  };
  errors.forEach(tell);
  const chosen = new ChosenScenarios(options.filter);
  const isOver = () =>
    options.bail === true && (errors.length > 0 || played.some((scenario) => !scenario.run.passed));

  for (const file of files) {
    if (isOver()) break;
    ending.current = `The module ${file}`;
    const loaded = await loadScenarios(file);
    for (const error of await stray.settled()) report(strayWhile(`${file} was loaded`, error));
    if ('message' in loaded) {
      report(loaded);
      continue;
    }
    for (const found of loaded.scenarios) {
      if (isOver()) break;
      const choice = chosen.choose(found, file);
      if (typeof choice === 'object') report(choice);
      if (choice !== 'play') continue;
      ending.current = `The scenario "${found.name}" of ${file}`;
      const result = await play(found, file, chosenModes(found.scenario, options), stray);
      if ('message' in result) {
        report(result);
        continue;
      }
      played.push(result);
      if (warnings && expectsOnlyItsScript(found.scenario)) result.warning = repeatedScenarioWarning;
      if (!json) print(`${scenarioText(result, style)}\n`);
    }
  }
  ending.current = 'What a scenario left running';
  for (const error of await stray.last(lastErrorsMs))
    report(strayWhile('all scenarios had been played', error));
  const unmatched = chosen.unmatched;
  if (unmatched && !isOver()) report(unmatched);

  const summary = { played, errors, bailed: isOver() };
  print(json ? `${JSON.stringify(runJson(summary), null, 2)}\n` : `\n${summaryText(summary, style)}\n`);
  if (errors.length > 0) return 2;
  return played.every((scenario) => scenario.run.passed) ? 0 : 1;
}

function chosenModes(scenario: Scenario, options: RunOptions): readonly Mode[] {
  const { transport = 'in-process', stream = false, allModes = false } = options;
  return allModes ? modesOf(scenario) : [{ transport, stream }];
}

async function play(
  { name, scenario }: FoundScenario,
  file: string,
  modes: readonly Mode[],
  stray: StrayErrors,
): Promise<PlayedScenario | LoadError> {
  const start = performance.now();
  try {
    const runs = await runInModes(scenario, modes);
    for (const { run: result } of runs) {
      for (const failure of result.failures) failure.message += thrownAt(failure.cause ?? result.error);
    }
    const failures = failuresIn(runs);
    for (const error of await stray.settled()) {
      failures.push({
        message: `While this was played an error was thrown that nobody caught: ${sentence(error)} Is an "await" missing?${thrownAt(error)}`,
      });
    }
    const result = { ...runs[0]!.run, failures, passed: failures.length === 0 };
    const durationMs = Math.round(performance.now() - start);
    return { name, file, run: result, modes: runs.length > 1 ? runs : undefined, durationMs };
  } catch (error) {
    return { file, message: `The scenario "${name}" cannot be played: ${thrownText(error)}` };
  }
}

/** An error that came late: whose it is cannot be told, but for its place. */
function strayWhile(when: string, error: unknown): LoadError {
  const place = placeInUserCode(error);
  const message = `While ${when} an error was thrown that nobody caught: ${sentence(error)} Is an "await" missing?`;
  return { file: place?.file ?? '(unknown file)', line: place?.line, message };
}

function thrownAt(error: unknown): string {
  const place = placeInUserCode(error);
  return place ? `\nThrown at ${place.file}:${place.line}` : '';
}

function sentence(error: unknown): string {
  const text = thrownText(error);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
