import { isPlainObject } from './copy.ts';
import { shorten } from './errors.ts';

/** A value with its kind, for an error message: `the number 17`, `the string "x"`, `an array of 2 items`, `a Promise`. */
export function valueWords(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return `an array of ${value.length} items`;
  if (typeof value === 'function') return value.name === '' ? 'a function' : `the function ${value.name}`;
  if (typeof value === 'string') return `the string ${shorten(JSON.stringify(value), 60)}`;
  if (typeof value !== 'object') return `the ${typeof value} ${(value as number).toString()}`;
  const { name } =
    (Object.getPrototypeOf(value) as { constructor?: { name?: string } } | null)?.constructor ?? {};
  return isPlainObject(value) || !name ? 'an object' : `${/^[AEIOU]/.test(name) ? 'an' : 'a'} ${name}`;
}
