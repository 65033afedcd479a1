import type { ChatCompletion, CompletionRequest } from '../model/provider.ts';
import type { AssistantMessage, Message, WireMessage } from '../model/messages.ts';

/**
 * Why a run ended.
 *
 * completed: the model asked for no more calls (at the limit too). max_turns: the limit came first;
 * the last turn's tools still ran. interrupted: executeTools=false met tool calls, which are the
 * last message's.
 */
export type StopReason = 'completed' | 'max_turns' | 'interrupted';

/** Why a run ended, or that it was rejected: by an error, or because its signal was aborted. */
export type Outcome = StopReason | 'failed' | 'aborted';

/** Why a tool call was answered with an error. JSON that is no object is invalid-arguments. */
export type ToolErrorKind =
  | 'unknown-tool'
  | 'invalid-json'
  | 'invalid-arguments'
  | 'threw'
  | 'not-serializable';

/** A tool call and what it was answered with. */
export interface TracedToolCall {
  /** Counts the runs of a conversation from 1. */
  run: number;
  /** Counts the turns of a run from 1. */
  turn: number;
  /** The agent that called. */
  agent: string;
  /** The tool's name. */
  tool: string;
  /** The id the model gave the call. */
  toolCallId: string;
  /** Parsed, or the raw string if it does not parse. */
  args: unknown;
  /** What the model was answered with. */
  content: string;
  /** Why it was answered with an error, if it was. */
  error?: ToolErrorKind;
}

/** A handoff: `tool` returned the agent `to`, active from the next turn. */
export interface TracedHandoff {
  /** Counts the runs of a conversation from 1. */
  run: number;
  /** Counts the turns of a run from 1. */
  turn: number;
  /** The agent that was active. */
  from: string;
  /** The agent active from the next turn. */
  to: string;
  /** The tool that returned it. */
  tool: string;
}

/** What the model was shown, whole. */
export interface TracedRequest {
  /** Counts the runs of a conversation from 1. */
  run: number;
  /** Counts the turns of a run from 1. */
  turn: number;
  /** The agent that was active. */
  agent: string;
  /** The body of the request. */
  request: CompletionRequest;
}

/**
 * One entry of the list of what happened, plain JSON.
 *
 * `run` counts the runs of a conversation from 1, `turn` the turns of a run from 1. A model-error's
 * message is ours ("status 429"), since clients word theirs differently. A tool-result's args are
 * the parsed JSON, or the raw string if it does not parse. At most one context-change a turn, before
 * its handoff.
 */
export type TraceEvent =
  | {
      type: 'run-start';
      run: number;
      agent: string;
      messages: Message[];
      contextVariables: object;
      /** null when there is no limit. */
      maxTurns: number | null;
      executeTools: boolean;
    }
  | ({ type: 'model-request' } & TracedRequest)
  | {
      type: 'model-response';
      run: number;
      turn: number;
      agent: string;
      /** As it stands in later requests, without `sender`. */
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
      /** Names of the variables that are gone. */
      deleted: string[];
    }
  | { type: 'run-end'; run: number; agent: string; outcome: Outcome };

type WithoutRun<Event> = Event extends unknown ? Omit<Event, 'run'> : never;

/**
 * An event as the engine keeps it: pointers into what exists anyway. A request is the length of the
 * history at that moment, arguments are the string that came; both are spelled out when asked.
 */
export type RecordedEvent =
  | WithoutRun<Exclude<TraceEvent, { type: 'model-request' | 'model-response' | 'tool-result' }>>
  | RecordedRequest
  | RecordedResponse
  | RecordedToolResult;

/** A request whose messages are the system message and the first `length - 1` of the history. */
interface RecordedRequest {
  type: 'model-request';
  turn: number;
  agent: string;
  request: Omit<CompletionRequest, 'messages'>;
  system: WireMessage;
  /** Slot 0 belongs to the system message; from 1 on it only grows. */
  history: readonly WireMessage[];
  length: number;
}

/** What the model answered, as it stands in later requests. */
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
}
