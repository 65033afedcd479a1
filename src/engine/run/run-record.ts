import type { Agent, ContextVariables } from '../tools/agent.ts';
import type { Outcome, RecordedEvent, StopReason } from './events.ts';
import { leave, type Message } from '../model/messages.ts';

/** What a run came to (Swarm's README, "Response Fields"). */
export interface Response<C extends object = any> {
  /** Only the new ones. */
  messages: Message[];
  /** Active at the end. */
  agent: Agent;
  /** The run's own: the caller's, copied, plus changes. */
  contextVariables: C;
  /** Why the run ended. */
  stopReason: StopReason;
}

/** What a rejected run had reached. */
export type PartialResponse = Omit<Response, 'stopReason'> & {
  /** failed: by an error. aborted: by its signal. */
  outcome: 'failed' | 'aborted';
};

/** What stays of a run: its events, as pointers. */
export interface RunRecord {
  readonly events: readonly RecordedEvent[];
}

/** Where a response keeps its run; registered, so that two copies of the package in one process share it. */
const recordKey = Symbol.for('swarmcheck.record');

/** A response as `run` makes it: it knows its run. In a private field, because a WeakMap costs half as much as the run itself. */
export class RunResponse implements Response {
  messages: Message[];
  agent: Agent;
  contextVariables: ContextVariables;
  stopReason: StopReason;
  readonly #record: RunRecord;

  constructor(record: RunRecord, agent: Agent, contextVariables: ContextVariables, stopReason: StopReason) {
    this.messages = producedMessages(record.events);
    this.agent = agent;
    this.contextVariables = contextVariables;
    this.stopReason = stopReason;
    this.#record = record;
  }

  get [recordKey](): RunRecord {
    return this.#record;
  }
}

interface Failure {
  record: RunRecord;
  partial: PartialResponse;
}

const failuresKey = Symbol.for('swarmcheck.failures');
const shared = globalThis as { [failuresKey]?: WeakMap<object, Failure | 'several'> };

/** Beside the errors rather than on them: they are the caller's or the provider's own. One map for all copies of the package. */
const failures = (shared[failuresKey] ??= new WeakMap<object, Failure | 'several'>());

/** Remembers which run an error came from. Primitives cannot be remembered. */
export function rememberFailure(error: unknown, record: RunRecord, partial: PartialResponse): void {
  if (!isReference(error)) return;
  const known = failures.get(error);
  // One object that ended two runs, as a shared signal's reason does, tells of neither: the wrong one would be worse.
  failures.set(
    error,
    known && (known === 'several' || known.record !== record) ? 'several' : { record, partial },
  );
}

/** The run behind a response or a rejected run's error. */
export function recordOf(source: object): RunRecord | undefined {
  return (source as { [recordKey]?: RunRecord })[recordKey] ?? failureOf(source)?.record;
}

/** Whether an error ended several runs, so that it tells of none. */
export function endedSeveralRuns(error: object): boolean {
  return failures.get(error) === 'several';
}

function failureOf(error: object): Failure | undefined {
  const found = failures.get(error);
  return found === 'several' ? undefined : found;
}

function isReference(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

/**
 * What a run had reached when it was rejected.
 *
 * The provider's error, an abort's reason, a hook's and an instruction function's error reject the
 * run as the very objects they are (`error instanceof RateLimitError` holds), with nothing attached.
 * Undefined for errors that are no objects, and for those that did not come from a run. One
 * object that ended several runs, as the reason of a signal they share, tells of none.
 */
export function partialResponse(error: unknown): PartialResponse | undefined {
  return isReference(error) ? failureOf(error)?.partial : undefined;
}

/** The messages a run produced, for the caller to keep: with `sender` and `tool_name`. */
export function producedMessages(events: readonly RecordedEvent[]): Message[] {
  const messages: Message[] = [];
  for (const event of events) {
    if (event.type === 'model-response') messages.push(leave(event.message, event.agent));
    if (event.type === 'tool-result') {
      const { toolCallId: tool_call_id, tool: tool_name, content } = event;
      messages.push({ role: 'tool', tool_call_id, tool_name, content });
    }
  }
  return messages;
}

/** How the run ended, or undefined while it has not. */
export function outcomeOf(events: readonly RecordedEvent[]): Outcome | undefined {
  const last = events.at(-1);
  return last?.type === 'run-end' ? last.outcome : undefined;
}
