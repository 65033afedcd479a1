import type {
  ChatCompletionChunk,
  CompletionOptions,
  CompletionRequest,
} from '../../engine/model/provider.ts';
import type { Hooks } from '../../engine/run/hooks.ts';
import type { Trace } from '../../trace/trace.ts';

/** The fields of an agent at the time of a request. */
export interface AgentThen {
  readonly name: string;
  readonly model: string;
  /** Undefined if the instructions are a function. */
  readonly instructions: string | undefined;
  readonly tools: readonly string[];
  readonly toolChoice: unknown;
  readonly parallelToolCalls: boolean;
}

/** A request as the provider received it, and what the provider answered. */
export interface SeenRequest {
  readonly kind: 'request';
  readonly request: CompletionRequest;
  readonly options: CompletionOptions | undefined;
  /** The agent that is active according to what the tools returned. */
  readonly agent: AgentThen;
  readonly isStreamed: boolean;
  /** The chunks that the provider has sent. */
  readonly chunks: ChatCompletionChunk[];
  /** The answer of an unstreamed request. */
  answer?: unknown;
  /** `closed`: a stream that was left before its end. Absent while the provider is still answering. */
  end?: 'answered' | 'failed' | 'closed';
}

/** A tool that was called. */
export interface SeenCall {
  readonly kind: 'tool';
  /** The number of the requests in the run so far. */
  readonly turn: number;
  readonly name: string;
  /** A copy of the arguments, made before the tool could change them. */
  readonly args: unknown;
  /** Whether the arguments come from a schema library, which may change them. */
  readonly mayDiffer: boolean;
  readonly contextVariables: object;
  readonly toolCallId: string;
  readonly signal: AbortSignal;
  /** Absent while the tool runs. */
  end?: ToolEnd;
}

/** How a tool ended. `content` is the text of its return value; undefined if it cannot be sent as text. */
type ToolEnd = { readonly content: string | undefined } | { readonly thrown: unknown };

/** A hook that was called. `place` counts the observed hooks, which are called around the scenario's own. */
export interface SeenHook {
  readonly kind: 'hook';
  readonly name: keyof Hooks;
  readonly place: number;
  readonly event: { readonly agent: { readonly name: string }; readonly turn: number };
}

/** Something that happened in a run, seen from outside. */
export type Moment =
  | { readonly what: 'begin' | 'end'; readonly of: SeenRequest | SeenCall | SeenHook }
  | { readonly what: 'chunk'; readonly of: SeenRequest; readonly delta: object | undefined }
  | { readonly what: 'piece'; readonly delta: object }
  | { readonly what: 'abort' };

/** A run, seen from outside. */
export interface SeenRun {
  readonly requests: SeenRequest[];
  readonly calls: SeenCall[];
  /** In the order in which they happened. */
  readonly moments: Moment[];
}

/** A play, seen from outside. */
export interface Observation {
  readonly runs: readonly SeenRun[];
  /** The `conversation` that was given to each run. */
  readonly conversation: string;
  /** The number of observed hooks. */
  readonly hookCount: number;
  /** The reason with which the play was aborted; undefined if it was not aborted. */
  readonly reason: Error | undefined;
}

const observations = new WeakMap<Trace, Observation>();

/** Keeps the observation of the play that left this trace. */
export function keepObservation(trace: Trace, observation: Observation): void {
  observations.set(trace, observation);
}

/** The observation of the play that left this trace; undefined if the play was not observed. */
export function observationOf(trace: Trace): Observation | undefined {
  return observations.get(trace);
}
