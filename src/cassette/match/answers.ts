import { isPlainObject, setOwn } from '../../engine/values/copy.ts';
import type { WireMessage } from '../../engine/model/messages.ts';
import { textOf } from '../../trace/format.ts';
import type { RecordedEvent } from '../../engine/run/events.ts';
import { idsOf } from '../../trace/continuation.ts';
import {
  joined,
  storedLines,
  type InteractionRecord,
  type MessageRecord,
  type ResultRecord,
  type Text,
} from '../format/format.ts';
import { LaneSecrets } from '../../secrets/lane-secrets.ts';
import type { Redactor } from '../../secrets/redactor.ts';
import { folded, storedChunks } from '../format/stream-record.ts';
import { droppedFields } from '../redact/message-record.ts';

/** The message of a completion as it appears in later requests; undefined without a message. */
function answerMessage(completion: unknown): MessageRecord | undefined {
  const { choices } = (isPlainObject(completion) ? completion : {}) as { choices?: unknown };
  const choice: unknown = Array.isArray(choices) ? choices[0] : undefined;
  const message = isPlainObject(choice) ? choice['message'] : undefined;
  if (!isPlainObject(message)) return undefined;
  const record: Record<string, unknown> = { role: 'assistant' };
  for (const [field, value] of Object.entries(message)) {
    if (value === null || value === undefined || droppedFields.has(field)) continue;
    if (Array.isArray(value) && value.length === 0) continue;
    setOwn(record, field, value);
  }
  return record;
}

/** The content of a complete answer; undefined if no run can continue from the answer. */
export function saidBy(completion: unknown): Said | undefined {
  const { choices } = (isPlainObject(completion) ? completion : {}) as {
    choices?: { finish_reason?: unknown }[];
  };
  const message = choices?.[0]?.finish_reason ? answerMessage(completion) : undefined;
  return message && saidIn(message as unknown as WireMessage);
}

/**
 * The content by which an answer is recognized when a later request repeats it: its text, and the ids of its calls.
 */
export interface Said {
  readonly text: string;
  readonly ids: string;
}

/** Reads the text and the ids of calls from an assistant message. */
export function saidIn(message: WireMessage): Said {
  return { text: textOf(message.content), ids: idsOf(message) };
}

/** The tool messages that hold the results of an answer's calls. */
export function resultMessages(
  answer: MessageRecord | undefined,
  results: readonly ResultRecord[],
): MessageRecord[] {
  const calls = recordedCallsOf(answer);
  return results.map(({ content }, index) => ({ role: 'tool', tool_call_id: calls[index]?.id, content }));
}

/** A call in a stored message. */
export interface RecordedCall {
  readonly id: string;
  readonly name: string;
  readonly arguments: string;
}

/** The calls in a stored message. */
export function recordedCallsOf(message: MessageRecord | undefined): RecordedCall[] {
  const calls = message?.['tool_calls'];
  if (!Array.isArray(calls)) return [];
  return calls.flatMap((call: unknown) => {
    if (!isPlainObject(call) || !isPlainObject(call['function'])) return [];
    const { name, arguments: args } = call['function'];
    return [{ id: String(call['id']), name: String(name), arguments: typeof args === 'string' ? args : '' }];
  });
}

/** The messages of answers, cached because a stream has to be folded to get its message. */
const answers = new WeakMap<InteractionRecord, MessageRecord | undefined>();

/**
 * The message of an interaction's answer as it appears in later requests, in its stored form; undefined without a
 * usable answer.
 */
export function answerOf(interaction: InteractionRecord): MessageRecord | undefined {
  // The interaction is still in progress, or it ended without an answer.
  if (interaction.completion === undefined && !interaction.stream) return undefined;
  if (!answers.has(interaction)) answers.set(interaction, readAnswer(interaction));
  return answers.get(interaction);
}

/** Knows no secrets, so that records are read in their stored form. */
const noSecrets = new LaneSecrets();

function readAnswer({ completion, stream }: InteractionRecord): MessageRecord | undefined {
  if (!stream) return answerMessage(completion);
  if (stream.cut) return undefined;
  try {
    return answerMessage(folded(storedChunks(stream, noSecrets).map(({ chunk }) => chunk)));
  } catch {
    // The stream was damaged on its way, so no request can continue from it.
    return undefined;
  }
}

/** What the calls of an answer led to: their results, a handoff, and changes of the context variables. */
type CallResults = Pick<InteractionRecord, 'results' | 'handoff' | 'context'>;

/**
 * Reads the results of an answer's calls from the events of its run, including facts that no request shows.
 * `requestAt` is the index of the first event after the answer's request. `place` is the index of the first result in
 * the messages of the next request. `like` has the recorded results, in a replay.
 */
export function resultsInEvents(
  events: readonly RecordedEvent[],
  requestAt: number,
  place: number,
  redactor: Redactor,
  secrets: LaneSecrets,
  like: readonly ResultRecord[] = [],
): CallResults {
  const results: ResultRecord[] = [];
  const found: {
    handoff?: NonNullable<CallResults['handoff']>;
    context?: NonNullable<CallResults['context']>;
  } = {};
  for (const event of events.slice(requestAt)) {
    if (event.type === 'model-request' || event.type === 'run-end') break;
    if (event.type === 'tool-result') {
      const path = ['request', 'messages', place + results.length, 'content'];
      const recorded = like[results.length];
      const content = storedLines(
        redactor.text(secrets, event.content, path, recorded && joined(recorded.content)),
      );
      results.push({ tool: event.tool, content, ...(event.error && { error: event.error }) });
    }
    if (event.type === 'handoff') found.handoff = { to: event.to, tool: event.tool };
    if (event.type === 'context-change') {
      const set = redactor.data(secrets, event.set, ['context']) as Readonly<Record<string, unknown>>;
      const deleted = event.deleted.map((key) => redactor.text(secrets, key, ['context', key]));
      found.context = { set, deleted };
    }
  }
  return { ...(results.length > 0 && { results }), ...found };
}

/**
 * Reads the results of an answer's calls from the messages after it. Returns an empty object unless these messages
 * begin with the results of all calls, in the order of the calls.
 */
export function resultsInHistory(answer: MessageRecord, following: readonly MessageRecord[]): CallResults {
  const calls = recordedCallsOf(answer);
  const messages = following.slice(0, calls.length);
  const isComplete = calls.every(
    ({ id }, index) => messages[index]?.['role'] === 'tool' && messages[index]['tool_call_id'] === id,
  );
  if (!isComplete || calls.length === 0) return {};
  return {
    results: calls.map(({ name }, index) => ({
      tool: name,
      content: (messages[index]!['content'] ?? '') as Text,
    })),
  };
}
