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
import { modesOf, runInModes, type Mode } from '../scenario/modes.ts';
import { areWarningsOn, expectsOnlyItsScript, repeatedScenarioWarning } from '../scenario/repeats-script.ts';
import type { Transport } from '../scenario/run-scenario.ts';
import type { Scenario, ScenarioRun } from '../scenario/scenario.ts';
import { unmentionedErrorWarning } from '../scenario/unmentioned-errors.ts';
import { ChosenScenarios } from './chosen-scenarios.ts';
import type { ExitCode, Invocation } from './invocation.ts';
import { playedOne, strayWhile } from './play-with-stray-errors.ts';
import { defaultPattern, findSources } from './run/sources.ts';
import { StrayErrors } from './stray-errors.ts';

/** How long to wait for late errors, if scenarios left timers running. */
const lastErrorsMs = 100;

interface RunOptions {
  json?: boolean;
  transport?: Transport;
  stream?: boolean;
  allModes?: boolean;
  filter?: string;
  bail?: boolean;
  /** False with `--no-warnings`. */
  warnings: boolean;
}

/** `swarmcheck run [files or globs]` */
export function runCommand(invocation: Invocation): Command {
  return new Command('run')
    .description('Run scenarios, and steps in JSON files such as saved failures.')
    .argument(
      '[files...]',
      `files, folders or globs of modules that export scenarios (default: "${defaultPattern}"), or of JSON files with steps; <file.json>#<module>#<export> names the agent to play them against`,
    )
    .addOption(
      new Option(
        '--transport <transport>',
        'how to ask the model: directly, or over HTTP with the openai client',
      )
        .choices(['in-process', 'http'])
        .default('in-process'),
    )
    .option('--stream', 'stream the answers of the model')
    .addOption(
      new Option(
        '--all-modes',
        'play each scenario in process and over HTTP, unstreamed and streamed; all traces must be equal',
      ).conflicts(['stream', 'transport']),
    )
    .option('--filter <text>', 'play only scenarios whose name contains this text, ignoring case', notEmpty)
    .option('--bail', 'stop at the first scenario that fails, or file that cannot be loaded')
    .option(
      '--no-warnings',
      'do not warn about scenarios that expect only what their script says, or in which a tool threw unexpectedly',
    )
    .option('--json', 'print one JSON document to stdout, and nothing else')
    .addHelpText(
      'after',
      '\nSteps must keep the invariants of "swarmcheck check", and the invariants of the\n' +
        'export. A saved failure names its agent, if "swarmcheck check" found it.\n' +
        'Exit codes: 0 all passed, 1 some failed, 2 usage error, or a file could not be\n' +
        'loaded.',
    )
    .exitOverride()
    .showHelpAfterError('(run "swarmcheck run --help" for usage)')
    .action(async (patterns: string[], options: RunOptions) => {
      invocation.exitCode = await run(patterns, options, invocation);
    });
}

function notEmpty(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('It must not be blank.');
  return text;
}

async function run(
  patterns: readonly string[],
  options: RunOptions,
  invocation: Invocation,
): Promise<ExitCode> {
  const { json = false } = options;
  const warnings = options.warnings && areWarningsOn(invocation.env);
  const style = styleFor(!json && invocation.isColourful(invocation.stdout));
  const errorStyle = styleFor(invocation.isColourful(invocation.stderr));
  const print = invocation.claimStdout(json);
  using stray = new StrayErrors();
  const played: PlayedScenario[] = [];
  const { sources, errors } = await findSources(patterns);
  const tell = (error: LoadError) => invocation.stderr.write(`${loadErrorText(error, errorStyle)}\n`);
  const report = (error: LoadError) => {
    errors.push(error);
    tell(error);
  };
  errors.forEach(tell);
  const chosen = new ChosenScenarios(options.filter);
  const isOver = () =>
    options.bail === true && (errors.length > 0 || played.some((scenario) => !scenario.run.passed));

  for (const { file, load } of sources) {
    if (isOver()) break;
    invocation.current = `The module ${file}`;
    const loaded = await load();
    for (const error of await stray.settled()) report(strayWhile(`while ${file} was loaded`, error));
    if ('message' in loaded) {
      report(loaded);
      continue;
    }
    for (const found of loaded.scenarios) {
      if (isOver()) break;
      const { name, scenario, run: runIn = (modes) => runInModes(scenario, modes) } = found;
      const choice = chosen.choose(found, file);
      if (typeof choice === 'object') report(choice);
      if (choice !== 'play') continue;
      const kind = found.run ? '' : `The scenario "${name}" cannot be played: `;
      invocation.current = `The scenario "${name}" of ${file}`;
      const modes = chosenModes(scenario, options);
      const result = await playedOne({ name, file, kind, play: () => runIn(modes) }, stray);
      if ('message' in result) {
        report(result);
        continue;
      }
      played.push(result);
      if (warnings && !found.run) result.warning = warningAbout(scenario, result.run);
      if (!json) print(`${scenarioText(result, style)}\n`);
    }
  }
  invocation.current = 'Code that a scenario left running';
  for (const error of await stray.last(lastErrorsMs))
    report(strayWhile('after all scenarios were played', error));
  const unmatched = chosen.unmatched;
  if (unmatched && !isOver()) report(unmatched);

  const summary = { played, errors, bailed: isOver() };
  print(json ? `${JSON.stringify(runJson(summary), null, 2)}\n` : `\n${summaryText(summary, style)}\n`);
  if (errors.length > 0) return 2;
  return played.every((scenario) => scenario.run.passed) ? 0 : 1;
}

/** The warnings about a scenario, a line each; undefined without warnings. */
function warningAbout(scenario: Scenario, { trace }: ScenarioRun): string | undefined {
  const warnings = [
    ...(expectsOnlyItsScript(scenario) ? [repeatedScenarioWarning] : []),
    unmentionedErrorWarning(scenario, trace) ?? [],
  ].flat();
  return warnings.length === 0 ? undefined : warnings.join('\n');
}

function chosenModes(scenario: Scenario, options: RunOptions): readonly Mode[] {
  const { transport = 'in-process', stream = false, allModes = false } = options;
  return allModes ? modesOf(scenario) : [{ transport, stream }];
}
