import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import { glob, isDynamicPattern } from 'tinyglobby';
import { isMisfit } from '../script/script-errors.ts';
import { CassetteFileError, CassetteUnusedError } from '../cassette/cassette-errors.ts';
import type { CassetteFile } from '../cassette/format/format.ts';
import { cassetteFolder } from '../cassette/format/read.ts';
import { isInside } from '../files/path.ts';
import { readCassette } from '../cassette/format/read.ts';
import { replayTools } from '../cassette/replay-tools.ts';
import type { CassetteSummary } from '../cassette/session-settings.ts';
import { CassetteSession } from '../cassette/session.ts';
import { testCommand } from '../cassette/match/words.ts';
import { cassetteSource, type RecordedScenario } from '../report/cassette-source.ts';
import {
  replayedText,
  replayJson,
  replaySummaryText,
  type ReplayedCassette,
} from '../report/replay-report.ts';
import { loadErrorText, type LoadError } from '../report/run-report.ts';
import { styleFor } from '../report/style.ts';
import { isExternalAgent } from '../scenario/external-agent.ts';
import { runScenario } from '../scenario/run-scenario.ts';
import type { AgentUnderTest, Scenario, ScenarioRun } from '../scenario/scenario.ts';
import type { ExitCode, Invocation } from './invocation.ts';
import { loadScenarios } from './load-scenarios.ts';
import { missingFile } from './missing-file.ts';
import { fromHere } from '../engine/values/stack.ts';
import { thrownText } from './thrown.ts';

const defaultPattern = `${cassetteFolder}/**/*.json`;

type ToolsMode = 'run' | 'replay' | 'verify';

interface ReplayOptions {
  tools: ToolsMode;
  asScenario?: boolean;
  json?: boolean;
}

/** `swarmcheck replay [cassettes]` */
export function replayCommand(invocation: Invocation): Command {
  return new Command('replay')
    .description(
      'Replay cassettes offline with the current agents, and report whether each is exact, drifted (with a diff) or broken.',
    )
    .argument('[cassettes...]', `files, folders or globs of cassettes (default: "${defaultPattern}")`)
    .addOption(
      new Option(
        '--tools <mode>',
        'run: run the tools; replay: use their recorded results; verify: run them and compare with the recorded results',
      )
        .choices(['run', 'replay', 'verify'])
        .default('run'),
    )
    .addOption(
      new Option('--as-scenario', 'print one cassette as the source of a scenario').conflicts(['json']),
    )
    .option('--json', 'print one JSON document to stdout, and nothing else')
    .addHelpText(
      'after',
      '\nExit codes: 0 all exact or not checked, 1 some drifted or broken, 2 usage error.',
    )
    .exitOverride()
    .showHelpAfterError('(run "swarmcheck replay --help" for usage)')
    .action(async (patterns: string[], options: ReplayOptions) => {
      invocation.exitCode = await replay(patterns, options, invocation);
    });
}

async function replay(
  patterns: readonly string[],
  options: ReplayOptions,
  invocation: Invocation,
): Promise<ExitCode> {
  const { json = false, asScenario = false } = options;
  const print = invocation.claimStdout(json || asScenario);
  const style = styleFor(!json && invocation.isColourful(invocation.stdout));
  const { files, errors } = await findCassettes(patterns.length === 0 ? [defaultPattern] : patterns);
  for (const error of errors)
    invocation.stderr.write(`${loadErrorText(error, styleFor(invocation.isColourful(invocation.stderr)))}\n`);
  if (errors.length > 0) return 2;
  if (asScenario) return await printSource(files, print, invocation);
  const replayed: ReplayedCassette[] = [];
  for (const file of files) {
    invocation.current = `The cassette ${file}`;
    const result = await replayOne(file, options.tools);
    replayed.push(result);
    if (!json) print(`${replayedText(result, style)}\n`);
  }
  print(
    json ? `${JSON.stringify(replayJson(replayed), null, 2)}\n` : `\n${replaySummaryText(replayed, style)}\n`,
  );
  return replayed.every(({ status }) => status === 'exact' || status === 'not-checked') ? 0 : 1;
}

/**
 * The cassettes that patterns name, relative to the working directory, sorted and without duplicates. A pattern that
 * matches nothing is an error.
 */
async function findCassettes(patterns: readonly string[]): Promise<{ files: string[]; errors: LoadError[] }> {
  const files = new Set<string>();
  const errors: LoadError[] = [];
  for (const pattern of patterns) {
    const found = await cassettesOf(pattern);
    if (typeof found === 'string') errors.push({ file: pattern, message: found });
    else for (const file of found) files.add(fromHere(file));
  }
  return { files: [...files].toSorted(), errors };
}

async function cassettesOf(pattern: string): Promise<string[] | string> {
  const there = await stat(pattern).catch(() => undefined);
  if (there?.isFile()) return [resolve(pattern)];
  if (!there && !isDynamicPattern(pattern)) return missingFile(pattern);
  const options = { absolute: true, ignore: ['**/node_modules/**'], expandDirectories: false };
  const files = await (there ? glob('**/*.json', { ...options, cwd: pattern }) : glob(pattern, options));
  if (files.length > 0) return files;
  if (pattern === defaultPattern)
    return 'No cassette was found. Record one: npx swarmcheck record <scenario>.';
  return there ? 'This folder has no cassette.' : 'No file matches this pattern.';
}

const nothing: CassetteSummary = { served: 0, exact: 0, drifted: 0, unused: 0 };

async function replayOne(file: string, tools: ToolsMode): Promise<ReplayedCassette> {
  const broken = (problem: string): ReplayedCassette => ({
    file,
    status: 'broken',
    summary: nothing,
    drift: [],
    problems: [problem],
  });
  const notChecked = (problem: string) => ({ ...broken(problem), status: 'not-checked' as const });
  let cassette: CassetteFile;
  try {
    cassette = readCassette(resolve(file))!;
  } catch (error) {
    if (error instanceof CassetteFileError) return broken(error.message);
    throw error;
  }
  const { scenario: reference, test } = cassette;
  if (!reference && test) {
    const command = testCommand(test.file, test.name).replace('SWARMCHECK_RECORD=all ', '');
    return notChecked(
      existsSync(test.file)
        ? `A test recorded it. To check it, run the test: ${command}`
        : `A test of ${test.file} recorded it, but that file no longer exists.`,
    );
  }
  const found = await scenarioOf(cassette);
  if (typeof found === 'string') return broken(found);
  const agent = found.scenario.agent;
  if (tools !== 'run' && isExternalAgent(agent))
    return notChecked(
      `Its agent is an externalAgent, whose app runs the tools itself, so --tools ${tools} does not apply.`,
    );
  // Drifts are collected, not thrown: a cassette may have drifted in several places.
  const session = new CassetteSession({
    path: resolve(file),
    file: cassette,
    live: undefined,
    onMismatch: 'ignore',
  });
  const { model, stream = false } = reference ?? {};
  const scenario: Scenario = {
    ...found.scenario,
    agent: tools === 'run' ? agent : withRecordedTools(agent, file, tools),
    modelOverride: model ?? found.scenario.modelOverride,
    // `expect` and `check` are about the script, which is not played here.
    expect: undefined,
    check: undefined,
  };
  try {
    const run = await runScenario(scenario, { provider: session, stream });
    return judged(file, session, run);
  } catch (error) {
    return broken(`The scenario "${found.scenario.name}" cannot be played: ${thrownText(error)}`);
  }
}

function withRecordedTools(
  agent: AgentUnderTest,
  cassette: string,
  mode: 'replay' | 'verify',
): AgentUnderTest {
  if (isExternalAgent(agent)) return agent;
  return async () =>
    replayTools(typeof agent === 'function' ? await agent() : agent, resolve(cassette), mode);
}

function judged(file: string, session: CassetteSession, run: ScenarioRun): ReplayedCassette {
  const problems: string[] = [];
  if (isMisfit(run.error)) problems.push(run.error.message);
  else if (run.error !== undefined && !session.endedInError)
    problems.push(`The run failed, but the recorded run did not: ${thrownText(run.error)}`);
  try {
    session.assertUsed();
  } catch (error) {
    if (!(error instanceof CassetteUnusedError)) throw error;
    if (problems.length === 0) problems.push(error.message);
  }
  const { summary, drifts: drift, words } = session;
  const status = drift.length + problems.length === 0 ? 'exact' : 'drifted';
  return { file, status, summary, drift, problems, again: words.again };
}

/** The scenario that a cassette names, or the reason why it cannot be loaded. */
async function scenarioOf({ scenario: reference }: CassetteFile): Promise<RecordedScenario | string> {
  if (!reference)
    return 'It does not name the scenario that it was recorded from, so it cannot be checked. Record it with: npx swarmcheck record <scenario>.';
  const { file, name } = reference;
  if (!isInside(resolve(file), process.cwd()))
    return `It names a scenario outside of the working directory, which is not loaded: ${JSON.stringify(file)}.`;
  if (!existsSync(file))
    return `Its scenario no longer exists: ${file}. Restore the file, or remove the cassette and record again.`;
  const loaded = await loadScenarios(file);
  if ('message' in loaded)
    return `Its scenario cannot be loaded: ${loaded.file}${loaded.line === undefined ? '' : `:${loaded.line}`}: ${loaded.message}`;
  const found = loaded.scenarios.find((scenario) => scenario.name === name);
  if (found) return found;
  const names = loaded.scenarios.map((scenario) => JSON.stringify(scenario.name)).join(', ');
  return `${file} has no scenario named ${JSON.stringify(name)}, from which this was recorded. It has: ${names}.`;
}

async function printSource(
  files: readonly string[],
  print: (chunk: string) => void,
  invocation: Invocation,
): Promise<0 | 2> {
  const [file, ...others] = files;
  const tell = (message: string) =>
    invocation.stderr.write(`${loadErrorText({ file: file!, message }, styleFor(false))}\n`);
  if (others.length > 0) {
    tell(`--as-scenario takes only one cassette, but ${files.length} match: ${files.join(', ')}.`);
    return 2;
  }
  try {
    const cassette = readCassette(resolve(file!))!;
    const found = cassette.scenario ? await scenarioOf(cassette) : undefined;
    print(cassetteSource(cassette, file!, typeof found === 'string' ? undefined : found));
    return 0;
  } catch (error) {
    if (!(error instanceof CassetteFileError)) throw error;
    invocation.stderr.write(`${error.message}\n`);
    return 2;
  }
}
