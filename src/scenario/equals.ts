import { configure } from 'safe-stable-stringify';
import { isPlainObject } from '../engine/values/copy.ts';
import { pairUp } from './pairing.ts';

/**
 * Whether a value is what was expected, at every depth. Order of keys does not matter, and a field
 * that is undefined is as good as absent, since these are values as JSON carries them. Asymmetric
 * matchers (`expect.any(String)`, …) may stand anywhere in what is expected; functions and other
 * instances are equal to themselves alone.
 */
export function equals(expected: unknown, actual: unknown): boolean {
  return compare(expected, actual, false);
}

/** The same, where objects may have more fields than expected, at every depth. Lists are as long as expected. */
export function contains(expected: unknown, actual: unknown): boolean {
  return compare(expected, actual, true);
}

/** Where two values part, as a path and both sides; undefined when they do not. */
export function firstMismatch(
  expected: unknown,
  actual: unknown,
  partial: boolean,
  path = '',
): { path: string; expected: unknown; actual: unknown } | undefined {
  if (compare(expected, actual, partial)) return undefined;
  const bothLists = Array.isArray(expected) && Array.isArray(actual);
  if (bothLists || (isPlainObject(expected) && isPlainObject(actual) && !isAsymmetric(expected))) {
    const keys = new Set([...Object.keys(expected), ...(partial && !bothLists ? [] : Object.keys(actual))]);
    for (const key of keys) {
      const inner = bothLists ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`;
      const found = firstMismatch(field(expected, key), field(actual, key), partial, inner);
      if (found) return found;
    }
  }
  return { path, expected, actual };
}

function compare(expected: unknown, actual: unknown, partial: boolean): boolean {
  if (isAsymmetric(expected)) return expected.asymmetricMatch(actual);
  if (expected === actual || Object.is(expected, actual)) return true;
  if (expected instanceof Date && actual instanceof Date) return expected.getTime() === actual.getTime();
  if (Array.isArray(expected)) {
    return (
      Array.isArray(actual) &&
      actual.length === expected.length &&
      expected.every((item, index) => compare(item, actual[index], partial))
    );
  }
  if (expected instanceof Set || expected instanceof Map) {
    // The order in which they were filled does not matter, as that of keys does not.
    return (
      (actual instanceof Set || actual instanceof Map) &&
      actual.constructor === expected.constructor &&
      sameMembers([...expected], [...actual], partial)
    );
  }
  if (!isPlainObject(expected) || !isPlainObject(actual)) return false;
  return (
    Object.keys(expected).every((key) => compare(expected[key], field(actual, key), partial)) &&
    (partial ||
      Object.keys(actual).every((key) => actual[key] === undefined || field(expected, key) !== undefined))
  );
}

/** Whether each member of one list has its own in the other. */
function sameMembers(expected: readonly unknown[], actual: readonly unknown[], partial: boolean): boolean {
  if (expected.length !== actual.length) return false;
  const fits = (wanted: number, candidate: number) => compare(expected[wanted], actual[candidate], partial);
  return pairUp(expected.length, [...actual.keys()], fits).size === expected.length;
}

interface Asymmetric {
  asymmetricMatch(value: unknown): boolean;
  /** What vitest's and jest's matchers call themselves, e.g. "Any<String>". */
  toAsymmetricMatcher?(): string;
  toString(): string;
}

/** Matchers that say for themselves what fits, as vitest's and jest's do. */
export function isAsymmetric(value: unknown): value is Asymmetric {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as Partial<Asymmetric>).asymmetricMatch === 'function'
  );
}

function field(value: object, key: string): unknown {
  return Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;
}

/** A value as a reader writes it; asymmetric matchers by their name. */
export function show(value: unknown): string {
  // A function: its `this` holds dates before JSON makes texts of them.
  const text = stringify(value, function (this: Record<string, unknown>, key: string, item: unknown) {
    const code = codeOf(this[key]);
    return code === undefined ? item : `‹${code}›`;
  });
  return (text ?? 'undefined').replaceAll(/"‹(.*?)›"/g, (_all, code) => JSON.parse(`"${code}"`) as string);
}

/** As JSON.stringify does, but for what holds itself. */
const stringify = configure({ deterministic: false });

/** How a value is written that JSON has no words for. */
function codeOf(value: unknown): string | undefined {
  if (isAsymmetric(value)) return value.toAsymmetricMatcher?.() ?? value.toString();
  if (value instanceof RegExp || value instanceof Error || typeof value === 'symbol') return String(value);
  if (value instanceof Set || value instanceof Map)
    return `new ${value.constructor.name}(${show([...value])})`;
  if (value instanceof Date) return `new Date(${JSON.stringify(value)})`;
  if (typeof value === 'bigint') return `${value}n`;
  return typeof value === 'function' ? `function ${value.name}` : undefined;
}
