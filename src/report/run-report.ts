import { styleText } from 'node:util';
import type { ScenarioRun } from '../scenario/scenario.ts';
import { printable } from './printable.ts';
import { storyOf } from './scenario-line.ts';

/** A scenario that was played, with the file it came from. */
export interface PlayedScenario {
  name: string;
  /** Relative to the working directory. */
  file: string;
  run: ScenarioRun;
  durationMs: number;
}

/** What kept a file's scenarios from being played. */
export interface LoadError {
  file: string;
  line?: number | undefined;
  message: string;
}

type Style = (format: 'green' | 'red' | 'dim' | 'bold', text: string) => string;

/** Colours, or none. */
export function styleFor(colour: boolean): Style {
  // Whether there is a terminal is decided by the caller, so nothing is left to be validated here.
  return (format, text) => (colour ? styleText(format, text, { validateStream: false }) : text);
}

/** One line for a scenario; for a failed one also its file and what went wrong. */
export function scenarioText({ name, file, run }: PlayedScenario, style: Style): string {
  const title = printable(name.replaceAll(/\s+/g, ' '));
  const story = style('dim', printable(storyOf(run)));
  if (run.passed) return `${style('green', '✓')} ${title}  ${story}`;
  const failures = run.failures.flatMap(({ message }) => [...indent(printable(message), '    '), '']);
  return [`${style('red', '✗')} ${title}  ${story}`, style('dim', `  ${printable(file)}`), ...failures].join(
    '\n',
  );
}

/** `file:line: message`, as editors and terminals make links of it. */
export function loadErrorText({ file, line, message }: LoadError, style: Style): string {
  const [first = '', ...rest] = printable(message).split('\n');
  return [
    `${style('red', '✗')} ${printable(file.replaceAll('\n', ' '))}${line === undefined ? '' : `:${line}`}: ${first}`,
    ...rest.map((text) => `    ${text}`),
  ].join('\n');
}

/** The last line: how many passed, failed, and did not load. */
export function summaryText(
  played: readonly PlayedScenario[],
  errors: readonly LoadError[],
  style: Style,
): string {
  const passed = played.filter(({ run }) => run.passed).length;
  const failed = played.length - passed;
  const parts = [style(failed === 0 ? 'green' : 'dim', `${passed} passed`)];
  if (failed > 0) parts.push(style('red', `${failed} failed`));
  if (errors.length > 0) parts.push(style('red', `${errors.length} could not be loaded`));
  return `${style('bold', played.length === 1 ? '1 scenario' : `${played.length} scenarios`)}: ${parts.join(', ')}`;
}

/** The same as one JSON document, version 1. */
export function runJson(played: readonly PlayedScenario[], errors: readonly LoadError[]): object {
  return {
    version: 1,
    passed: played.filter(({ run }) => run.passed).length,
    failed: played.filter(({ run }) => !run.passed).length,
    errors,
    scenarios: played.map(({ name, file, run, durationMs }) => ({
      name,
      file,
      passed: run.passed,
      failures: run.failures.map(({ message, step }) =>
        step === undefined ? { message } : { message, step },
      ),
      agents: run.trace.agents,
      toolCalls: run.trace.toolCalls,
      outcome: run.trace.outcome,
      hash: run.trace.hash,
      durationMs,
    })),
  };
}

function indent(text: string, by: string): string[] {
  return text.split('\n').map((line) => (line === '' ? '' : by + line));
}
