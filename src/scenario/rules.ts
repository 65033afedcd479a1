import { isPlainObject } from '../engine/values/copy.ts';
import { unknownWords } from '../engine/values/known-fields.ts';
import { remedyFor, valueWords } from '../engine/values/value-words.ts';
import { isAsymmetric } from './equals.ts';
import { sentence, type Sentence } from '../engine/values/error-facts.ts';
import { UsageError } from '../engine/values/engine-errors.ts';

/** What something must be: the words for it, the test, and a hint for whoever gave something else. */
export type Rule = readonly [
  words: string,
  test: (value: unknown) => boolean,
  hint?: (given: unknown) => string | Sentence,
];

/** Every field that is known has a rule. */
export type Rules<Fields extends string> = Readonly<Record<Fields, Rule>>;

export const isText = (value: unknown): value is string => typeof value === 'string';
export const isFunction = (value: unknown): value is Function => typeof value === 'function';

/** A name, or an asymmetric matcher in its place. */
export const isName = (value: unknown): boolean => isText(value) || isAsymmetric(value);

/** Whoever gives the agent is told to write its name. */
export const nameRule: Rule = ["an agent's name", isName, nameHint];

/** A part of a text, or a pattern in it. */
export const textRule: Rule = ['a string or a RegExp', (value) => isName(value) || value instanceof RegExp];

/** What a timer of Node can wait for. */
export const timeoutRule: Rule = [
  'a number of milliseconds above 0',
  (value) => typeof value === 'number' && value > 0 && value < 2 ** 31,
];

/** A list of names, or an asymmetric matcher for all of it. */
export const namesRule = (words: string): Rule => [
  words,
  (value) => (Array.isArray(value) ? value.every(isName) : isAsymmetric(value)),
  (given) => {
    if (isText(given)) return ` Write ${JSON.stringify([given])}.`;
    if (!Array.isArray(given)) return '';
    const index = given.findIndex((item) => !isName(item));
    return ` Its item ${index + 1} is ${wordsOf(given[index])}.${nameHint(given[index])}`;
  },
];

/**
 * Throws a TypeError for a field that nobody reads, and for one that is not what it must be. `which` begins the sentence;
 * what has fields by its nature "has no" others.
 */
export function assertValidFields<Fields extends string>(
  value: object,
  rules: Rules<Fields>,
  which: string,
  has: 'has an unknown' | 'has no' = 'has an unknown',
): void {
  for (const [field, given] of Object.entries(value) as [Fields, unknown][]) {
    if (!Object.hasOwn(rules, field))
      throw new UsageError(
        sentence`${{ where: which }} ${has} ${unknownWords('field', field, Object.keys(rules))}`,
      );
    if (given !== undefined && !rules[field][1](given))
      throw mustBe(sentence`${{ where: which }} has a field "${{ field }}" that`, rules[field], given);
  }
}

/** Something is not what it must be; `what` begins the sentence. */
export function mustBe(what: string | Sentence, rule: Rule, given: unknown): UsageError {
  return new UsageError(
    sentence`${typeof what === 'string' ? { where: what } : what} must be ${{ expected: rule[0] }}, but is ${{ given: wordsOf(given) }}.${hintFor(rule, given)}`,
  );
}

/** A function is not given what it takes; `place` says among several which (" first"). */
export function takes(who: string, rule: Rule, given: unknown, place = ''): UsageError {
  return new UsageError(
    sentence`${{ where: who }} takes ${{ expected: rule[0] }}, but was given ${{ given: wordsOf(given) }}${place}.${hintFor(rule, given)}`,
  );
}

/** A value with its kind; a tool is an object like any other but for its name. */
export function wordsOf(value: unknown): string {
  return isTool(value) ? 'a tool' : valueWords(value);
}

/** What `tool()` makes, or what is written like it. */
export function isTool(value: unknown): value is { name: string } {
  return isPlainObject(value) && isFunction(value['execute']) && isText(value['name']);
}

/** For agents, tools and functions where their name is wanted. */
export function nameHint(given: unknown): string {
  const { name: own } = (given ?? {}) as { name?: unknown };
  return isText(own) && own !== '' ? ` Write its name, ${JSON.stringify(own)}.` : '';
}

function hintFor([, , hint]: Rule, given: unknown): string | Sentence {
  return hint?.(given) || remedyFor(given);
}
