import { hash } from 'node:crypto';
import { stringify } from 'safe-stable-stringify';
import type { RecordedEvent, TraceEvent } from '../engine/run/events.ts';
import { materialize } from './materialize.ts';

/**
 * sha256 over the canonical events of consecutive runs, without usage.
 *
 * Canonical means JSON with sorted keys. A request holds digests in place of its tools and messages: one of the
 * tools, one of the system message, and one of the history. The digest of the history is a chain: H(n) =
 * sha256(H(n-1) + message n). So each message is hashed once, however many requests repeat it.
 */
export function hashRuns(runs: readonly (readonly RecordedEvent[])[]): string {
  const lines: string[] = [];
  for (const [index, events] of runs.entries()) {
    const digests = new RequestDigests();
    for (const event of events) lines.push(canonical(event, index + 1, digests));
  }
  return sha256(lines.join('\n'));
}

/** The digests that the requests of one run share. */
class RequestDigests {
  /**
   * H(n) of the history, at index n. H(0) is the empty text. Message 0 is the system message, which has its own
   * digest.
   */
  readonly #chain: string[] = [''];
  readonly #tools = new Map<object, string>();
  #system: { message: object; digest: string } | undefined;

  history(messages: readonly object[], length: number): string {
    for (let index = this.#chain.length; index < length; index++) {
      this.#chain.push(sha256(this.#chain[index - 1]! + json(messages[index])));
    }
    return this.#chain[length - 1]!;
  }

  system(message: object): string {
    if (this.#system?.message !== message) this.#system = { message, digest: sha256(json(message)) };
    return this.#system.digest;
  }

  tools(definitions: object | undefined): string | null {
    if (!definitions) return null;
    let digest = this.#tools.get(definitions);
    if (!digest) this.#tools.set(definitions, (digest = sha256(json(definitions))));
    return digest;
  }
}

function canonical(event: RecordedEvent, run: number, digests: RequestDigests): string {
  if (event.type === 'model-request') {
    const { tools, ...rest } = event.request;
    const request = {
      ...rest,
      tools: digests.tools(tools),
      system: digests.system(event.system),
      history: digests.history(event.history, event.length),
    };
    return json({ type: event.type, run, turn: event.turn, agent: event.agent, request });
  }
  return json(withoutUsage(materialize(event, run)));
}

/**
 * An event without its usage, which depends on the provider. So a run that is replayed without usage has the same
 * hash.
 */
export function withoutUsage(event: TraceEvent): TraceEvent {
  if (event.type !== 'model-response' || !event.usage) return event;
  const { usage: _usage, ...rest } = event;
  return rest;
}

function json(value: unknown): string {
  return stringify(value) ?? 'null';
}

function sha256(text: string): string {
  return hash('sha256', text);
}
