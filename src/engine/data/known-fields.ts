import { isPlainObject } from './copy.ts';
import { didYouMean, type Aliases } from './did-you-mean.ts';
import { UsageError } from './errors.ts';
import { valueWords } from './value-words.ts';

/** Throws a TypeError for options that are no object, or that have a field nobody reads: it would be ignored in silence. */
export function checkKnownFields(
  what: string,
  given: unknown,
  fields: readonly string[],
  aliases?: Aliases,
): void {
  if (!mayHave(given, fields)) {
    throw new UsageError(
      `${what} takes one object, but was given ${valueWords(given)}. Its fields: ${fields.join(', ')}.`,
    );
  }
  const unknown = unknownIn(given, fields);
  if (unknown !== undefined)
    throw new UsageError(`${what} has no ${unknownWords('field', unknown, fields, aliases)}`);
}

/** The same for options that come after something else. */
export function checkKnownOptions(what: string, given: unknown, options: readonly string[]): void {
  const problem = optionsProblem(what, given, options);
  if (problem !== undefined) throw new UsageError(problem);
}

/** What is wrong with such options, if anything is. */
export function optionsProblem(what: string, given: unknown, options: readonly string[]): string | undefined {
  if (!mayHave(given, options))
    return `${what} takes its options as an object, but was given ${valueWords(given)}. Its options: ${options.join(', ')}.`;
  const unknown = unknownIn(given, options);
  return unknown === undefined ? undefined : `${what} has no ${unknownWords('option', unknown, options)}`;
}

/** The end of the sentence about a name that nobody reads: `field "nmae". Did you mean "name"? Its fields: name, model.` */
export function unknownWords(
  noun: 'field' | 'option' | 'hook',
  given: string,
  known: readonly string[],
  aliases?: Aliases,
): string {
  return `${noun} "${given}".${didYouMean(given, known, aliases)} Its ${noun}s: ${known.join(', ')}.`;
}

/** Whether the value can be what these names are read from. An object of a class may have others as well, but one that has none of them is something else. */
export function mayHave(given: unknown, names: readonly string[]): given is object {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return false;
  return isPlainObject(given) || names.some((name) => name in given);
}

/** The first name that nobody reads; an object of a class may have any. */
export function unknownIn(given: object, names: readonly string[]): string | undefined {
  if (!isPlainObject(given)) return undefined;
  return Object.keys(given).find((name) => !names.includes(name));
}
