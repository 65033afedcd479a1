import type { MessageRecord } from '../format/format.ts';
import { comparable, type CallNumbers } from './messages.ts';
import { messageRecord } from '../redact/message-record.ts';
import { LaneSecrets } from '../../secrets/lane-secrets.ts';
import type { Redactor } from '../../secrets/redactor.ts';
import type { RequestParts } from '../redact/request-parts.ts';

/** A message of a history, as it is stored and as it is compared. */
export interface Entry {
  readonly record: MessageRecord;
  readonly comparable: string;
  /** How many calls were numbered before it. */
  readonly callsBefore: number;
}

/** A history of these messages. */
export function historyOf(records: readonly MessageRecord[]): History {
  const history = new History();
  for (const record of records) history.add(record);
  return history;
}

/** The messages of a conversation after its instructions. Cheap to add to, which is what conversations do. */
export class History {
  readonly entries: Entry[] = [];
  readonly #numbers: CallNumbers = new Map();

  add(record: MessageRecord): void {
    const callsBefore = this.#numbers.size;
    this.entries.push({ record, comparable: comparable(record, this.#numbers), callsBefore });
  }

  /** Takes over what another one holds, where this one is empty: it is not read again. */
  adopt(other: History): void {
    for (const entry of other.entries) this.entries.push(entry);
    for (const [id, number] of other.#numbers) this.#numbers.set(id, number);
  }

  /** Keeps the first messages only, and forgets the calls that were numbered after them. */
  truncate(length: number): void {
    if (length >= this.entries.length) return;
    const { callsBefore } = this.entries[length]!;
    for (const id of [...this.#numbers.keys()].slice(callsBefore)) this.#numbers.delete(id);
    this.entries.length = length;
  }

  /** How many messages both begin with, of which so many are known already. */
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
  /** Whether there is nothing in it that could be a secret. */
  readonly isPlain: boolean;
}

/** Made once for each request, which is held against several lanes. */
const histories = new WeakMap<RequestParts, RequestHistory>();

/** The history of a request, as one that nothing came before. */
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
