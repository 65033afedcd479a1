import { valueWords } from '../engine/values/value-words.ts';
import { isPromiseLike } from '../engine/values/promise.ts';
import { isProvider } from '../engine/model/valid-provider.ts';
import { isAgent } from '../engine/tools/agent.ts';
import { endedSeveralRuns, recordOf, type RunRecord } from '../engine/run/run-record.ts';
import { RunTrace, type Trace } from './trace.ts';
import { fact, sentence } from '../engine/values/error-facts.ts';
import { UsageError } from '../engine/values/engine-errors.ts';

const traces = new WeakMap<RunRecord, Trace>();

/**
 * The trace of a response, of the error that rejected a run, of a ScenarioRun or of a MockModel. A Trace is returned
 * unchanged. Each run keeps its events, which costs only pointers to its messages. The rest of a trace is computed
 * when it is read.
 *
 * Throws a TypeError for any other value, for a copy of a response, and for an error that rejected several runs.
 */
export function traceOf(source: object): Trace {
  const found = findTrace(source);
  if (!found && endedSeveralRuns(source)) {
    throw new UsageError(
      'Several runs ended with this error object, so its trace is ambiguous. Give each run its own signal, or its own error.',
    );
  }
  if (!found) {
    throw new UsageError(
      sentence`This value has no trace. ${{ where: 'traceOf' }} takes ${{ expected: 'the response of run() (not a copy), the error that run() rejected with, a ScenarioRun, a MockModel or a Trace' }}. It was given ${fact({ given: valueWords(source) }, withoutTrace(source))}`,
    );
  }
  return found;
}

/**
 * Names a value that has no trace, and says what to do about it. The text ends a sentence, and may have a second one.
 */
export function withoutTrace(source: unknown): string {
  if (isPromiseLike(source)) return `${valueWords(source)}. Is an "await" missing?`;
  if (typeof source !== 'object' || source === null) return `${valueWords(source)}.`;
  if (Symbol.asyncIterator in source)
    return 'a stream. Read it to its end; its last event holds the response.';
  if (isProvider(source)) return 'a provider. Pass the response of run().';
  return [`${valueWords(source)}.`, ...adviceFor(source as Record<string, unknown>)].join(' ');
}

function adviceFor(source: Record<string, unknown>): string[] {
  const has = (name: string) => typeof source[name] === 'function';
  if (Array.isArray(source)) return ['Pass the run itself.'];
  if (isAgent(source)) return ['Run the agent first, and pass the response.'];
  if (has('send')) return ['Pass the response of send().'];
  if (has('run')) return ['Pass the response of run().'];
  if ('steps' in source) return ['Play it: await runScenario(…).'];
  return 'stopReason' in source ? ['It is a copy. Pass the response of run() itself.'] : [];
}

/** The trace that `traceOf` returns; undefined for a value without one. */
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
