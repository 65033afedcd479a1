import { copyData, freezeData, setOwn } from '../engine/values/copy.ts';
import type { CompletionRequest } from '../engine/model/provider.ts';

/**
 * Keeps requests as they were when the model was called. What is frozen at every depth, as the
 * engine's messages are, is kept as it is; the rest is copied.
 */
export class RequestSnapshots {
  readonly list: CompletionRequest[] = [];

  add(request: CompletionRequest): void {
    const previous = this.list.at(-1);
    const snapshot: Record<string, unknown> = {};
    // Any field a caller sends is kept; a loop, because a spread of an object costs more than all the rest.
    for (const field in request) {
      const value: unknown = request[field as keyof CompletionRequest];
      if (field === 'messages') snapshot[field] = keep(request.messages, previous?.messages);
      else if (field === 'tools' && request.tools) snapshot[field] = keep(request.tools, previous?.tools);
      else if (value !== undefined) setOwn(snapshot, field, frozen(value));
    }
    this.list.push(Object.freeze(snapshot) as unknown as CompletionRequest);
  }
}

/** What stands where it stood in the request before, and was kept then as it is, is still frozen: only the rest is looked at. */
function keep<T>(items: readonly T[], previous: readonly T[] = []): T[] {
  const kept = items.slice();
  for (let index = 0; index < kept.length; index++) {
    if (kept[index] !== previous[index]) kept[index] = frozen(kept[index]!);
  }
  return Object.freeze(kept) as T[];
}

function frozen<T>(part: T): T {
  return isFrozenThroughout(part) ? part : freezeData(copyData(part));
}

function isFrozenThroughout(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (!Object.isFrozen(value)) return false;
  for (const key in value) {
    if (!isFrozenThroughout((value as Record<string, unknown>)[key])) return false;
  }
  return true;
}
