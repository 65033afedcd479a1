import type { ToolCall } from '../model/completion.ts';
import type { Message, WireMessage } from '../model/messages.ts';
import type { CompletionProvider } from '../model/provider.ts';
import type { Agent, ContextVariables } from '../tools/agent.ts';
import type { AnsweredCalls } from './answered-calls.ts';
import type { RecordedEvent } from './events.ts';
import type { Hooks } from './hooks.ts';

/** The state of a run: its arguments, copied, and its progress. */
export interface RunState {
  readonly provider: CompletionProvider;
  readonly hooks: readonly Hooks[];
  readonly input: readonly Message[];
  /**
   * Item 0 is reserved for the system message of the current request. The items from 1 on are only ever appended.
   */
  readonly history: WireMessage[];
  readonly modelOverride: string | undefined;
  readonly maxTurns: number;
  readonly executeTools: boolean;
  readonly stream: boolean;
  readonly signal: AbortSignal | undefined;
  readonly conversation: string | undefined;
  /** The events so far. Everything that is reported about the run later is read from this list. */
  readonly events: RecordedEvent[];
  /** The signal for tools: the run's, or one that is never aborted. */
  toolSignal(): AbortSignal;
  /** The active agent. */
  agent: Agent;
  /** The run's own object: what tools write into it stays. */
  readonly contextVariables: ContextVariables;
  /** The context as the trace last showed it. */
  tracedContext: ContextVariables;
  /** The answers of a person to calls of an interrupted run, in place of the results of tools. */
  answers: ReadonlyMap<ToolCall, unknown> | undefined;
  /** The answered calls that this run continues from. */
  readonly answered: AnsweredCalls | undefined;
  /**
   * Settles when the provider's stream has been closed. Absent unless the stream had to be closed before its end.
   */
  closing?: Promise<void>;
}

/** The part of a run's state that its calls are answered with when the run was interrupted. */
export type RunInput = Pick<RunState, 'provider' | 'hooks' | 'input' | 'signal' | 'agent'>;

/** A delimiter or a delta of a streamed answer, for the reader of the stream. */
export type StreamPiece =
  | { type: 'stream-delim'; delim: 'start' | 'end' }
  | { type: 'stream-delta'; delta: object };

/**
 * What the loop yields: an event, which is added to the list of events; a chunk of a stream; or a promise, whose
 * value or rejection is sent back into the loop. The loop itself never waits, so one definition of it serves streamed
 * and unstreamed runs.
 */
type LoopItem = RecordedEvent | StreamPiece | PromiseLike<unknown>;
/** A part of the loop, with the type of its result. */
export type Loop<Returned> = Generator<LoopItem, Returned, unknown>;

/** Whether the error is the reason with which the run's signal was aborted. */
export function isAbort({ signal }: RunState, error: unknown): boolean {
  return signal?.aborted === true && error === signal.reason;
}
