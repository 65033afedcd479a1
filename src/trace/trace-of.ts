import { endedSeveralRuns, recordOf, type RunRecord } from '../engine/run/run-record.ts';
import { RunTrace, type Trace } from './trace.ts';

const traces = new WeakMap<RunRecord, Trace>();

/**
 * The trace behind a response, a rejected run's error, a ScenarioRun or a MockModel; a Trace is its
 * own. `run` always keeps its events, as pointers; projections and hash are made when asked.
 *
 * Throws a TypeError for anything else, also for a copy of a response.
 */
export function traceOf(source: object): Trace {
  const found = findTrace(source);
  if (!found && endedSeveralRuns(source)) {
    throw new TypeError(
      'This error ended several runs, so it tells of none of them. Give each run a signal, or an error, of its own.',
    );
  }
  if (!found) {
    throw new TypeError(
      'There is no trace behind this value. traceOf takes what run() resolved to (itself, not a copy), the error it rejected with, a ScenarioRun, a MockModel or a Trace.',
    );
  }
  return found;
}

/** The same, or undefined for values with no trace behind them. */
export function findTrace(source: unknown): Trace | undefined {
  if ((typeof source !== 'object' && typeof source !== 'function') || source === null) return undefined;
  const record = recordOf(source);
  if (record) return traceOfRecord(record);
  if (isTrace(source)) return source;
  return 'trace' in source && isTrace(source.trace) ? source.trace : undefined;
}

function traceOfRecord(record: RunRecord): Trace {
  let trace = traces.get(record);
  if (!trace) traces.set(record, (trace = new RunTrace([record.events])));
  return trace;
}

function isTrace(value: unknown): value is Trace {
  return (
    typeof value === 'object' &&
    value !== null &&
    'events' in value &&
    'toolCalls' in value &&
    'hash' in value &&
    'diff' in value
  );
}
