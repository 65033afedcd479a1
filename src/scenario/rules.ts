import { isPlainObject } from '../engine/values/copy.ts';
import { unknownWords } from '../engine/values/known-fields.ts';
import { remedyFor, valueWords } from '../engine/values/value-words.ts';
import { isAsymmetric } from './equals.ts';
import { sentence, type Sentence } from '../engine/values/error-facts.ts';
import { UsageError } from '../engine/values/engine-errors.ts';

/** A rule for a value: its description in messages, a test, and a hint for a wrong value. */
export type Rule = readonly [
  words: string,
  test: (value: unknown) => boolean,
  hint?: (given: unknown) => string | Sentence,
];

/** A rule for each known field. */
export type Rules<Fields extends string> = Readonly<Record<Fields, Rule>>;

export const isText = (value: unknown): value is string => typeof value === 'string';
export const isFunction = (value: unknown): value is Function => typeof value === 'function';

/** Whether a value is a name, or an asymmetric matcher in its place. */
export const isName = (value: unknown): boolean => isText(value) || isAsymmetric(value);

/** The rule for an agent's name. If an Agent is given, the hint says to write its name. */
export const nameRule: Rule = ["an agent's name", isName, nameHint];

/** The rule for a text to look for: a part of it, a pattern in it, or an asymmetric matcher. */
export const textRule: Rule = ['a string or a RegExp', (value) => isName(value) || value instanceof RegExp];

/** The rule for a time limit. Only a delay that a timer of Node accepts is valid. */
export const timeoutRule: Rule = [
  'a number of milliseconds above 0',
  (value) => typeof value === 'number' && value > 0 && value < 2 ** 31,
];

/** The rule for a list of names, or for an asymmetric matcher in place of the whole list. */
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
 * Throws a TypeError for a field that is not known, and for a field with a wrong value. `which` begins the message
 * and `has` continues it: an object "has an unknown" field, a matcher "has no" such field.
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

/** The error for a wrong value; `what` begins its message. */
export function mustBe(what: string | Sentence, rule: Rule, given: unknown): UsageError {
  return new UsageError(
    sentence`${typeof what === 'string' ? { where: what } : what} must be ${{ expected: rule[0] }}, but is ${{ given: wordsOf(given) }}.${hintFor(rule, given)}`,
  );
}

/**
 * The error for a function that was given a wrong argument; `place` says which one, if there are several (" first").
 */
export function takes(who: string, rule: Rule, given: unknown, place = ''): UsageError {
  return new UsageError(
    sentence`${{ where: who }} takes ${{ expected: rule[0] }}, but was given ${{ given: wordsOf(given) }}${place}.${hintFor(rule, given)}`,
  );
}

/** A value with its kind, for a message. A tool is a plain object, but is called a tool. */
export function wordsOf(value: unknown): string {
  return isTool(value) ? 'a tool' : valueWords(value);
}

/** Whether a value is a tool: made by `tool()`, or an object like it. */
export function isTool(value: unknown): value is { name: string } {
  return isPlainObject(value) && isFunction(value['execute']) && isText(value['name']);
}

/** A hint for an agent, tool or function that was given instead of its name. */
export function nameHint(given: unknown): string {
  const { name: own } = (given ?? {}) as { name?: unknown };
  return isText(own) && own !== '' ? ` Write its name, ${JSON.stringify(own)}.` : '';
}

function hintFor([, , hint]: Rule, given: unknown): string | Sentence {
  return hint?.(given) || remedyFor(given);
}
