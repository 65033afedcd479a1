import type { Agent, ContextVariables } from './agent.ts';
import type { Outcome, RecordedEvent, StopReason } from './events.ts';
import { leave, type Message } from './messages.ts';

/** What a run came to (Swarm's README, "Response Fields"). */
export interface Response<C extends object = any> {
  /** Only the new ones. */
  messages: Message[];
  /** Active at the end. */
  agent: Agent<any>;
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

/** Beside the responses and errors rather than on them: nothing is attached to an object of the caller's. */
const records = new WeakMap<object, RunRecord>();
const partials = new WeakMap<object, PartialResponse>();

/** Remembers which run a response or an error came from. Primitives cannot be remembered. */
export function remember(source: unknown, record: RunRecord, partial?: PartialResponse): void {
  if ((typeof source !== 'object' && typeof source !== 'function') || source === null) return;
  records.set(source, record);
  if (partial) partials.set(source, partial);
}

/** The run behind a response or a rejected run's error. */
export function recordOf(source: object): RunRecord | undefined {
  return records.get(source);
}

/**
 * What a run had reached when it was rejected.
 *
 * The provider's error, an abort's reason, a hook's and an instruction function's error reject the
 * run as the very objects they are (`error instanceof RateLimitError` holds), with nothing attached.
 * Undefined for errors that are no objects, and for those that did not come from a run. An error
 * that ended several runs belongs to the last of them.
 */
export function partialResponse(error: unknown): PartialResponse | undefined {
  return (typeof error === 'object' || typeof error === 'function') && error !== null
    ? partials.get(error)
    : undefined;
}

/** The messages a run produced, for the caller to keep: with `sender` and `tool_name`. */
export function producedMessages(events: readonly RecordedEvent[]): Message[] {
  const messages: Message[] = [];
  for (const event of events) {
    if (event.type === 'model-response') messages.push(Object.assign(leave(event.message), { sender: event.agent }));
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

/** What a rejected run leaves behind. The context is copied: a tool left behind by an abort may still write. */
export function partialOf(
  events: readonly RecordedEvent[],
  agent: Agent,
  contextVariables: ContextVariables,
  outcome: 'failed' | 'aborted',
): PartialResponse {
  return { messages: producedMessages(events), agent, contextVariables, outcome };
}
