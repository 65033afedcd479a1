import { isPlainObject } from './copy.ts';
import { shorten } from './engine-errors.ts';
import { isPromiseLike } from './promise.ts';

/** A value with its kind, for an error message: `the number 17`, `the string "x"`, `an array of 2 items`, `a Promise`. */
export function valueWords(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return `an array of ${value.length} ${value.length === 1 ? 'item' : 'items'}`;
  if (typeof value === 'function') return functionWords(value);
  // An API key stands in no message.
  if (typeof value === 'string')
    return value.startsWith('sk-')
      ? 'a string that looks like an API key'
      : `the string ${shorten(JSON.stringify(value), 60)}`;
  if (typeof value !== 'object') return `the ${typeof value} ${(value as number).toString()}`;
  // Of whatever class: a test that watches promises has one of its own.
  if (value instanceof Promise) return 'a Promise';
  const { name } =
    (Object.getPrototypeOf(value) as { constructor?: { name?: string } } | null)?.constructor ?? {};
  return isPlainObject(value) || !name ? 'an object' : `${/^[AEIOU]/.test(name) ? 'an' : 'a'} ${name}`;
}

/** The same where a string may be a secret: it is not shown. */
export function secretWords(value: unknown): string {
  return typeof value === 'string' ? 'a string' : valueWords(value);
}

/** The way out where a value is not yet what it could become; begins with a space. */
export function remedyFor(given: unknown): string {
  if (isPromiseLike(given)) return ' Is an "await" missing?';
  if (typeof given !== 'function' || given.name === '') return '';
  return isClass(given) ? ` Write new ${given.name}(…).` : ` Call it: ${given.name}(…).`;
}

/** What is written as a class, which cannot be called. */
function isClass(value: unknown): boolean {
  return typeof value === 'function' && /^class\b/.test(Function.prototype.toString.call(value));
}

function functionWords(value: Function): string {
  const kind = isClass(value) ? 'class' : 'function';
  return value.name === '' ? `a ${kind}` : `the ${kind} ${value.name}`;
}
