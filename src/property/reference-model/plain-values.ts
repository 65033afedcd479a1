import { isAgent, type Agent } from '../../engine/tools/agent.ts';
import { isResult } from '../../engine/tools/result.ts';

/**
 * What the return value of a tool means, by the rules of Swarm's README ("Functions" and "Handoffs"). The code below
 * is a second implementation of these rules, as short as possible.
 */
export interface ReadReturn {
  /** Undefined if the value cannot be sent as text. */
  readonly content: string | undefined;
  readonly agent?: Agent | undefined;
  readonly changes?: object | undefined;
}

/**
 * A string is sent unchanged. An agent is a handoff. A Result combines a value, a handoff and changes of the context
 * variables. Undefined becomes '', and any other value becomes JSON.
 */
export function readReturned(returned: unknown): ReadReturn {
  if (isAgent(returned))
    return { content: `{"assistant":${JSON.stringify(returned.name)}}`, agent: returned };
  if (!isResult(returned)) return { content: textOf(returned) };
  const content = textOf(returned.value);
  return content === undefined
    ? { content }
    : { content, agent: returned.agent, changes: deepCopy(returned.contextVariables) };
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (value === undefined) return '';
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

/** Copies plain objects, arrays, Map, Set and Date at any depth. Any other value is returned unchanged. */
export function deepCopy<T>(value: T, known = new Map<unknown, unknown>()): T {
  if (typeof value !== 'object' || value === null) return value;
  if (known.has(value)) return known.get(value) as T;
  const remember = <Copy>(copy: Copy): Copy => {
    known.set(value, copy);
    return copy;
  };
  if (Array.isArray(value)) {
    const copy = remember<unknown[]>([]);
    for (const item of value) copy.push(deepCopy<unknown>(item, known));
    return copy as T;
  }
  if (value instanceof Date) return remember(new Date(value)) as T;
  if (value instanceof Set) {
    const copy = remember(new Set());
    for (const item of value) copy.add(deepCopy<unknown>(item, known));
    return copy as T;
  }
  if (value instanceof Map) {
    const copy = remember(new Map());
    for (const [key, item] of value) copy.set(deepCopy<unknown>(key, known), deepCopy<unknown>(item, known));
    return copy as T;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return value;
  const copy = remember({});
  merge(copy, value, known);
  return copy as T;
}

/** Copies the fields of one object into another, even a field named `__proto__`. */
export function merge(target: object, source: object, known?: Map<unknown, unknown>): void {
  for (const [key, value] of Object.entries(source)) {
    Object.defineProperty(target, key, {
      value: deepCopy<unknown>(value, known),
      writable: true,
      enumerable: true,
      configurable: true,
    });
  }
}
