import { existsSync } from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';
import { cassetteFolder, cassettePath } from '../cassette/format/read.ts';
import { fileName, isInside, shownPath } from '../files/path.ts';
import { shellWord } from '../files/shell-word.ts';
import { CassetteFileError } from '../cassette/cassette-errors.ts';
import { originIn } from '../cassette/format/read.ts';
import { CassetteSession } from '../cassette/session.ts';
import { openaiProvider } from '../engine/model/openai-provider.ts';
import { printable } from '../report/printable.ts';
import { loadErrorText, type LoadError } from '../report/run-report.ts';
import { styleFor } from '../report/style.ts';
import { storyOf, thrownInRun } from '../report/scenario-line.ts';
import { isExternalAgent } from '../scenario/external-agent.ts';
import { runScenario } from '../scenario/run-scenario.ts';
import type { ScenarioRun } from '../scenario/scenario.ts';
import type { ExitCode, Invocation } from './invocation.ts';
import { oneScenario, type OneScenario } from './one-scenario.ts';
import { withCauses } from '../engine/values/thrown-lines.ts';
import { thrownText } from './thrown.ts';

/** The time limit of a live conversation, unless the scenario has a longer one. */
const recordTimeoutMs = 600_000;

interface RecordOptions {
  out?: string;
  model?: string;
  baseUrl?: string;
  stream?: boolean;
  filter?: string;
  json?: boolean;
}

/** `swarmcheck record <scenario>` */
export function recordCommand(invocation: Invocation): Command {
  return new Command('record')
    .description(
      "Play the user's steps of a scenario against a live model, and record the conversation in a cassette.",
    )
    .argument('<file>', 'a module that exports a scenario')
    .option('--filter <text>', 'if the file has several scenarios, use the one whose name contains this text')
    .option('--out <file>', `the cassette to write (default: ${cassetteFolder}/<name of the scenario>.json)`)
    .option('--model <name>', "use this model instead of the agents' own")
    .option('--base-url <url>', 'the URL of another API that speaks Chat Completions, ending in /v1', urlOf)
    .option('--stream', 'request streamed answers, and record their chunks')
    .option('--json', 'print one JSON document to stdout, and nothing else')
    .addHelpText(
      'after',
      '\nThe key is read from OPENAI_API_KEY. The tools of the agents run, or the stubs\n' +
        'of the scenario.\n' +
        'Exit codes: 0 recorded, 1 the conversation failed and nothing was written,\n' +
        '2 usage error, or a file could not be loaded.',
    )
    .exitOverride()
    .showHelpAfterError('(run "swarmcheck record --help" for usage)')
    .action(async (file: string, options: RecordOptions) => {
      invocation.exitCode = await record(file, options, invocation);
    });
}

/** Parses the address of an API. */
export function urlOf(text: string): string {
  if (!/^https?:\/\/[^/]/.test(text))
    throw new InvalidArgumentError('It must be a URL, such as http://localhost:11434/v1.');
  return text;
}

async function record(file: string, options: RecordOptions, invocation: Invocation): Promise<ExitCode> {
  const print = invocation.claimStdout(options.json ?? false);
  invocation.current = `The module ${file}`;
  const found = await oneScenario('record', file, options.filter);
  const plan = 'message' in found ? found : planOf(found, options, invocation.env);
  if ('message' in plan) {
    invocation.stderr.write(`${loadErrorText(plan, styleFor(false))}\n`);
    return 2;
  }
  const { session, path } = plan;
  const scenario = found as OneScenario;
  invocation.current = `The scenario "${scenario.name}" of ${scenario.file}`;
  let run: ScenarioRun;
  try {
    run = await play(scenario, session, options);
  } catch (error) {
    session.discard();
    invocation.stderr.write(
      `The scenario "${printable(scenario.name)}" cannot be played: ${printable(thrownText(error))}\n`,
    );
    return 2;
  }
  if (hasFailed(run) || session.recorded === 0) {
    session.discard();
    invocation.stderr.write(`${printable(failureText(run, path))}\n`);
    return 1;
  }
  const { recorded } = session;
  try {
    session.close();
  } catch (error) {
    if (!(error instanceof CassetteFileError)) throw error;
    invocation.stderr.write(`${printable(error.message)}\n`);
    return 2;
  }
  const warnings = run.failures.map(({ message }) => message);
  for (const warning of warnings)
    invocation.stderr.write(
      `Warning: the recorded conversation does not meet the scenario's expectations. ${printable(warning)}\n`,
    );
  const document = {
    version: 1,
    scenario: scenario.name,
    cassette: shownPath(path),
    interactions: recorded,
    hash: run.trace.hash,
    warnings,
  };
  const interactions = recorded === 1 ? '1 interaction' : `${recorded} interactions`;
  print(
    options.json
      ? `${JSON.stringify(document, null, 2)}\n`
      : `${printable([`Recorded ${interactions} in ${shownPath(path)}`, storyOf(run), ...thrownInRun(run)].join('\n  '))}\n`,
  );
  return 0;
}

/**
 * Returns a CassetteSession that records, with the path of its cassette, or the reason why nothing can be recorded.
 */
function planOf(
  { name, scenario, file }: OneScenario,
  { out, model, baseUrl, stream }: RecordOptions,
  env: NodeJS.ProcessEnv,
): { session: CassetteSession; path: string } | LoadError {
  const fail = (message: string): LoadError => ({ file, message });
  const own = fileName(name);
  if (out === undefined && own === '')
    return fail(
      `The name of the scenario, ${JSON.stringify(name)}, has no letter or digit for a file name. Name the cassette: --out <file>.`,
    );
  if (model !== undefined && isExternalAgent(scenario.agent))
    return fail(
      'An externalAgent chooses its model itself. Set the model in the app, and leave out --model.',
    );
  if (!isInside(file, '.'))
    return fail(
      'This scenario is outside of the working directory, and a cassette can only name a scenario inside it. Run the command in the folder of the project.',
    );
  const apiKey = env['OPENAI_API_KEY'] || (baseUrl === undefined ? undefined : 'none');
  if (apiKey === undefined)
    return fail(
      `OPENAI_API_KEY is not set, so no live model can answer. Set it: OPENAI_API_KEY=… npx swarmcheck record ${shellWord(file)}; or use another API: --base-url <url>. An existing cassette is not changed.`,
    );
  try {
    const path = cassettePath(out ?? `${cassetteFolder}/${own}.json`);
    const { scenario: other } = originIn(path);
    if (out === undefined && other && other.name !== name && existsSync(other.file))
      return fail(
        `${shownPath(path)} already holds the scenario ${JSON.stringify(other.name)} of ${other.file}, whose name leads to the same file name. Name another cassette: --out <file>.`,
      );
    const origin = {
      scenario: { file, name, ...(model !== undefined && { model }), ...(stream && { stream }) },
    };
    const live = openaiProvider({ apiKey, ...(baseUrl !== undefined && { baseURL: baseUrl }) });
    const session = new CassetteSession({
      path,
      file: undefined,
      live,
      // If the scenario expects an error, a recorded error may replace an existing file, as an answer may.
      errorsCount: scenario.expect?.error !== undefined,
      // If the conversation fails halfway, nothing is written.
      writesAtEnd: true,
      origin,
    });
    return { session, path };
  } catch (error) {
    if (error instanceof CassetteFileError) return fail(error.message);
    throw error;
  }
}

async function play(
  { scenario }: OneScenario,
  session: CassetteSession,
  { model, stream = false }: RecordOptions,
): Promise<ScenarioRun> {
  const timeoutMs = Math.max(scenario.timeoutMs ?? 0, recordTimeoutMs);
  const modelOverride = model ?? scenario.modelOverride;
  const live = { ...scenario, timeoutMs, ...(modelOverride !== undefined && { modelOverride }) };
  return await runScenario(live, { provider: session, stream });
}

/** Whether the run ended in an error that the scenario does not expect. */
function hasFailed({ trace: { outcome }, scenario }: ScenarioRun): boolean {
  return (outcome === 'failed' || outcome === 'aborted') && scenario.expect?.error === undefined;
}

function failureText({ error, trace }: ScenarioRun, path: string): string {
  if (error === undefined) return 'The model was never asked, so nothing was recorded.';
  // Thrown if the existing file is not a cassette, or if another process is recording it.
  if (error instanceof CassetteFileError) return error.message;
  const what = trace.outcome === 'aborted' ? 'was stopped' : 'failed';
  const left = existsSync(path) ? `${shownPath(path)} was not changed` : 'nothing was written';
  const status = (error as { status?: unknown } | undefined)?.status;
  const advice =
    status === 401 || status === 403
      ? '\nIs the key in OPENAI_API_KEY right?'
      : '\nTo record an error, expect it: expect: { error: { … } }.';
  return `The conversation ${what}, so ${left}: ${withCauses(thrownText(error), error)}${advice}`;
}
