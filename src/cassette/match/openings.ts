import { withoutNumbers } from '../../secrets/lane-secrets.ts';
import type { Redactor } from '../../secrets/redactor.ts';
import type { History } from './history.ts';
import type { Lane } from './lane.ts';
import { requestHistory } from './request-history.ts';
import type { RequestParts } from './request-parts.ts';

/** Conversations by how they begin, so that a new one is held against few of those that were recorded. */
export class Openings {
  readonly #lanes = new Map<string, Lane[]>();
  /** How many are known whose first request has so many messages. */
  readonly #lengths = new Map<number, number>();

  constructor(lanes: readonly Lane[]) {
    for (const lane of lanes) this.add(lane, openingOf(lane.conversation, lane.opening));
  }

  add(lane: Lane, opening: string, length = lane.interactions[0]?.request.new?.length ?? 0): void {
    const known = this.#lanes.get(opening);
    if (known) known.push(lane);
    else this.#lanes.set(opening, [lane]);
    this.#lengths.set(length, (this.#lengths.get(length) ?? 0) + 1);
  }

  /** Those that begin with just this, in the order in which they began. */
  alike(opening: string): readonly Lane[] {
    return this.#lanes.get(opening) ?? [];
  }

  /** Whether there can be any for a request: looking costs a look at all of its history. */
  mayHave({ history }: RequestParts): boolean {
    return this.#lengths.has(history.length);
  }
}

/** What a conversation begins with, as one text that is the same whatever its secrets are. */
export function openingOf(conversation: string | undefined, { entries }: History): string {
  return withoutNumbers(JSON.stringify([conversation, ...entries.map((entry) => entry.comparable)]));
}

/** The same of a request. */
export function openingOfRequest(
  parts: RequestParts,
  conversation: string | undefined,
  redactor: Redactor,
): string {
  return openingOf(conversation, requestHistory(parts, redactor).history);
}
