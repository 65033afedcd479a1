import type { ToolErrorKind } from '../../engine/run/events.ts';

/** What the first field of every cassette says, so that a file of another tool is not taken for one. */
export const formatName = 'swarmcheck-cassette';

/** The version that is written. A newer one is refused; docs/cassette-format.md says what each holds. */
export const formatVersion = 1;

/** A text. One of several lines stands as the list of its lines, so that a change of one line shows as that. */
export type Text = string | readonly string[];

/** A recorded conversation as it stands on disk. Described for readers in docs/cassette-format.md. */
export interface CassetteFile {
  format: typeof formatName;
  version: typeof formatVersion;
  /** The scenario that was played, which `swarmcheck replay` plays again. */
  scenario?: ScenarioReference;
  /** The test that recorded it, which checks it, too. */
  test?: TestReference;
  /** What requests have in common, by label: once for each agent, and once more for each variation. */
  agents: Readonly<Record<string, AgentRecord>>;
  /** Tool definitions as the API takes them, by label. */
  tools: Readonly<Record<string, object>>;
  /** In the order in which they began. */
  lanes: readonly LaneRecord[];
}

/** Where a scenario is to be found. */
export interface ScenarioReference {
  /** Relative to the working directory, with slashes. */
  file: string;
  name: string;
  /** The model that was asked in place of the agents' own. */
  model?: string;
  /** Whether the answers came in pieces. */
  stream?: boolean;
}

/** Where a test is to be found. */
export interface TestReference {
  /** Relative to the root of the tests, with slashes. */
  file: string;
  name: string;
}

/** All of a request but its history. */
export interface AgentRecord {
  /** Of the agent, where the label is another. */
  name?: string;
  model: string;
  /** The system message, where a request begins with one that is only text. */
  instructions?: Text;
  /** Present where it was sent as "developer". */
  role?: 'developer';
  /** Labels of the tools that were offered, in order. */
  tools?: readonly string[];
  /** Whatever else the request says to the model. */
  parameters?: Readonly<Record<string, unknown>>;
}

/** The interactions of one conversation, in order. */
export interface LaneRecord {
  /** The name that told it from others, where it had one. */
  conversation?: string;
  interactions: readonly InteractionRecord[];
}

/** One request, how it was answered, and what came of the tools that the answer called. */
export interface InteractionRecord {
  /** From 1, without gaps: one that was taken out, or changed places, shows. */
  number: number;
  request: RequestRecord;
  /** Milliseconds until the answer was there, or until its first piece. */
  ms: number;
  completion?: unknown;
  stream?: StreamRecord;
  error?: ErrorRecord;
  /** The request was aborted before anything came. */
  aborted?: true;
  /** What each call of the answer was answered with, in the order of the calls. */
  results?: readonly ResultRecord[];
  /** The last handoff of these calls. */
  handoff?: { to: string; tool: string };
  /** What these calls changed of the context variables. */
  context?: { set: Readonly<Record<string, unknown>>; deleted: readonly string[] };
}

/** What a request shows that the one before it did not. */
interface RequestRecord {
  /** A label of `agents`. */
  agent: string;
  /**
   * How many messages of the history before are still there, if not all. That history is: the one of the request before, the
   * answer, and the results of its calls.
   */
  keep?: number;
  /** The messages after those. */
  new?: readonly MessageRecord[];
}

/** A message as the API takes it, its texts as `Text`. */
export type MessageRecord = Readonly<Record<string, unknown>>;

/** What a call was answered with. */
export interface ResultRecord {
  tool: string;
  content: Text;
  error?: ToolErrorKind;
}

/** An answer that came in pieces. */
export interface StreamRecord {
  /** What all chunks have in common, and, under `choice`, what all their choices have. */
  chunk: Readonly<Record<string, unknown>>;
  choice?: Readonly<Record<string, unknown>>;
  parts: readonly StreamPart[];
  /** How it was cut off: the connection broke, it ended without a finish reason, or its reader left. */
  cut?: 'error' | 'end' | 'left';
}

/**
 * Consecutive chunks. `ms` is the time of each since the one before; the first counts from the start of the answer.
 *
 * texts: one piece of text a chunk. arguments: one piece of a call's arguments a chunk. delta: one chunk whose delta is
 * something else. chunk: one that is another one in more than its delta, by the fields in which it differs from the common
 * ones, or whole.
 */
export type StreamPart =
  | { texts: readonly string[]; field: TextField; ms: readonly number[] }
  | { arguments: readonly string[]; call: number; ms: readonly number[] }
  | { delta: Readonly<Record<string, unknown>>; finish_reason?: string; ms: number }
  | { chunk: Readonly<Record<string, unknown>>; isWhole?: true; ms: number };

/** Fields of a delta whose pieces are joined. */
export const textFields = ['content', 'refusal', 'reasoning_content', 'reasoning'] as const;
export type TextField = (typeof textFields)[number];

/** An error in place of an answer, or in the middle of one. */
export interface ErrorRecord {
  name: string;
  message: string;
  status?: number;
  /** Those that say when to try again. */
  headers?: Readonly<Record<string, string>>;
  body?: unknown;
}

/** Whether an interaction has come to its end, whichever. */
export function isOver({ completion, stream, error, aborted }: InteractionRecord): boolean {
  return completion !== undefined || stream !== undefined || error !== undefined || aborted !== undefined;
}

/** A text as it is stored. */
export function storedLines(text: string): Text {
  return text.includes('\n') ? text.split('\n') : text;
}

/** Whether a value is a text of several lines; an empty list is no text, and parts of a content are objects. */
export function isLines(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length > 1 && value.every((line) => typeof line === 'string');
}

/** A stored text as it was. */
export function joined(text: Text): string {
  return typeof text === 'string' ? text : text.join('\n');
}
