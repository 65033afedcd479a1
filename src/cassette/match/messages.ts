import { stringify } from 'safe-stable-stringify';
import { isPlainObject, setOwn } from '../../engine/values/copy.ts';
import { shorten } from '../../engine/values/engine-errors.ts';
import type { WireMessage } from '../../engine/model/messages.ts';
import { callText, textOf } from '../../trace/format.ts';
import { idsOf } from '../../trace/continuation.ts';
import {
  isLines,
  joined,
  type MessageRecord,
  type ResultRecord,
  type InteractionRecord,
} from '../format/format.ts';
import { LaneSecrets } from '../../secrets/lane-secrets.ts';
import { folded, storedChunks } from '../format/stream-record.ts';
import { droppedFields } from '../redact/message-record.ts';

/** The message that an answer is in later requests; undefined for one that is none. */
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

/** The same for an answer that the run can go on from, as clients send it back. */
export function saidBy(completion: unknown): Said | undefined {
  const { choices } = (isPlainObject(completion) ? completion : {}) as {
    choices?: { finish_reason?: unknown }[];
  };
  const message = choices?.[0]?.finish_reason ? answerMessage(completion) : undefined;
  return message && saidIn(message as unknown as WireMessage);
}

/** What an assistant said, as clients send it back. */
export interface Said {
  readonly text: string;
  readonly ids: string;
}

/** What an assistant message says. */
export function saidIn(message: WireMessage): Said {
  return { text: textOf(message.content), ids: idsOf(message) };
}

/** The messages that answer the calls of an answer. */
export function resultMessages(
  answer: MessageRecord | undefined,
  results: readonly ResultRecord[],
): MessageRecord[] {
  const calls = recordedCallsOf(answer);
  return results.map(({ content }, index) => ({ role: 'tool', tool_call_id: calls[index]?.id, content }));
}

/** A call that a stored message asks for. */
export interface RecordedCall {
  readonly id: string;
  readonly name: string;
  readonly arguments: string;
}

/** The calls that a stored message asks for. */
export function recordedCallsOf(message: MessageRecord | undefined): RecordedCall[] {
  const calls = message?.['tool_calls'];
  if (!Array.isArray(calls)) return [];
  return calls.flatMap((call: unknown) => {
    if (!isPlainObject(call) || !isPlainObject(call['function'])) return [];
    const { name, arguments: args } = call['function'];
    return [{ id: String(call['id']), name: String(name), arguments: typeof args === 'string' ? args : '' }];
  });
}

/** Numbers for the ids of calls, in the order in which a conversation shows them: which id it is does not matter, but which call. */
export type CallNumbers = Map<string, number>;

/**
 * What of a stored message counts when it is compared, as one text: not how its JSON is written, which ids its calls have,
 * or when exactly something was.
 */
export function comparable(record: MessageRecord, numbers: CallNumbers): string {
  const compared: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(record)) {
    if (field === 'tool_calls' && Array.isArray(value)) {
      compared[field] = value.map((call: unknown) => comparableCall(call, numbers));
    } else if (field === 'tool_call_id') {
      compared[field] = numberOf(String(value), numbers);
    } else {
      const text = typeof value === 'string' ? value : isLines(value) ? joined(value) : undefined;
      // Nothing said is nothing there.
      if (text === '' && field === 'content') continue;
      setOwn(compared, field, text === undefined ? value : comparableText(text));
    }
  }
  return stringify(compared) ?? '';
}

function comparableCall(call: unknown, numbers: CallNumbers): unknown {
  const [known] = recordedCallsOf({ tool_calls: [call] });
  if (known) return [numberOf(known.id, numbers), known.name, comparableText(known.arguments)];
  if (!isPlainObject(call)) return call;
  const { id, ...others } = call;
  return [numberOf(String(id), numbers), others];
}

function numberOf(id: string, numbers: CallNumbers): number {
  const known = numbers.get(id);
  if (known !== undefined) return known;
  numbers.set(id, numbers.size + 1);
  return numbers.size;
}

/** Points in time as programs write them (ISO 8601 with a time of day, RFC 9110): different in every run. */
const timestamps =
  /\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?|\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT\b/g;

/** A text as it is compared. */
export function comparableText(text: string): string {
  const timeless = /\d\d:\d\d/.test(text) ? text.replaceAll(timestamps, '(a point in time)') : text;
  if (!/^\s*[{[]/.test(timeless)) return timeless;
  try {
    return stringify(JSON.parse(withExactNumbers(timeless)) as unknown) ?? timeless;
  } catch {
    return timeless;
  }
}

/** Numbers that are longer than JavaScript's as texts: read as numbers, different ones would be the same. */
function withExactNumbers(json: string): string {
  if (!/\d{16}/.test(json)) return json;
  return json.replaceAll(/"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]{15,}/g, (token) =>
    token.startsWith('"') ? token : `"(the number ${token})"`,
  );
}

/** A stored message for a reader. */
export function messageText(record: MessageRecord | undefined): string {
  if (!record) return '(no message)';
  const { role, content, refusal } = record;
  const text = isLines(content) ? joined(content) : textOf(content);
  const lines = text === '' ? [] : [text];
  if (typeof refusal === 'string' || isLines(refusal)) lines.push(`refuses: ${joined(refusal)}`);
  for (const { name, arguments: args } of recordedCallsOf(record)) lines.push(callText(name, args, 2000));
  return `${String(role)}: ${shorten(lines.join('\n'), 4000)}`;
}

/** Made once for each: a stream has to be folded. */
const answers = new WeakMap<InteractionRecord, MessageRecord | undefined>();

/** The message that the answer of an interaction is in later requests, as it is stored; undefined where no usable answer came. */
export function answerOf(interaction: InteractionRecord): MessageRecord | undefined {
  // Still under way, or over without one.
  if (interaction.completion === undefined && !interaction.stream) return undefined;
  if (!answers.has(interaction)) answers.set(interaction, readAnswer(interaction));
  return answers.get(interaction);
}

/** For records that are read as they are stored. */
const noSecrets = new LaneSecrets();

function readAnswer({ completion, stream }: InteractionRecord): MessageRecord | undefined {
  if (!stream) return answerMessage(completion);
  if (stream.cut) return undefined;
  try {
    return answerMessage(folded(storedChunks(stream, noSecrets).map(({ chunk }) => chunk)));
  } catch {
    // Damaged on its way: nobody could go on from it.
    return undefined;
  }
}
