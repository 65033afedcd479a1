import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { problemsBySchema } from '../../../src/engine/tools/arguments.ts';
import {
  argumentsFor,
  wrongArgumentsFor,
} from '../../../src/property/script-generator/arguments/arguments.ts';
import { schemas } from './schemas.ts';
import { assertProperty, counterexampleOf, seeds } from '../../support/property.ts';

type Schema = { readonly [keyword: string]: unknown };

// Loads the validator. From then on, problemsBySchema does not return a promise.
beforeAll(async () => {
  await problemsBySchema('any', {}, {});
});

/** The problems that the engine finds in these arguments after they were sent as JSON. */
const problemsOf = (schema: Schema, args: object) =>
  problemsBySchema('any', schema, JSON.parse(JSON.stringify(args)) as object) as string[];

test.for(schemas)('generated arguments pass their schema: %s', ([, schema]) => {
  const some = fc.sample(argumentsFor(schema), { seed: 1, numRuns: 300 });
  expect(some.filter((args) => problemsOf(schema, args).length > 0)).toEqual([]);
});

const takesAll = 'additional arguments of any kind';

test.for(schemas.filter(([name]) => name !== takesAll))(
  'generated wrong arguments fail their schema: %s',
  ([, schema]) => {
    const some = fc.sample(wrongArgumentsFor(schema), { seed: 1, numRuns: 300 });
    expect(some.filter((args) => problemsOf(schema, args).length === 0)).toEqual([]);
  },
);

const limited = (lower: string, upper: string, most: number) =>
  fc.tuple(fc.option(fc.nat(most)), fc.option(fc.nat(most))).map(([low, extent]) => ({
    ...(low !== null && { [lower]: low }),
    ...(extent !== null && { [upper]: (low ?? 0) + extent }),
  }));
const { anySchema } = fc.letrec<{ anySchema: Schema }>((tie) => {
  const names = fc.constantFrom('a', 'b', 'c');
  return {
    anySchema: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom<Schema>(
        {},
        { type: 'boolean' },
        { type: ['string', 'null'] },
        { enum: ['x', 1, null] },
        { const: 'y' },
        { $ref: '#/$defs/node' },
        { type: 'string', pattern: '^[ab]+$' },
        { type: 'string', format: 'date' },
      ),
      limited('minLength', 'maxLength', 6).map((more) => ({ type: 'string', ...more })),
      limited('minimum', 'maximum', 9).map((more) => ({ type: 'integer', ...more })),
      limited('exclusiveMinimum', 'maximum', 9).map((more) => ({ type: 'number', ...more })),
      fc
        .tuple(tie('anySchema'), limited('minItems', 'maxItems', 3))
        .map(([items, more]) => ({ type: 'array', items, ...more })),
      fc
        .tuple(
          fc.dictionary(names, tie('anySchema'), { maxKeys: 3 }),
          fc.subarray(['a', 'b', 'c']),
          fc.boolean(),
        )
        .map(([properties, required, additionalProperties]) => ({
          type: 'object',
          properties,
          required: required.filter((name) => Object.hasOwn(properties, name)),
          ...(!additionalProperties && { additionalProperties }),
        })),
      fc
        .tuple(
          fc.constantFrom('anyOf', 'oneOf', 'allOf'),
          fc.array(tie('anySchema'), { minLength: 1, maxLength: 3 }),
        )
        .map(([keyword, parts]) => ({ [keyword]: parts })),
    ),
  };
});
const node = {
  type: 'object',
  properties: { next: { $ref: '#/$defs/node' }, nodes: { type: 'array', items: { $ref: '#/$defs/node' } } },
};
const generated = anySchema.map((value): Schema => ({
  type: 'object',
  properties: { value, other: { type: 'string' } },
  required: ['value'],
  $defs: { node },
}));

test('generated arguments pass any schema, unless it contradicts itself', () => {
  const counts = { satisfiable: 0, not: 0 };
  assertProperty(
    fc.property(generated, fc.nat(), (schema, seed) => {
      const some = fc.sample(argumentsFor(schema), { seed, numRuns: 10 });
      // If the generator finds no valid arguments, it generates only empty ones.
      const isGivenUp = some.every((args) => Object.keys(args).length === 0);
      counts[isGivenUp ? 'not' : 'satisfiable']++;
      expect(isGivenUp || some.every((args) => problemsOf(schema, args).length === 0)).toBe(true);
    }),
    { seed: 1, numRuns: 150 },
  );
  expect(counts.not).toBeLessThan(counts.satisfiable / 10);
});

test('generated wrong arguments fail any schema', () => {
  assertProperty(
    fc.property(generated, fc.nat(), (schema, seed) => {
      for (const args of fc.sample(wrongArgumentsFor(schema), { seed, numRuns: 10 }))
        expect(problemsOf(schema, args)).not.toEqual([]);
    }),
    { seed: 1, numRuns: 150 },
  );
});

const hopeless: [string, Schema][] = [
  ['a limit above the other', { minimum: 3, maximum: 1, type: 'integer' }],
  ['no whole number between the limits', { type: 'integer', minimum: 0.2, maximum: 0.8 }],
  ['two types at once', { allOf: [{ type: 'string' }, { type: 'number' }] }],
  ['false', false as unknown as Schema],
  ['itself alone', { $ref: '#/properties/value' }],
  ['an endless node', { $ref: '#/$defs/endless' }],
  ['a reference to nothing', { $ref: '#/$defs/nothing' }],
  ['no value at all', { enum: [] }],
  ['a malformed pattern', { type: 'string', pattern: '(' }],
  ['a pattern that nothing matches', { type: 'string', pattern: '^a$', minLength: 5 }],
  ['half a surrogate', { type: 'string', pattern: '^\\ud83d$' }],
  ['the negation of everything', { not: {} }],
  [
    'more unique items than values',
    { type: 'array', items: { type: 'null' }, uniqueItems: true, minItems: 2 },
  ],
];

test.for(hopeless)('for a schema that nothing satisfies, empty arguments are generated: %s', ([, value]) => {
  const endless = { type: 'object', properties: { next: { $ref: '#/$defs/endless' } }, required: ['next'] };
  const schema = { type: 'object', properties: { value }, required: ['value'], $defs: { endless } };
  expect(fc.sample(argumentsFor(schema), { seed: 1, numRuns: 3 })).toEqual([{}, {}, {}]);
});

test('for a schema that accepts everything, wrong arguments are generated all the same', () => {
  const schema = { type: 'object', additionalProperties: true };
  expect(fc.sample(wrongArgumentsFor(schema), { seed: 1, numRuns: 20 }).length).toBe(20);
});

test.for(schemas)('generated texts contain no unpaired surrogate: %s', ([, schema]) => {
  for (const args of fc.sample(argumentsFor(schema), { seed: 2, numRuns: 200 })) {
    const text = JSON.stringify(args);
    expect(new TextDecoder().decode(new TextEncoder().encode(text))).toBe(text);
    expect(text).not.toMatch(/\\ud[89a-f]/i);
  }
});

test('arguments shrink to the required ones, with the simplest values', () => {
  const schema = {
    type: 'object',
    properties: {
      id: { type: 'string' },
      count: { type: 'integer' },
      list: { type: 'array', items: { type: 'string' } },
    },
    required: ['id', 'count'],
  };
  for (const seed of seeds(0, 100)) {
    const counterexample = counterexampleOf(
      fc.property(argumentsFor(schema), () => false),
      { seed },
    );
    expect(counterexample).toEqual([{ id: 'a', count: 0 }]);
  }
});

test('undeclared arguments shrink to the simplest name and value', () => {
  const schema = {
    type: 'object',
    properties: { id: { type: 'string' } },
    additionalProperties: { type: 'integer' },
  };
  const both = (args: object) => 'id' in args && Object.keys(args).length > 1;
  for (const seed of seeds(0, 100)) {
    const counterexample = counterexampleOf(
      fc.property(argumentsFor(schema), (args) => !both(args)),
      { seed, numRuns: 1000 },
    );
    expect(counterexample).toEqual([{ id: 'a', a: 0 }]);
  }
});

test('generated arguments share no values with each other or with the schema', () => {
  const schema = { type: 'object', properties: { value: { const: { deep: [1] } } }, required: ['value'] };
  const [one, other] = fc.sample(argumentsFor(schema), { seed: 1, numRuns: 2 }) as {
    value: { deep: number[] };
  }[];
  one!.value.deep.push(2);
  expect(other).toEqual({ value: { deep: [1] } });
  expect(schema.properties.value.const).toEqual({ deep: [1] });
});
