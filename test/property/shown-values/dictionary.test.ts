import { expect, test } from 'vitest';
import { Dictionary } from '../../../src/property/shown-values/dictionary.ts';
import {
  valuesInData,
  valuesInText,
  type ShownValue,
} from '../../../src/property/shown-values/read-values.ts';
import { wordsOf } from '../../../src/property/shown-values/words.ts';

const nowhere = { near: [], far: [] };
const way = { steps: [], at: () => 0 };

/** Shown values, in pieces: 800 orders, a few customers, and many words. */
const pieces: ShownValue[][] = [
  ...Array.from({ length: 16 }, (_, page) =>
    valuesInData({ orders: Array.from({ length: 50 }, (__, one) => ({ id: `A-${page}-${one}` })) }, nowhere),
  ),
  valuesInData({ customers: [{ id: 'C-1' }, { id: 'C-2' }] }, nowhere),
  valuesInData({ orders: [{ id: 'C-1' }], city: 'Word7' }, nowhere),
  ...Array.from({ length: 20 }, (_, page) =>
    valuesInText(
      Array.from(
        { length: 20 },
        (__, one) => `word${'abcdefghijklmnopqrst'[one]!}${'abcdefghijklmnopqrst'[page]!}`,
      ).join(' '),
      nowhere,
    ),
  ),
];

function candidatesOf(shown: readonly ShownValue[][], name = 'customer_id') {
  const dictionary = new Dictionary();
  for (const values of shown) dictionary.add(values, way);
  return dictionary.candidatesFor({ name: new Set(wordsOf(name)), around: new Set() });
}

test('the order in which values are shown does not decide which ones are kept, or how they are weighted', () => {
  const candidates = candidatesOf(pieces);
  expect(candidates).toHaveLength(500);
  expect(candidatesOf(pieces.toReversed())).toEqual(candidates);
  expect(candidatesOf([...pieces.slice(10), ...pieces.slice(0, 10)])).toEqual(candidates);
});

test('the values of a long list do not crowd out the values of a short list', () => {
  const values = candidatesOf(pieces).map(({ value }) => value);
  expect(values.slice(0, 2)).toEqual(['C-1', 'C-2']);
  expect(values).toContain('Word7');
});
