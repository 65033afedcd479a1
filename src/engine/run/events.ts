import type { ChatCompletion, CompletionRequest } from '../model/provider.ts';
import type { AssistantMessage, Message, WireMessage } from '../model/messages.ts';

/**
 * Why a run ended.
 *
 * `completed`: the model asked for no more calls, possibly in the last turn allowed. `max_turns`: the limit was
 * reached first; the tools of the last turn still ran. `interrupted`: with `executeTools: false`, the model asked for
 * tool calls, which are in the last message.
 */
export type StopReason = 'completed' | 'max_turns' | 'interrupted';

/** How a run ended: a stop reason, `failed` if an error rejected the run, or `aborted` if its signal was aborted. */
export type Outcome = StopReason | 'failed' | 'aborted';

/** Why a tool call was answered with an error. Valid JSON that is not an object is `invalid-arguments`. */
export type ToolErrorKind =
  | 'unknown-tool'
  | 'invalid-json'
  | 'invalid-arguments'
  | 'threw'
  | 'not-serializable';

/**
 * A value that was thrown in place of a tool's result. It is kept beside the event for developers, and is not a part
 * of the trace.
 */
export interface Thrown {
  readonly value: unknown;
  /** `tool`: its function threw. `schema`: the validation of the arguments threw, so the function was not called. */
  readonly by: 'tool' | 'schema';
}

/** A tool call and its answer. */
export interface TracedToolCall {
  /** The number of the run in its conversation, from 1. */
  run: number;
  /** The number of the turn in its run, from 1. */
  turn: number;
  /** The agent that made the call. */
  agent: string;
  /** The tool's name. */
  tool: string;
  /** The id the model gave the call. */
  toolCallId: string;
  /** Parsed, or the raw string if it is not valid JSON or nested too deeply. */
  args: unknown;
  /** The text that answers the call. */
  content: string;
  /** Why the call was answered with an error; absent if it succeeded. */
  error?: ToolErrorKind;
}

/** A handoff: `tool` returned the agent `to`, which is active from the next turn. */
export interface TracedHandoff {
  /** The number of the run in its conversation, from 1. */
  run: number;
  /** The number of the turn in its run, from 1. */
  turn: number;
  /** The agent that was active. */
  from: string;
  /** The agent active from the next turn. */
  to: string;
  /** The tool that returned the agent. */
  tool: string;
}

/** A whole request to the model. */
export interface TracedRequest {
  /** The number of the run in its conversation, from 1. */
  run: number;
  /** The number of the turn in its run, from 1. */
  turn: number;
  /** The agent that was active. */
  agent: string;
  /** The body of the request. */
  request: CompletionRequest;
}

/**
 * One event of a trace, plain JSON.
 *
 * `run` counts the runs of a conversation from 1, `turn` the turns of a run from 1. The message of a model-error is
 * written by the engine ("status 429"), because the messages of clients differ. The args of a tool-result are the
 * parsed JSON, or the raw string if it is not valid JSON or nested too deeply. A turn has at most one context-change,
 * before its handoff. In a run that continues from the result of `answerPending`, the answered calls come first, in
 * turn 0; its run-start has the agent and the context variables from before the answers.
 */
export type TraceEvent =
  | {
      type: 'run-start';
      run: number;
      agent: string;
      messages: Message[];
      contextVariables: object;
      /** null if unlimited. */
      maxTurns: number | null;
      executeTools: boolean;
    }
  | ({ type: 'model-request' } & TracedRequest)
  | {
      type: 'model-response';
      run: number;
      turn: number;
      agent: string;
      /** As it appears in later requests, without `sender`. */
      message: Message;
      finishReason: string | null;
      usage?: ChatCompletion['usage'];
    }
  | {
      type: 'model-error';
      run: number;
      turn: number;
      agent: string;
      error: { name: string; message: string; status?: number };
    }
  | ({ type: 'tool-result' } & TracedToolCall)
  | ({ type: 'handoff' } & TracedHandoff)
  | {
      type: 'context-change';
      run: number;
      turn: number;
      /** New values of the variables that changed. */
      set: object;
      /** Names of the variables that were deleted. */
      deleted: string[];
    }
  | { type: 'run-end'; run: number; agent: string; outcome: Outcome };

type WithoutRun<Event> = Event extends unknown ? Omit<Event, 'run'> : never;

/**
 * An event as the engine keeps it, with references to existing objects. A request keeps the length that the history
 * had then, and a tool result keeps the raw arguments. The trace expands both.
 */
export type RecordedEvent =
  | WithoutRun<Exclude<TraceEvent, { type: 'model-request' | 'model-response' | 'tool-result' }>>
  | RecordedRequest
  | RecordedResponse
  | RecordedToolResult;

/** A request. Its messages are `system`, then items 1 to `length - 1` of `history`. */
interface RecordedRequest {
  type: 'model-request';
  turn: number;
  agent: string;
  request: Omit<CompletionRequest, 'messages'>;
  system: WireMessage;
  /** Item 0 is reserved for the system message. The items from 1 on are only ever appended. */
  history: readonly WireMessage[];
  length: number;
}

/** The model's answer, as it appears in later requests. */
interface RecordedResponse {
  type: 'model-response';
  turn: number;
  agent: string;
  message: AssistantMessage;
  finishReason: string;
  usage: ChatCompletion['usage'];
}

/** A tool result with its arguments as the model sent them. */
interface RecordedToolResult {
  type: 'tool-result';
  turn: number;
  agent: string;
  tool: string;
  toolCallId: string;
  rawArgs: string;
  content: string;
  error: ToolErrorKind | undefined;
  /** Absent if the result was read from requests. */
  thrown?: Thrown | undefined;
}
