import { isPlainObject } from '../../engine/values/copy.ts';
import { withoutSecrets } from '../../engine/values/secrets.ts';
import type { JsonSchema } from '../../engine/tools/json-schema.ts';
import { holdsSecret } from '../check-agent/storable.ts';
import { isTelling, wordsOf, type ValueWords } from './words.ts';

/** A value that was shown, and the words beside it. */
export interface ShownValue extends ValueWords {
  readonly value: string | number;
  /** How likely a value of this kind is an argument: 1 for a number or an id, less for a plain word. */
  readonly likelihood: number;
}

/** Limits for one text or one piece of JSON. Values beyond them are left out. */
const longestText = 20_000;
const longestValue = 100;
const mostValues = 100;
const deepest = 8;
/** How many telling words before a value are near to it, and how many after it. */
const [wordsBefore, wordsAfter] = [3, 2];

/** The values in the text that answers a call: in its JSON if it is JSON, otherwise in its words. */
export function valuesInContent(content: string, around: readonly string[]): ShownValue[] {
  const words = { near: [], far: around };
  try {
    return valuesInData(JSON.parse(content), words);
  } catch {
    return valuesInText(content, words);
  }
}

/** The numbers and strings in plain data, with the names on their paths. Values that may be secrets are left out. */
export function valuesInData(data: unknown, { near, far }: ValueWords): ShownValue[] {
  const values: ShownValue[] = [];
  const visit = (item: unknown, name: string, words: ValueWords, depth: number): void => {
    if (values.length >= mostValues || depth > deepest) return;
    if (typeof item === 'number' || typeof item === 'string') {
      if (holdsSecret(name, item)) return;
      if (isOneValue(item)) values.push({ value: item, likelihood: 1, ...words });
      if (typeof item === 'string' && /\s/.test(item)) values.push(...valuesInText(item, words));
    } else if (Array.isArray(item)) {
      for (const one of item) visit(one, name, words, depth + 1);
    } else if (isPlainObject(item)) {
      for (const [key, one] of Object.entries(item)) {
        // A key with a digit is rather an id than a name, as in { "A-17": "paid" }.
        if (/\d/.test(key) && isOneValue(key)) values.push({ value: key, likelihood: 1, ...words });
        const inner = { near: wordsOf(key), far: [...words.near, ...words.far] };
        if (!holdsSecret(key, one) || typeof one === 'object') visit(one, key, inner, depth + 1);
      }
    }
  };
  visit(data, '', { near, far }, 0);
  return values.slice(0, mostValues);
}

function isOneValue(value: string | number): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  return value !== '' && value.length <= longestValue && !/[\n\p{Surrogate}]/u.test(value);
}

/** Quoted texts, and words with the signs that ids, dates, times, amounts and addresses have in them. */
const parts = /"([^"\n]{1,60})"|(?:(?<![^\s(])-)?[\p{L}\p{N}]+(?:[-_.:/@#]{1,3}[\p{L}\p{N}]+)*/gu;

/** The parts of a text that may be values. */
export function partsOf(text: string): string[] {
  return Array.from(text.slice(0, longestText).matchAll(parts), ([whole, quoted]) => quoted ?? whole);
}

/**
 * The ids, numbers, names and words of a text. The words beside a value, and the other words of its sentence, describe the value:
 * "room" for both numbers in "Rooms 101 and 102 are free".
 */
export function valuesInText(text: string, { near, far }: ValueWords): ShownValue[] {
  const values: ShownValue[] = [];
  for (const sentence of withoutSecrets(text.slice(0, longestText)).split(/[.!?;]\s|\n/)) {
    const found = [...sentence.matchAll(parts)];
    const telling = found.map(([part]) => wordsOf(part).filter(isTelling));
    const all = telling.flat();
    for (const [index, [whole, quoted]] of found.entries()) {
      const value = quoted ?? whole;
      const likelihood = quoted === undefined ? likelihoodOf(whole, index === 0) : 1;
      if (likelihood === 0 || !isOneValue(value)) continue;
      const beside = [
        ...telling.slice(0, index).flat().slice(-wordsBefore),
        ...telling
          .slice(index + 1)
          .flat()
          .slice(0, wordsAfter),
      ];
      values.push({ value, likelihood, near: [...near, ...beside], far: [...far, ...all.slice(0, 30)] });
    }
  }
  // Ids and numbers first, so that a long text does not crowd them out.
  return values.toSorted((one, other) => other.likelihood - one.likelihood).slice(0, mostValues);
}

/** 1 for a part of a text with a digit, less for a name, least for a plain word, 0 for a stop word. */
function likelihoodOf(part: string, isFirst: boolean): number {
  if (/\p{N}/u.test(part)) return 1;
  if (/[@_/]|\p{L}[-.:#]\p{L}|\p{Lu}.*\p{Lu}/u.test(part)) return 0.5;
  if (!isTelling(part.toLowerCase())) return 0;
  return !isFirst && /^\p{Lu}/u.test(part) ? 0.3 : 0.1;
}

/** The values that a schema lists: in `enum`, `const`, `examples` and `default`. */
export function valuesInSchema(schema: JsonSchema): ShownValue[] {
  const values: ShownValue[] = [];
  const visit = (part: unknown, words: ValueWords, depth: number): void => {
    if (!isPlainObject(part) || depth > deepest) return;
    for (const listed of [part['enum'], part['examples'], [part['const'], part['default']]])
      if (Array.isArray(listed)) values.push(...valuesInData(listed, words));
    for (const [name, property] of Object.entries((part['properties'] as object | undefined) ?? {}))
      visit(property, { near: wordsOf(name), far: [...words.near, ...words.far] }, depth + 1);
    visit(part['items'], words, depth + 1);
    for (const keyword of ['allOf', 'anyOf', 'oneOf']) {
      const all = part[keyword];
      if (Array.isArray(all)) for (const one of all) visit(one, words, depth + 1);
    }
  };
  visit(schema, { near: [], far: [] }, 0);
  return values.slice(0, mostValues);
}
