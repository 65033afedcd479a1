import { copyData, isPlainObject, setOwn } from './copy.ts';
import type { ContextVariables } from './agent.ts';

/** Merges one level deep; the values are copied, so that a tool's own objects do not travel with them. */
export function mergeContext(target: ContextVariables, changes: object): void {
  for (const key of Object.keys(changes)) setOwn(target, key, copyData((changes as ContextVariables)[key]));
}

/**
 * A value as it stands in a trace: JSON. Map and Set become lists, Date its ISO text; what JSON cannot
 * hold is named ("[Function name]", "[ClassName]"), so that equal contexts give equal traces.
 */
function traceValue(value: unknown, inside: readonly object[] = []): unknown {
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
      return value === null ? null : traceObject(value as object, inside);
  }
}

function traceObject(value: object, inside: readonly object[]): unknown {
  if (inside.includes(value)) return '[Circular]';
  const within = [...inside, value];
  const items = (list: Iterable<unknown>) => Array.from(list, (item) => traceValue(item, within) ?? null);
  if (Array.isArray(value)) return items(value);
  if (value instanceof Set) return items(value);
  if (value instanceof Map) return Array.from(value, (entry) => items(entry));
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? '[Invalid Date]' : value.toISOString();
  if (!isPlainObject(value)) return `[${value.constructor.name || 'Object'}]`;
  const copy = {};
  for (const key of Object.keys(value)) {
    const item = traceValue(value[key], within);
    if (item !== undefined) setOwn(copy, key, item);
  }
  return copy;
}

/** The run's own context: the caller's values copied, in an object of the same class. */
export function ownContext(context: object): ContextVariables {
  if (isPlainObject(context)) return copyData(context);
  const own = Object.create(Object.getPrototypeOf(context) as object | null) as ContextVariables;
  mergeContext(own, context);
  return own;
}

/** The context as a trace shows it. */
export function traceContext(context: object): ContextVariables {
  return traceObject(isPlainObject(context) ? context : { ...context }, []) as ContextVariables;
}

/** What changed between two contexts as traces show them; undefined when nothing did. */
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
