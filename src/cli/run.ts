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
import { findFiles, loadScenarios, type FoundScenario } from './load-scenarios.ts';
import { StrayErrors } from './stray-errors.ts';
import { placeInUserCode } from './user-code.ts';

/** What is run when nothing is named. */
const defaultPattern = 'scenarios/**/*.scenario.ts';

/** `swarmcheck run [files or globs]` */
export function runCommand(): Command {
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
      process.exitCode = await run(patterns.length === 0 ? [defaultPattern] : patterns, json);
    });
}

async function run(patterns: readonly string[], json: boolean): Promise<0 | 1 | 2> {
  const style = styleFor(!json && process.stdout.isTTY && !process.env['NO_COLOR']);
  const print = keepStdoutClean(json);
  using stray = new StrayErrors();
  const played: PlayedScenario[] = [];
  const { files, errors } = await findFiles(patterns);
  const report = (error: LoadError) => {
    errors.push(error);
    process.stderr.write(`${loadErrorText(error, style)}\n`);
  };
  for (const error of errors) process.stderr.write(`${loadErrorText(error, style)}\n`);

  for (const file of files) {
    const loaded = await loadScenarios(file);
    for (const error of stray.take())
      report({ file, message: `An error was thrown that nobody caught: ${text(error)}` });
    if ('message' in loaded) {
      report(loaded);
      continue;
    }
    for (const found of loaded.scenarios) {
      const result = await play(found, file, stray);
      if ('message' in result) {
        report(result);
        continue;
      }
      played.push(result);
      if (!json) print(`${scenarioText(result, style)}\n`);
    }
  }

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
    for (const failure of result.failures) {
      const place = placeInUserCode(failure.cause ?? result.error);
      if (place) failure.message += `\nThrown at ${place.file}:${place.line}`;
    }
    for (const error of await stray.settled()) {
      result.passed = false;
      result.failures.push({
        message: `An error was thrown that nobody caught: ${text(error)}. Is an "await" missing?`,
      });
    }
    return { name, file, run: result, durationMs: Math.round(performance.now() - start) };
  } catch (error) {
    return { file, message: `The scenario "${name}" cannot be played: ${text(error)}` };
  }
}

/** With --json stdout is for the document alone: what user modules print goes to stderr. Returns the way to the real stdout. */
function keepStdoutClean(json: boolean): (chunk: string) => void {
  const write = process.stdout.write.bind(process.stdout);
  if (json) process.stdout.write = process.stderr.write.bind(process.stderr);
  return (chunk) => void write(chunk);
}

function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
