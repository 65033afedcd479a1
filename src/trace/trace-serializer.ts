import { isError } from '../engine/values/engine-errors.ts';
import { LaneSecrets } from '../secrets/lane-secrets.ts';
import { eventLines } from './format.ts';
import { findTrace } from './trace-of.ts';
import type { Trace } from './trace.ts';

/** An object that prints some values of a snapshot, for `expect.addSnapshotSerializer`. */
export interface TraceSerializer {
  /** Whether the value is a Trace, a ScenarioRun, a MockModel or the Response of a run, but not a copy of one. */
  test(value: unknown): boolean;
  /**
   * The text of the value. `indentation` belongs to the surrounding value. Within another value the lines are in
   * braces.
   */
  serialize(value: unknown, config?: unknown, indentation?: string): string;
}

/**
 * A snapshot serializer: prints a run or a trace as the text that failure messages show, with at most one line for
 * each event. "swarmcheck/vitest" registers it. In other runners, pass it to `expect.addSnapshotSerializer`. A
 * serializer that is added later takes precedence.
 *
 * The text has no ids, times or stacks. Secrets are redacted, because a snapshot is a file.
 */
export const traceSerializer: TraceSerializer = {
  test: (value) => printedTrace(value) !== undefined,
  serialize(value, _config, indentation = '') {
    const trace = printedTrace(value);
    if (!trace) throw new TypeError('traceSerializer was given a value without a trace.');
    const secrets = new LaneSecrets();
    const lines = eventLines(trace).map((line) => secrets.hideText(line));
    if (lines.length === 0) lines.push('nothing happened');
    if (indentation === '') return lines.join('\n');
    return ['Trace {', ...lines.map((line) => `${indentation}  ${line}`), `${indentation}}`].join('\n');
  },
};

/**
 * The trace that represents the whole value. Other objects with a trace, such as `{ trace, stock }` or the error that
 * ended a run, have more to print.
 */
function printedTrace(value: unknown): Trace | undefined {
  if (typeof value !== 'object' || value === null || isError(value)) return undefined;
  if ('trace' in value && !('scenario' in value && 'failures' in value) && !('assertComplete' in value))
    return undefined;
  return findTrace(value);
}
