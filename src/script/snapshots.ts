import { copyData, freezeData } from '../engine/copy.ts';
import type { CompletionRequest } from '../engine/provider.ts';

/**
 * Keeps requests as they were when the model was called. What is frozen at every depth, as the
 * engine's messages are, is kept as it is; the rest is copied.
 */
export class RequestSnapshots {
  readonly list: CompletionRequest[] = [];
  /** Parts known to be frozen throughout; each is looked at once. */
  readonly #frozen = new WeakSet<object>();

  add(request: CompletionRequest): void {
    const previous = this.list.at(-1)?.messages;
    // What stands where it stood in the request before, and was kept then as it is, is still frozen.
    const messages = request.messages.map((message, index) => (previous?.[index] === message ? message : this.#keep(message)));
    const snapshot = { ...request, messages };
    if (request.tools) snapshot.tools = request.tools.map((tool) => this.#keep(tool));
    if (request.tool_choice) snapshot.tool_choice = this.#keep(request.tool_choice);
    Object.freeze(messages);
    this.list.push(Object.freeze(snapshot));
  }

  #keep<T>(part: T): T {
    if (typeof part !== 'object' || part === null || this.#frozen.has(part)) return part;
    if (!isFrozenThroughout(part)) return freezeData(copyData(part));
    this.#frozen.add(part);
    return part;
  }
}

function isFrozenThroughout(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return Object.isFrozen(value) && Object.values(value).every(isFrozenThroughout);
}
