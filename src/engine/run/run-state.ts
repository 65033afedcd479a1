import type { Message, WireMessage } from '../model/messages.ts';
import type { CompletionProvider } from '../model/provider.ts';
import type { Agent, ContextVariables } from '../tools/agent.ts';
import type { RecordedEvent } from './events.ts';
import type { Hooks } from './hooks.ts';

/** All that a run is and changes: its arguments, copied, and where it stands. */
export interface RunState {
  readonly provider: CompletionProvider;
  readonly hooks: readonly Hooks[];
  readonly input: readonly Message[];
  /** Slot 0 belongs to the system message of the request being made; from 1 on it only grows. */
  readonly history: WireMessage[];
  readonly modelOverride: string | undefined;
  readonly maxTurns: number;
  readonly executeTools: boolean;
  readonly stream: boolean;
  readonly signal: AbortSignal | undefined;
  readonly conversation: string | undefined;
  /** What happened so far; everything that is said about the run later is read off this list. */
  readonly events: RecordedEvent[];
  /** The signal for tools: the run's, or one that is never aborted. */
  toolSignal(): AbortSignal;
  /** Active now. */
  agent: Agent;
  /** Live: what tools write into it stays. */
  readonly contextVariables: ContextVariables;
  /** The context as the trace last showed it. */
  tracedContext: ContextVariables;
  /** Settles when the source of a stream that was left in the middle has been closed. */
  closing?: Promise<void>;
}

/** A piece of a streamed answer, for whoever reads the run as a stream. */
export type StreamPiece =
  | { type: 'stream-delim'; delim: 'start' | 'end' }
  | { type: 'stream-delta'; delta: object };

/**
 * What the loop yields: an event, which goes on the list of what happened; a piece of a stream; or a
 * promise, whose value (or rejection) it wants back. The loop itself never waits, so that one
 * definition of it serves the streamed and the unstreamed run.
 */
type LoopItem = RecordedEvent | StreamPiece | PromiseLike<unknown>;
/** A part of the loop that comes to something. */
export type Loop<Returned> = Generator<LoopItem, Returned, unknown>;

/** Whether a run was rejected because its signal was aborted. */
export function isAbort({ signal }: RunState, error: unknown): boolean {
  return signal?.aborted === true && error === signal.reason;
}
