import { isPlainObject } from './copy.ts';
import { didYouMean } from './did-you-mean.ts';
import { valueWords } from './value-words.ts';

/** Throws a TypeError for options that are no object, or that have a field nobody reads: it would be ignored in silence. */
export function checkKnownFields(what: string, options: unknown, fields: readonly string[]): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new TypeError(
      `${what} takes one object, but was given ${valueWords(options)}. Its fields: ${fields.join(', ')}.`,
    );
  }
  if (!isPlainObject(options)) return;
  for (const field of Object.keys(options)) {
    if (!fields.includes(field)) {
      throw new TypeError(
        `${what} has no field "${field}".${didYouMean(field, fields)} Its fields: ${fields.join(', ')}.`,
      );
    }
  }
}
