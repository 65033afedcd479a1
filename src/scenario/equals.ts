import { configure } from 'safe-stable-stringify';
import { isPlainObject } from '../engine/values/copy.ts';
import { pairUp } from './pairing.ts';

/**
 * Whether a value equals the expected one, at every depth. The order of keys does not matter, and an undefined field
 * counts as absent, because these are values as JSON carries them. Asymmetric matchers (`expect.any(String)`, …) may
 * appear anywhere in the expected value. Dates, sets and maps are compared by content; functions and other instances
 * are equal only to themselves.
 */
export function equals(expected: unknown, actual: unknown): boolean {
  return compare(expected, actual, false);
}

/**
 * Like `equals`, but objects may have more fields than expected, at every depth. Lists must have the expected length.
 */
export function contains(expected: unknown, actual: unknown): boolean {
  return compare(expected, actual, true);
}

/** Where two values first differ, as a path with both sides; undefined if they do not differ. */
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
    // The order of insertion does not matter, just as the order of keys does not.
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

/** Whether each member of one list matches a different member of the other. */
function sameMembers(expected: readonly unknown[], actual: readonly unknown[], partial: boolean): boolean {
  if (expected.length !== actual.length) return false;
  const fits = (wanted: number, candidate: number) => compare(expected[wanted], actual[candidate], partial);
  return pairUp(expected.length, [...actual.keys()], fits).size === expected.length;
}

interface Asymmetric {
  asymmetricMatch(value: unknown): boolean;
  /** The name of a matcher in vitest and jest, e.g. "Any<String>". */
  toAsymmetricMatcher?(): string;
  toString(): string;
}

/**
 * Whether a value is an asymmetric matcher, such as `expect.any(String)` of vitest or jest. It decides itself what
 * matches.
 */
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

/** A value as text for a message; asymmetric matchers by name. */
export function show(value: unknown): string {
  // Not an arrow function, because `this[key]` is needed: it is still a Date where `item` is already a string.
  const text = stringify(value, function (this: Record<string, unknown>, key: string, item: unknown) {
    const code = codeOf(this[key]);
    return code === undefined ? item : `‹${code}›`;
  });
  return (text ?? 'undefined').replaceAll(/"‹(.*?)›"/g, (_all, code) => JSON.parse(`"${code}"`) as string);
}

/** Like JSON.stringify, but accepts circular references. */
const stringify = configure({ deterministic: false });

/** The text of a value that JSON cannot express. */
function codeOf(value: unknown): string | undefined {
  if (isAsymmetric(value)) return value.toAsymmetricMatcher?.() ?? value.toString();
  if (value instanceof RegExp || value instanceof Error || typeof value === 'symbol') return String(value);
  if (value instanceof Set || value instanceof Map)
    return `new ${value.constructor.name}(${show([...value])})`;
  if (value instanceof Date) return `new Date(${JSON.stringify(value)})`;
  if (typeof value === 'bigint') return `${value}n`;
  return typeof value === 'function' ? `function ${value.name}` : undefined;
}
