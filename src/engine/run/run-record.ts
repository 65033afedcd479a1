import type { Agent, ContextVariables } from '../tools/agent.ts';
import type { Outcome, RecordedEvent, StopReason } from './events.ts';
import type { RunInput } from './run-state.ts';
import { leave, type Message } from '../model/messages.ts';

/** The result of a run (Swarm's README, "Response Fields"). */
export interface Response<C extends object = any> {
  /** Only the new messages. */
  messages: Message[];
  /** The agent that is active at the end. */
  agent: Agent;
  /** The run's own context variables: a copy of the caller's, with the changes. */
  contextVariables: C;
  /** Why the run ended. */
  stopReason: StopReason;
}

/** The partial response of a rejected run: the messages, agent and context variables that the run had reached. */
export type PartialResponse = Omit<Response, 'stopReason'> & {
  /** `failed`: rejected by an error. `aborted`: its signal was aborted. */
  outcome: 'failed' | 'aborted';
};

/** The record of a run: its events, which point to existing objects. */
export interface RunRecord {
  readonly events: readonly RecordedEvent[];
  readonly input: RunInput;
}

/**
 * The key under which a response keeps the record of its run. A registered symbol, so that two copies of the package
 * in one process share it.
 */
const recordKey = Symbol.for('swarmcheck.record');

/**
 * The response that `run` makes, with the record of the run. The record is in a private field, because a WeakMap from
 * responses to records would cost half as much as the run itself.
 */
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

/**
 * The runs that errors ended. Kept outside the errors, because these belong to the caller or the provider. All copies
 * of the package share one map.
 */
const failures = (shared[failuresKey] ??= new WeakMap<object, Failure | 'several'>());

/** Remembers the run that an error ended. An error that is a primitive value cannot be remembered. */
export function rememberFailure(error: unknown, record: RunRecord, partial: PartialResponse): void {
  if (!isReference(error)) return;
  const known = failures.get(error);
  // One error can end several runs, such as the reason of a signal that they share. It then leads to none of them,
  // because the wrong run would be worse than no run.
  failures.set(
    error,
    known && (known === 'several' || known.record !== record) ? 'several' : { record, partial },
  );
}

/** The run that a response, or the error of a rejected run, came from. */
export function recordOf(source: object): RunRecord | undefined {
  return (source as { [recordKey]?: RunRecord })[recordKey] ?? failureOf(source)?.record;
}

/** Whether an error ended several runs, so that it identifies none of them. */
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
 * Returns the messages, the agent and the context variables that a run had reached when it rejected with this error.
 *
 * The error of a provider, a hook or an instruction function, and the reason of an abort, reject the run as the same
 * object (`error instanceof RateLimitError` holds), with nothing attached. Returns undefined for an error that is not
 * an object, for one that did not come from a run, and for one that ended several runs, such as the reason of a
 * signal they share.
 */
export function partialResponse(error: unknown): PartialResponse | undefined {
  return isReference(error) ? failureOf(error)?.partial : undefined;
}

/** The messages that a run produced, in the form that the caller gets: with `sender` and `tool_name`. */
export function producedMessages(events: readonly RecordedEvent[]): Message[] {
  const messages: Message[] = [];
  for (const event of events) {
    if (event.type === 'model-response') messages.push(leave(event.message, event.agent));
    // The results of turn 0 are in the input already.
    if (event.type === 'tool-result' && event.turn > 0) {
      const { toolCallId: tool_call_id, tool: tool_name, content } = event;
      messages.push({ role: 'tool', tool_call_id, tool_name, content });
    }
  }
  return messages;
}

/** How the run ended, or undefined while it has not ended. */
export function outcomeOf(events: readonly RecordedEvent[]): Outcome | undefined {
  const last = events.at(-1);
  return last?.type === 'run-end' ? last.outcome : undefined;
}
