import { performance } from 'node:perf_hooks';
import { Command } from 'commander';
import {
  loadErrorText,
  runJson,
  scenarioText,
  styleFor,
  summaryText,
  type LoadError,
  type PlayedScenario,
} from '../report/run-report.ts';
import { runScenario } from '../scenario/run-scenario.ts';
import type { Ending } from './ending.ts';
import { findFiles, loadScenarios, type FoundScenario } from './load-scenarios.ts';
import { StrayErrors } from './stray-errors.ts';
import { placeInUserCode, thrownText } from './thrown.ts';

/** What is run when nothing is named. */
const defaultPattern = 'scenarios/**/*.scenario.ts';

/** How long errors of what scenarios left running are waited for, when something is. */
const lastErrorsMs = 100;

/** `swarmcheck run [files or globs]` */
export function runCommand(ending: Ending): Command {
  return new Command('run')
    .description('Runs scenarios, once each, in process.')
    .argument(
      '[files...]',
      `files, folders or globs of modules that export scenarios (default: "${defaultPattern}")`,
    )
    .option('--json', 'print one JSON document to stdout, and nothing else there')
    .addHelpText(
      'after',
      '\nExit codes: 0 all passed, 1 some failed, 2 wrong use, or a file that could not be loaded.',
    )
    .exitOverride()
    .showHelpAfterError('(run "swarmcheck run --help" for what there is)')
    .action(async (patterns: string[], { json = false }: { json?: boolean }) => {
      process.exitCode = await run(patterns.length === 0 ? [defaultPattern] : patterns, json, ending);
    });
}

async function run(patterns: readonly string[], json: boolean, ending: Ending): Promise<0 | 1 | 2> {
  const style = styleFor(!json && isColourful(process.stdout));
  const errorStyle = styleFor(isColourful(process.stderr));
  const print = keepStdoutClean(json);
  using stray = new StrayErrors();
  const played: PlayedScenario[] = [];
  const { files, errors } = await findFiles(patterns);
  const tell = (error: LoadError) => process.stderr.write(`${loadErrorText(error, errorStyle)}\n`);
  const report = (error: LoadError) => {
    errors.push(error);
    tell(error);
  };
  errors.forEach(tell);

  for (const file of files) {
    ending.current = `The module ${file}`;
    const loaded = await loadScenarios(file);
    for (const error of await stray.settled()) report(strayWhile(`${file} was loaded`, error));
    if ('message' in loaded) {
      report(loaded);
      continue;
    }
    for (const found of loaded.scenarios) {
      ending.current = `The scenario "${found.name}" of ${file}`;
      const result = await play(found, file, stray);
      if ('message' in result) {
        report(result);
        continue;
      }
      played.push(result);
      if (!json) print(`${scenarioText(result, style)}\n`);
    }
  }
  ending.current = 'What a scenario left running';
  for (const error of await stray.last(lastErrorsMs))
    report(strayWhile('all scenarios had been played', error));

  print(
    json
      ? `${JSON.stringify(runJson(played, errors), null, 2)}\n`
      : `\n${summaryText(played, errors, style)}\n`,
  );
  if (errors.length > 0) return 2;
  return played.every(({ run: { passed } }) => passed) ? 0 : 1;
}

async function play(
  { name, scenario }: FoundScenario,
  file: string,
  stray: StrayErrors,
): Promise<PlayedScenario | LoadError> {
  const start = performance.now();
  try {
    const result = await runScenario(scenario);
    for (const failure of result.failures) failure.message += thrownAt(failure.cause ?? result.error);
    for (const error of await stray.settled()) {
      result.passed = false;
      result.failures.push({
        message: `While this was played an error was thrown that nobody caught: ${sentence(error)} Is an "await" missing?${thrownAt(error)}`,
      });
    }
    return { name, file, run: result, durationMs: Math.round(performance.now() - start) };
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

function isColourful(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY && !process.env['NO_COLOR'];
}

/** With --json stdout is for the document alone: what user modules print goes to stderr. Returns the way to the real stdout. */
function keepStdoutClean(json: boolean): (chunk: string) => void {
  const write = process.stdout.write.bind(process.stdout);
  if (json) process.stdout.write = process.stderr.write.bind(process.stderr);
  return (chunk) => void write(chunk);
}
