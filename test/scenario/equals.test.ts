import { expect, test } from 'vitest';
import { contains, equals } from '../../src/scenario/equals.ts';

class Money {
  readonly amount: number;
  constructor(amount: number) {
    this.amount = amount;
  }
}
const five = new Money(5);
const run = () => 'x';

const equal: [what: string, expected: unknown, actual: unknown][] = [
  ['1 and 1.0', 1, 1.0],
  ['zero with a sign and without', 0, -0],
  ['NaN and NaN', NaN, NaN],
  ['objects with keys in another order', { a: 1, b: { c: 2, d: 3 } }, { b: { d: 3, c: 2 }, a: 1 }],
  ['a field that is undefined and one that is absent', { a: 1, b: undefined }, { a: 1 }],
  ['a field that is absent and one that is undefined', { a: 1 }, { a: 1, b: undefined }],
  ['an object without a prototype and a literal', Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
  ['lists of the same', [1, [2, { a: 3 }]], [1, [2, { a: 3 }]]],
  ['dates of one time', new Date(5), new Date(5)],
  ['maps of the same', new Map([['a', { b: 1 }]]), new Map([['a', { b: 1 }]])],
  ['sets of the same', new Set([1, 'a']), new Set([1, 'a'])],
  ['an instance and itself', five, five],
  ['a function and itself', { run }, { run }],
  ['an own field named __proto__', JSON.parse('{"__proto__":{"a":1}}'), JSON.parse('{"__proto__":{"a":1}}')],
  ['expect.any', expect.any(String), 'x'],
  ['expect.anything deep inside', { a: [{ b: expect.anything() }] }, { a: [{ b: 7 }] }],
  ['expect.stringMatching', { id: expect.stringMatching(/^A-/) }, { id: 'A-17' }],
  ['expect.objectContaining', { a: expect.objectContaining({ b: 1 }) }, { a: { b: 1, c: 2 } }],
];

test.for(equal)('%s are equal', ([, expected, actual]) => {
  expect(equals(expected, actual)).toBe(true);
  expect(contains(expected, actual)).toBe(true);
});

const different: [what: string, expected: unknown, actual: unknown][] = [
  ['1 and "1"', 1, '1'],
  ['0 and false', 0, false],
  ['null and undefined', null, undefined],
  ['null and absent', { a: null }, {}],
  ['a text and another', 'a', 'A'],
  ['a field more expected', { a: 1, b: 2 }, { a: 1 }],
  ['lists in another order', [1, 2], [2, 1]],
  ['a shorter list', [1, 2], [1]],
  ['a longer list', [1], [1, 2]],
  ['a list and an object of its items', ['a'], { 0: 'a' }],
  ['an object and a list of its items', { 0: 'a' }, ['a']],
  ['dates of two times', new Date(5), new Date(6)],
  ['a date and its text', new Date(0), '1970-01-01T00:00:00.000Z'],
  ['maps of two values', new Map([['a', 1]]), new Map([['a', 2]])],
  ['a map and an object', new Map([['a', 1]]), { a: 1 }],
  ['a map and a set', new Map([['a', 1]]), new Set([['a', 1]])],
  ['a set and a list', new Set([1]), [1]],
  ['sets of two sizes', new Set([1]), new Set([1, 2])],
  ['two instances of a class', new Money(5), new Money(5)],
  ['an instance and an object with its fields', { amount: 5 }, five],
  ['two functions', () => 1, () => 1],
  ['a field that only objects inherit', { toString: undefined, constructor: Object }, {}],
  ['an own __proto__ and none', JSON.parse('{"__proto__":{"a":1}}'), {}],
  ['expect.any of another type', { a: expect.any(Number) }, { a: 'x' }],
  ['expect.anything and nothing', { a: expect.anything() }, {}],
  ['an object and null', {}, null],
  ['null and an object', null, {}],
];

test.for(different)('%s are different', ([, expected, actual]) => {
  expect(equals(expected, actual)).toBe(false);
  expect(contains(expected, actual)).toBe(false);
});

const containing: [what: string, expected: unknown, actual: unknown][] = [
  ['an object with more fields', { a: 1 }, { a: 1, b: 2 }],
  ['more fields further inside', { a: { b: 1 } }, { a: { b: 1, c: 2 }, d: 3 }],
  [
    'more fields in the items of a list',
    { list: [{ id: 1 }, { id: 2 }] },
    {
      list: [
        { id: 1, x: 0 },
        { id: 2, x: 0 },
      ],
    },
  ],
  ['anything at all in an empty object', {}, { a: 1 }],
  ['more fields in the values of a map', new Map([['a', { b: 1 }]]), new Map([['a', { b: 1, c: 2 }]])],
];

test.for(containing)('accepted by contains, but not by equals: %s', ([, expected, actual]) => {
  expect(contains(expected, actual)).toBe(true);
  expect(equals(expected, actual)).toBe(false);
});

test('contains accepts more fields in an object, but not more items in a list', () => {
  expect(contains({ list: [1] }, { list: [1, 2] })).toBe(false);
});

test('negated asymmetric matchers are applied, too', () => {
  expect(equals([expect.not.stringContaining('x')], ['abc'])).toBe(true);
  expect(equals([expect.not.stringContaining('x')], ['xyz'])).toBe(false);
});

test('the order of the members of a set does not matter', () => {
  expect(equals(new Set([1, 2]), new Set([2, 1]))).toBe(true);
});

test('the order of the keys of a map does not matter', () => {
  expect(
    equals(
      new Map([
        ['a', 1],
        ['b', 2],
      ]),
      new Map([
        ['b', 2],
        ['a', 1],
      ]),
    ),
  ).toBe(true);
});

test('a matcher in a set does not take the member that another item needs', () => {
  expect(equals(new Set([expect.any(String), 'a']), new Set(['a', 'b']))).toBe(true);
  expect(equals(new Set([expect.any(String), 'a']), new Set(['b', 'c']))).toBe(false);
});
