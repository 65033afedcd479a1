import { copyData, isPlainObject, setOwn } from '../values/copy.ts';
import { errorName, isError, UsageError } from '../values/engine-errors.ts';
import { remedyFor, valueWords } from '../values/value-words.ts';
import type { ContextVariables } from '../tools/agent.ts';
import { sentence } from '../values/error-facts.ts';

/** Throws a TypeError for a value that does not hold variables by name: a list, a Map, a promise. */
export function assertValidContextVariables(whose: string, given: unknown): void {
  const isOther = reading(
    whose,
    given,
    () =>
      Array.isArray(given) ||
      given instanceof Map ||
      given instanceof Set ||
      given instanceof Date ||
      given instanceof Promise,
  );
  if (typeof given === 'object' && given !== null && !isOther) return;
  throw new UsageError(
    sentence`The ${{ field: 'contextVariables' }} of ${{ where: whose }} must be ${{ expected: 'an object' }}, not ${{ given: valueWords(given) }}.${remedyFor(given)}`,
  );
}

/** Thrown if a getter or a proxy in context variables throws. */
export class UnreadableContextError extends UsageError {}

/** Returns what `read` returns. If it throws, throws an UnreadableContextError that names the unreadable variable. */
export function reading<T>(whose: string, context: unknown, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    const part = unreadablePart(context, 'contextVariables', new Set()) ?? 'contextVariables';
    throw new UnreadableContextError(
      sentence`${{ field: part }} of ${{ where: whose }} cannot be read: ${isError(cause) ? `${errorName(cause)}: ${cause.message}` : valueWords(cause)}. Context variables must be ${{ expected: 'data whose getters and proxies do not throw' }}.`,
      { cause },
    );
  }
}

/** The path of the first part that throws when it is read; undefined if no part does. */
function unreadablePart(value: unknown, path: string, seen: Set<unknown>): string | undefined {
  if (typeof value !== 'object' || value === null || seen.has(value)) return undefined;
  seen.add(value);
  let keys: string[];
  try {
    if (!Array.isArray(value) && !isPlainObject(value) && seen.size > 1) return undefined;
    keys = Object.keys(value);
  } catch {
    return path;
  }
  for (const key of keys) {
    const place = Array.isArray(value) ? `${path}[${key}]` : `${path}.${key}`;
    let item: unknown;
    try {
      item = (value as Record<string, unknown>)[key];
    } catch {
      return place;
    }
    const found = unreadablePart(item, place, seen);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Merges one level deep. The values are copied, so that the target does not share objects with a tool. */
export function mergeContext(target: ContextVariables, changes: object): void {
  for (const key of Object.keys(changes)) setOwn(target, key, copyData((changes as ContextVariables)[key]));
}

/**
 * Shows a value as JSON, as it appears in a trace. Map and Set become lists, Date its ISO text. A value that JSON
 * cannot hold becomes a name ("[Function name]", "[ClassName]"), so that equal contexts give equal traces.
 */
class TraceView {
  /** The objects that contain the current one, to detect cycles. */
  readonly #inside = new Set<object>();
  /** How often each object was shown. Showing an object along every path that leads to it could take too long. */
  readonly #shown = new Map<object, number>();

  of(value: unknown): unknown {
    switch (typeof value) {
      case 'string':
      case 'boolean':
        return value;
      case 'number':
        return Number.isFinite(value) ? value : `[${String(value)}]`;
      case 'bigint':
        return `[BigInt ${String(value)}]`;
      case 'symbol':
        return `[${String(value)}]`;
      case 'function':
        return `[Function ${value.name || 'anonymous'}]`;
      case 'undefined':
        return undefined;
      default:
        return value === null ? null : this.ofObject(value as object);
    }
  }

  ofObject(value: object): unknown {
    if (this.#inside.has(value)) return '[Circular]';
    const times = this.#shown.get(value) ?? 0;
    if (times >= shownAtMost) return '[Repeated]';
    this.#shown.set(value, times + 1);
    this.#inside.add(value);
    const shown = this.#parts(value);
    this.#inside.delete(value);
    return shown;
  }

  #parts(value: object): unknown {
    if (Array.isArray(value) || value instanceof Set) return this.#items(value);
    if (value instanceof Map) return Array.from(value, (entry) => this.#items(entry));
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? '[Invalid Date]' : value.toISOString();
    if (!isPlainObject(value))
      return `[${(value as { constructor?: { name?: string } }).constructor?.name || 'Object'}]`;
    const copy = {};
    for (const key of Object.keys(value)) {
      const item = this.of(value[key]);
      if (item !== undefined) setOwn(copy, key, item);
    }
    return copy;
  }

  #items(list: Iterable<unknown>): unknown[] {
    return Array.from(list, (item) => this.of(item) ?? null);
  }
}

/** How often one object may be shown in one trace of a context. */
const shownAtMost = 10;

/** A deep copy of context variables, in an object of the same class. */
export function ownContext(context: object): ContextVariables {
  if (isPlainObject(context)) return copyData(context);
  const own = Object.create(Object.getPrototypeOf(context) as object | null) as ContextVariables;
  mergeContext(own, copyData({ ...context }));
  return own;
}

/** The context as a trace shows it. */
export function traceContext(context: object): ContextVariables {
  if (Object.keys(context).length === 0) return {};
  return new TraceView().ofObject(isPlainObject(context) ? context : { ...context }) as ContextVariables;
}

/** The changes between two contexts as traces show them; undefined if nothing changed. */
export function contextChange(
  before: ContextVariables,
  after: ContextVariables,
): { set: object; deleted: string[] } | undefined {
  const set = {};
  for (const key of Object.keys(after)) {
    if (!Object.hasOwn(before, key) || !sameJson(before[key], after[key])) setOwn(set, key, after[key]);
  }
  const deleted = Object.keys(before)
    .filter((key) => !Object.hasOwn(after, key))
    .toSorted();
  return Object.keys(set).length + deleted.length === 0 ? undefined : { set, deleted };
}

function sameJson(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false;
  if (Array.isArray(left) !== Array.isArray(right)) return false;
  const keys = Object.keys(left);
  return (
    keys.length === Object.keys(right).length &&
    keys.every(
      (key) =>
        Object.hasOwn(right, key) &&
        sameJson((left as ContextVariables)[key], (right as ContextVariables)[key]),
    )
  );
}
