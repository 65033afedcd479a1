import { copyData, freezeData, setOwn } from '../engine/values/copy.ts';
import type { CompletionRequest } from '../engine/model/provider.ts';

/**
 * Keeps a snapshot of each request, taken when the model is called. A value that is frozen at every depth, such as
 * the engine's messages, is kept without a copy; any other value is copied.
 */
export class RequestSnapshots {
  readonly list: CompletionRequest[] = [];

  add(request: CompletionRequest): void {
    const previous = this.list.at(-1);
    const snapshot: Record<string, unknown> = {};
    // Every field that a caller sends is kept. They are copied in a loop, because spreading the request costs more
    // than the rest of this method.
    for (const field in request) {
      const value: unknown = request[field as keyof CompletionRequest];
      if (field === 'messages') snapshot[field] = keep(request.messages, previous?.messages);
      else if (field === 'tools' && request.tools) snapshot[field] = keep(request.tools, previous?.tools);
      else if (value !== undefined) setOwn(snapshot, field, frozen(value));
    }
    this.list.push(Object.freeze(snapshot) as unknown as CompletionRequest);
  }
}

/**
 * Returns a frozen list of frozen items. An item that the previous snapshot has at the same index is frozen at every
 * depth already, so only the other items are examined.
 */
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
