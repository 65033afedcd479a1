/** Words that say little about a value, because many names have them. */
const general = new Set(['id', 'key', 'name', 'number', 'code', 'value', 'ref']);

/** Words of a text that say nothing about the values beside them. */
const stopWords = new Set(
  'the and for are was were has have had not you your our its their with from into this that these those then than but can may must will would should could only also all any each other there here what which who when where how before after never always please use them they she her his him out off one about'.split(
    ' ',
  ),
);

/** The words of a name or text, in lower case and singular: "order" and "id" for `order_id`, `orderIds`, `orders[].id`. */
export function wordsOf(name: string): string[] {
  return name
    .replaceAll(/([\p{Ll}\d])(\p{Lu})/gu, '$1 $2')
    .replaceAll(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
    .map(singular);
}

function singular(word: string): string {
  if (word.length > 4 && word.endsWith('ies')) return `${word.slice(0, -3)}y`;
  if (/(?:ss|x|z|ch|sh)es$/.test(word)) return word.slice(0, -2);
  return word.length > 3 && /[^sui]s$/.test(word) ? word.slice(0, -1) : word;
}

/** Whether a word has a meaning of its own. */
export function isTelling(word: string): boolean {
  return word.length > 2 && !stopWords.has(word) && !/^\p{N}+$/u.test(word);
}

/** The name of an argument, and what surrounds it, as words. */
export interface ArgumentWords {
  readonly name: ReadonlySet<string>;
  readonly around: ReadonlySet<string>;
}

/** The words nearest to a value, such as the last name of its path, and the words further away. */
export interface ValueWords {
  readonly near: readonly string[];
  readonly far: readonly string[];
}

/**
 * How well the words of an argument and the words of a value agree; 0 if they share none. A word that both have in the
 * nearest place counts most.
 */
export function agreement({ name, around }: ArgumentWords, { near, far }: ValueWords): number {
  let score = 0;
  for (const word of new Set(near)) {
    if (name.has(word)) score += general.has(word) ? 2 : 3;
    else if (around.has(word)) score += 1;
  }
  for (const word of new Set(far)) {
    if (near.includes(word)) continue;
    if (name.has(word)) score += general.has(word) ? 0.5 : 1.5;
    else if (around.has(word)) score += 0.25;
  }
  return score;
}
