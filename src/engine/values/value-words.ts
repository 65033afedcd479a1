import { isPlainObject } from './copy.ts';
import { shorten } from './engine-errors.ts';
import { isPromiseLike } from './promise.ts';

/** A value with its kind, for messages: `the number 17`, `the string "x"`, `an array of 2 items`, `a Promise`. */
export function valueWords(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return `an array of ${value.length} ${value.length === 1 ? 'item' : 'items'}`;
  if (typeof value === 'function') return functionWords(value);
  // Keeps API keys out of messages.
  if (typeof value === 'string')
    return value.startsWith('sk-')
      ? 'a string that looks like an API key'
      : `the string ${shorten(JSON.stringify(value), 60)}`;
  if (typeof value !== 'object') return `the ${typeof value} ${(value as number).toString()}`;
  // True for subclasses too. The Vitest integration returns a subclass of Promise.
  if (value instanceof Promise) return 'a Promise';
  const { name } =
    (Object.getPrototypeOf(value) as { constructor?: { name?: string } } | null)?.constructor ?? {};
  return isPlainObject(value) || !name ? 'an object' : `${/^[AEIOU]/.test(name) ? 'an' : 'a'} ${name}`;
}

/** `valueWords` without the content of a string, which may be a secret. */
export function secretWords(value: unknown): string {
  return typeof value === 'string' ? 'a string' : valueWords(value);
}

/**
 * Advice for a value that is one step from a valid one: await it, call it or construct it. Begins with a space, or is
 * ''.
 */
export function remedyFor(given: unknown): string {
  if (isPromiseLike(given)) return ' Is an "await" missing?';
  if (typeof given !== 'function' || given.name === '') return '';
  return isClass(given) ? ` Write new ${given.name}(…).` : ` Call it: ${given.name}(…).`;
}

/** Whether the value is written as a class, which cannot be called. */
function isClass(value: unknown): boolean {
  return typeof value === 'function' && /^class\b/.test(Function.prototype.toString.call(value));
}

function functionWords(value: Function): string {
  const kind = isClass(value) ? 'class' : 'function';
  return value.name === '' ? `a ${kind}` : `the ${kind} ${value.name}`;
}
