import { stringify } from 'safe-stable-stringify';
import { isPlainObject, setOwn } from '../../engine/values/copy.ts';
import { shorten } from '../../engine/values/engine-errors.ts';
import { callText, textOf } from '../../trace/format.ts';
import { isLines, joined, type MessageRecord } from '../format/format.ts';
import { recordedCallsOf } from './answers.ts';
import { messageRecord } from '../redact/message-record.ts';
import { LaneSecrets } from '../../secrets/lane-secrets.ts';
import type { Redactor } from '../../secrets/redactor.ts';
import type { RequestParts } from '../redact/request-parts.ts';

/** A message of a history, in its stored form and in the form that is compared. */
export interface Entry {
  readonly record: MessageRecord;
  readonly comparable: string;
  /** The number of call ids in the messages before this one. */
  readonly callsBefore: number;
}

/** A history of these messages. */
export function historyOf(records: readonly MessageRecord[]): History {
  const history = new History();
  for (const record of records) history.add(record);
  return history;
}

/**
 * The messages of a conversation after its instructions. Conversations grow, so adding a message does not read the
 * earlier ones again.
 */
export class History {
  readonly entries: Entry[] = [];
  readonly #numbers: CallNumbers = new Map();

  add(record: MessageRecord): void {
    const callsBefore = this.#numbers.size;
    this.entries.push({ record, comparable: comparable(record, this.#numbers), callsBefore });
  }

  /** Copies the entries of another history into this empty one without reading its messages again. */
  adopt(other: History): void {
    for (const entry of other.entries) this.entries.push(entry);
    for (const [id, number] of other.#numbers) this.#numbers.set(id, number);
  }

  /** Keeps only the first messages, and forgets the calls that were numbered after them. */
  truncate(length: number): void {
    if (length >= this.entries.length) return;
    const { callsBefore } = this.entries[length]!;
    for (const id of [...this.#numbers.keys()].slice(callsBefore)) this.#numbers.delete(id);
    this.entries.length = length;
  }

  /**
   * The number of messages with which both histories begin. `known` is the number of messages that are known to be
   * equal.
   */
  commonStart(other: History, known: number): number {
    let count = known;
    while (
      count < this.entries.length &&
      this.entries[count]!.comparable === other.entries[count]?.comparable
    )
      count++;
    return count;
  }
}

interface RequestHistory {
  readonly history: History;
  /** Whether no message holds a possible secret. */
  readonly isPlain: boolean;
}

/** The histories of requests, cached because a request is compared with several lanes. */
const histories = new WeakMap<RequestParts, RequestHistory>();

/** The history of a request, read as the beginning of a conversation. */
export function requestHistory(parts: RequestParts, redactor: Redactor): RequestHistory {
  const known = histories.get(parts);
  if (known) return known;
  const secrets = new LaneSecrets();
  const history = new History();
  parts.history.forEach((message, index) =>
    history.add(messageRecord(message, parts.start + index, redactor, secrets)),
  );
  const made = { history, isPlain: secrets.isEmpty };
  histories.set(parts, made);
  return made;
}

/** The ids of calls, numbered in the order in which they appear. Ids differ between runs; the numbers do not. */
type CallNumbers = Map<string, number>;

/**
 * The parts of a stored message that are compared, as one text. JSON formatting, the ids of calls and points in time
 * do not count.
 */
function comparable(record: MessageRecord, numbers: CallNumbers): string {
  const compared: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(record)) {
    if (field === 'tool_calls' && Array.isArray(value)) {
      compared[field] = value.map((call: unknown) => comparableCall(call, numbers));
    } else if (field === 'tool_call_id') {
      compared[field] = numberOf(String(value), numbers);
    } else {
      const text = typeof value === 'string' ? value : isLines(value) ? joined(value) : undefined;
      // An empty content equals a missing one.
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

/** Points in time as programs write them (ISO 8601 with a time of day, RFC 9110). They differ in every run. */
const timestamps =
  /\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?|\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT\b/g;

/** The form in which texts are compared: without points in time, and without differences in JSON formatting. */
export function comparableText(text: string): string {
  const timeless = /\d\d:\d\d/.test(text) ? text.replaceAll(timestamps, '(a point in time)') : text;
  if (!/^\s*[{[]/.test(timeless)) return timeless;
  try {
    return stringify(JSON.parse(withExactNumbers(timeless)) as unknown) ?? timeless;
  } catch {
    return timeless;
  }
}

/**
 * Writes numbers that are too long for JavaScript as strings, because different numbers could become equal when they
 * are parsed.
 */
function withExactNumbers(json: string): string {
  if (!/\d{16}/.test(json)) return json;
  return json.replaceAll(/"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]{15,}/g, (token) =>
    token.startsWith('"') ? token : `"(the number ${token})"`,
  );
}

/** A stored message as readable text. */
export function messageText(record: MessageRecord | undefined): string {
  if (!record) return '(no message)';
  const { role, content, refusal } = record;
  const text = isLines(content) ? joined(content) : textOf(content);
  const lines = text === '' ? [] : [text];
  if (typeof refusal === 'string' || isLines(refusal)) lines.push(`refuses: ${joined(refusal)}`);
  for (const { name, arguments: args } of recordedCallsOf(record)) lines.push(callText(name, args, 2000));
  return `${String(role)}: ${shorten(lines.join('\n'), 4000)}`;
}
