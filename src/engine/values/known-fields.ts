import { isPlainObject } from './copy.ts';
import { suggested, type Aliases } from './did-you-mean.ts';
import { sentence, type Sentence } from './error-facts.ts';
import { UsageError } from './engine-errors.ts';
import { valueWords } from './value-words.ts';

/**
 * Throws a TypeError for options that are not an object, and for an unknown field, which would be ignored silently.
 */
export function assertKnownFields(
  what: string,
  given: unknown,
  fields: readonly string[],
  aliases?: Aliases,
): void {
  if (!mayHave(given, fields)) {
    throw new UsageError(
      sentence`${{ where: what }} takes ${{ expected: 'one object' }}, but was given ${{ given: valueWords(given) }}. Its fields: ${{ known: fields }}.`,
    );
  }
  const unknown = unknownIn(given, fields);
  if (unknown !== undefined)
    throw new UsageError(
      sentence`${{ where: what }} has no ${unknownWords('field', unknown, fields, aliases)}`,
    );
}

/** `assertKnownFields` for options that follow another argument. */
export function assertKnownOptions(what: string, given: unknown, options: readonly string[]): void {
  const problem = optionsProblem(what, given, options);
  if (problem !== undefined) throw new UsageError(problem);
}

/** What is wrong with options that follow another argument; undefined if they are valid. */
export function optionsProblem(
  what: string,
  given: unknown,
  options: readonly string[],
): Sentence | undefined {
  if (!mayHave(given, options))
    return sentence`${{ where: what }} takes its options as ${{ expected: 'an object' }}, but was given ${{ given: valueWords(given) }}. Its options: ${{ known: options }}.`;
  const unknown = unknownIn(given, options);
  return unknown === undefined
    ? undefined
    : sentence`${{ where: what }} has no ${unknownWords('option', unknown, options)}`;
}

/** The end of a sentence about an unknown name: `field "nmae". Did you mean "name"? Its fields: name, model.` */
export function unknownWords(
  noun: 'field' | 'option' | 'hook',
  given: string,
  known: readonly string[],
  aliases?: Aliases,
): Sentence {
  return sentence`${noun} "${{ field: given }}".${suggested(given, known, aliases)} Its ${noun}s: ${{ known }}.`;
}

/**
 * Whether a value can have fields with these names. A plain object can. An instance of a class can if it has at least
 * one of them; it may have other members too.
 */
export function mayHave(given: unknown, names: readonly string[]): given is object {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return false;
  return isPlainObject(given) || names.some((name) => name in given);
}

/** The first unknown name in a plain object. An instance of a class may have any names. */
export function unknownIn(given: object, names: readonly string[]): string | undefined {
  if (!isPlainObject(given)) return undefined;
  return Object.keys(given).find((name) => !names.includes(name));
}
