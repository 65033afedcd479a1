import type { ToolErrorKind } from '../../engine/run/events.ts';

/** The value of the first field of every cassette, which distinguishes it from the files of other tools. */
export const formatName = 'swarmcheck-cassette';

/** The version that is written. Newer versions are rejected. docs/cassette-format.md describes each version. */
export const formatVersion = 1;

/** A text. A text of several lines is stored as the list of its lines, so that a diff shows which line changed. */
export type Text = string | readonly string[];

/** The stored form of a cassette. docs/cassette-format.md describes it for readers. */
export interface CassetteFile {
  format: typeof formatName;
  version: typeof formatVersion;
  /** The scenario that was recorded, which `swarmcheck replay` plays again. */
  scenario?: ScenarioReference;
  /** The test that recorded the cassette, and replays it. */
  test?: TestReference;
  /**
   * All of a request except its history, by label. The label is the agent's name. Other settings of the same agent
   * get labels such as "Refunds (2)".
   */
  agents: Readonly<Record<string, AgentRecord>>;
  /**
   * Tool definitions in the form of the API, by label. The label is the tool's name. Other definitions with the same
   * name get labels such as "search (2)".
   */
  tools: Readonly<Record<string, object>>;
  /** In the order in which they began. */
  lanes: readonly LaneRecord[];
}

/** Identifies a scenario. */
export interface ScenarioReference {
  /** The path relative to the working directory, with forward slashes. */
  file: string;
  name: string;
  /** The model that was used instead of the models of the agents. */
  model?: string;
  /** Whether the answers were streamed. */
  stream?: boolean;
}

/** Identifies a test. */
export interface TestReference {
  /** The path relative to the root folder of vitest, with forward slashes. */
  file: string;
  /** The names of the suites around the test and its own name, joined by " > ". */
  name: string;
}

/** All of a request except its history. */
export interface AgentRecord {
  /** The agent's name, if it differs from the label. */
  name?: string;
  model: string;
  /** The system message, if the request begins with one that is only text. */
  instructions?: Text;
  /** Present if the instructions were sent as a "developer" message. */
  role?: 'developer';
  /** Labels of the offered tools, in order. */
  tools?: readonly string[];
  /** All other fields of the request that reach the model. */
  parameters?: Readonly<Record<string, unknown>>;
}

/** The interactions of one conversation, in order. */
export interface LaneRecord {
  /** The name of the conversation, if it has one. */
  conversation?: string;
  interactions: readonly InteractionRecord[];
}

/** One request, its answer, and the results of the tools that the answer called. */
export interface InteractionRecord {
  /** From 1, without gaps, so that a removed or moved interaction is noticed. */
  number: number;
  request: RequestRecord;
  /** Milliseconds until the answer arrived, or its first chunk. */
  ms: number;
  completion?: unknown;
  stream?: StreamRecord;
  error?: ErrorRecord;
  /**
   * Present if the request was aborted before its answer was complete. `stream` then has the chunks that had arrived.
   */
  aborted?: true;
  /** The result of each call of the answer, in the order of the calls. */
  results?: readonly ResultRecord[];
  /** The last handoff among the calls of the answer. */
  handoff?: { to: string; tool: string };
  /** The changes that the calls of the answer made to the context variables. */
  context?: { set: Readonly<Record<string, unknown>>; deleted: readonly string[] };
}

/** The difference between a request and the previous request of the lane. */
interface RequestRecord {
  /** A label of `agents`. */
  agent: string;
  /**
   * How many messages of the previous history the request still begins with; absent if it begins with all. The
   * previous history consists of the history of the previous request, its answer, and the results of that answer's
   * calls.
   */
  keep?: number;
  /** The messages of the request after those that `keep` counts. */
  new?: readonly MessageRecord[];
}

/** A message in the form of the API, with its texts as `Text`. */
export type MessageRecord = Readonly<Record<string, unknown>>;

/** The result of a call. */
export interface ResultRecord {
  tool: string;
  content: Text;
  error?: ToolErrorKind;
}

/** An answer that was streamed. */
export interface StreamRecord {
  /**
   * `chunk` has the usual fields of a chunk, and `choice` the usual fields of its choice. `parts` has the fields that
   * differ.
   */
  chunk: Readonly<Record<string, unknown>>;
  choice?: Readonly<Record<string, unknown>>;
  parts: readonly StreamPart[];
  /** How the stream was cut off: by an error, by an end without a finish reason, or by its reader, who left. */
  cut?: 'error' | 'end' | 'left';
}

/**
 * Consecutive chunks. `ms` is the number of milliseconds between a chunk and the previous one; it is 0 for the first
 * chunk of an answer.
 *
 * texts: each chunk adds a text to `field`. arguments: each chunk adds a text to the arguments of the call with the
 * index `call`. delta: one chunk with any other delta. chunk: one chunk whose other fields are unusual. It is stored
 * with the fields that differ from the `chunk` of the StreamRecord, or with all of its fields if `isWhole` is true.
 */
export type StreamPart =
  | { texts: readonly string[]; field: TextField; ms: readonly number[] }
  | { arguments: readonly string[]; call: number; ms: readonly number[] }
  | { delta: Readonly<Record<string, unknown>>; finish_reason?: string; ms: number }
  | { chunk: Readonly<Record<string, unknown>>; isWhole?: true; ms: number };

/** The fields of a delta that hold text. The texts of several chunks are joined. */
export const textFields = ['content', 'refusal', 'reasoning_content', 'reasoning'] as const;
export type TextField = (typeof textFields)[number];

/** An error instead of an answer, or in the middle of one. */
export interface ErrorRecord {
  name: string;
  message: string;
  status?: number;
  /** Only the headers that say when to retry. */
  headers?: Readonly<Record<string, string>>;
  body?: unknown;
}

/** Whether an interaction is over: it has an answer, an error, or was aborted. */
export function isOver({ completion, stream, error, aborted }: InteractionRecord): boolean {
  return completion !== undefined || stream !== undefined || error !== undefined || aborted !== undefined;
}

/** The stored form of a text. */
export function storedLines(text: string): Text {
  return text.includes('\n') ? text.split('\n') : text;
}

/**
 * Whether a value is the stored form of a text of several lines, a list of at least two strings. The parts of a
 * message's content are also a list, but of objects.
 */
export function isLines(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length > 1 && value.every((line) => typeof line === 'string');
}

/** A stored text as one string, with its lines joined. */
export function joined(text: Text): string {
  return typeof text === 'string' ? text : text.join('\n');
}
