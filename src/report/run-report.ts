import type { ModeRun } from '../scenario/modes.ts';
import type { ScenarioRun } from '../scenario/scenario.ts';
import type { TracedToolCall } from '../engine/run/events.ts';
import { thrownTexts } from '../trace/format.ts';
import { printable } from './printable.ts';
import { storyOf, thrownInRun } from './scenario-line.ts';
import type { Style } from './style.ts';

/** A scenario that was played, with the file it came from. */
export interface PlayedScenario {
  name: string;
  /** Relative to the working directory. */
  file: string;
  /** The run in the first play mode, with the failures of all modes. */
  run: ScenarioRun;
  /** The run in each play mode, if there was more than one. */
  modes?: readonly ModeRun[] | undefined;
  durationMs: number;
  /** Something questionable in the scenario that does not fail it. */
  warning?: string | undefined;
}

/** The result of `swarmcheck run`. */
export interface RunSummary {
  played: readonly PlayedScenario[];
  errors: readonly LoadError[];
  /** Whether the command ended at the first failure, because of `--bail`. */
  bailed: boolean;
}

/** An error that kept scenarios from being played, or that happened outside of them. */
export interface LoadError {
  file: string;
  line?: number | undefined;
  message: string;
}

/**
 * One line for a scenario. If the scenario failed, its file and its failures follow. If it passed with a warning, its
 * file and the warning follow.
 */
export function scenarioText({ name, file, run, modes, warning }: PlayedScenario, style: Style): string {
  const title = printable(name.replaceAll(/\s+/g, ' '));
  const ways = modes && run.passed ? `, ${modes.length} play modes with the same hash` : '';
  const story = style('dim', printable(storyOf(run)) + ways);
  const line = `${run.passed ? style('green', '✓') : style('red', '✗')} ${title}  ${story}`;
  // A tool that threw as the scenario expects is in the story already.
  if (run.passed && warning === undefined) return line;
  // The name of a scenario from a JSON file with steps already contains the file.
  const place = name.startsWith(`${file}#`) ? [] : [style('dim', `  ${printable(file)}`)];
  const crashes = thrownInRun(run).map((text) => style('dim', `    ${printable(text)}`));
  if (run.passed) return [line, ...place, ...crashes, ...warningLines(warning)].join('\n');
  const failures = run.failures.flatMap(({ message }) => [...indent(printable(message), '    '), '']);
  return [line, ...place, ...failures].join('\n');
}

/** `file:line: message`, which editors and terminals turn into a link. */
export function loadErrorText({ file, line, message }: LoadError, style: Style): string {
  const [first = '', ...rest] = printable(message).split('\n');
  return [
    `${style('red', '✗')} ${printable(file.replaceAll('\n', ' '))}${line === undefined ? '' : `:${line}`}: ${first}`,
    ...rest.map((text) => `    ${text}`),
  ].join('\n');
}

/**
 * The last line: how many scenarios passed and failed, how many errors there were, and whether the rest was not
 * played.
 */
export function summaryText({ played, errors, bailed }: RunSummary, style: Style): string {
  const passed = played.filter(({ run }) => run.passed).length;
  const failed = played.length - passed;
  const parts = [style(failed === 0 ? 'green' : 'dim', `${passed} passed`)];
  if (failed > 0) parts.push(style('red', `${failed} failed`));
  if (errors.length > 0)
    parts.push(style('red', errors.length === 1 ? '1 error' : `${errors.length} errors`));
  if (bailed) parts.push('the rest was not played (--bail)');
  return `${style('bold', played.length === 1 ? '1 scenario' : `${played.length} scenarios`)}: ${parts.join(', ')}`;
}

/** The report as one JSON document, version 1. */
export function runJson({ played, errors, bailed }: RunSummary): object {
  return {
    version: 1,
    passed: played.filter(({ run }) => run.passed).length,
    failed: played.filter(({ run }) => !run.passed).length,
    ...(bailed && { bailed }),
    errors,
    scenarios: played.map(({ name, file, run, modes, durationMs, warning }) => ({
      name,
      file,
      passed: run.passed,
      failures: run.failures.map(({ message, step }) =>
        step === undefined ? { message } : { message, step },
      ),
      agents: run.trace.agents,
      toolCalls: run.trace.toolCalls.map(withThrownText),
      outcome: run.trace.outcome,
      hash: run.trace.hash,
      ...(modes && {
        modes: modes.map(({ mode, run: { passed, trace } }) => ({ ...mode, passed, hash: trace.hash })),
      }),
      ...(warning !== undefined && { warning }),
      durationMs,
    })),
  };
}

function warningLines(warning: string | undefined): string[] {
  return warning === undefined ? [] : warning.split('\n').map((text) => `    Warning: ${printable(text)}`);
}

/** A call for the report, with the value that its tool threw, as text. */
function withThrownText(call: TracedToolCall): object {
  const lines = thrownTexts(call);
  return lines.length === 0 ? call : { ...call, thrown: lines.join('\n') };
}

function indent(text: string, by: string): string[] {
  return text.split('\n').map((line) => (line === '' ? '' : by + line));
}
