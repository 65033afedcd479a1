/** The JSON Schema in the package, compared with the reader: both accept the same cassettes. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Validator, type Schema } from '@cfworker/json-schema';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { assertValidCassette } from '../../src/cassette/format/assert-valid.ts';
import { recorded, scenarioOf, scenarios, ways } from './conversations.ts';
import { Folder } from './folder.ts';
import { assertProperty } from '../support/property.ts';

const schema = JSON.parse(readFileSync('schema/cassette.schema.json', 'utf8')) as Schema;
const validator = new Validator(schema, '2020-12');

const fixtures = readdirSync('fixtures/cassettes', { recursive: true, encoding: 'utf8' }).filter((file) =>
  file.endsWith('.json'),
);

const read = (cassette: unknown): boolean => {
  try {
    assertValidCassette(cassette);
    return true;
  } catch {
    return false;
  }
};

test.each(fixtures)('the schema accepts the fixture %s', (file) => {
  const cassette: unknown = JSON.parse(readFileSync(join('fixtures/cassettes', file), 'utf8'));
  expect(validator.validate(cassette).errors).toEqual([]);
});

test('the schema accepts every recording', async () => {
  await assertProperty(
    fc.asyncProperty(scenarios, ways, async (parts, way) => {
      using folder = new Folder();
      await recorded(scenarioOf(parts), folder.file(), way);
      expect(validator.validate(folder.json()).errors).toEqual([]);
    }),
    { seed: 9, numRuns: 30 },
  );
});

/** Every place in a value, as a path of keys and indexes. */
function placesIn(value: unknown, path: (string | number)[] = []): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, item]) => placesIn(item, [...path, key]))];
}

/** The value with another one at this place; undefined removes it. */
function changed(value: unknown, [key, ...rest]: (string | number)[], to: unknown): unknown {
  if (key === undefined) return to;
  const copy = (Array.isArray(value) ? [...(value as unknown[])] : { ...(value as object) }) as Record<
    string | number,
    unknown
  >;
  if (rest.length > 0 || to !== undefined) copy[key] = changed(copy[key], rest, to);
  else if (Array.isArray(copy)) copy.splice(Number(key), 1);
  else delete copy[key];
  return copy;
}

/**
 * Places that only the reader checks. A schema cannot say which name refers to what, or how interactions are
 * numbered.
 */
const isOfReader = (path: (string | number)[]) =>
  /\.(number|agent)$|^agents|^tools|\.tools(\.|$)|interactions\.\d+$|\.ms(\.\d+)?$|(texts|arguments)\.\d+$/.test(
    path.join('.'),
  );

test.each(['refund.json', 'library-desk.json', 'busy-model.json'])(
  'the schema and the reader refuse the same changes of %s',
  (file) => {
    const cassette: unknown = JSON.parse(readFileSync(join('fixtures/cassettes', file), 'utf8'));
    const verdicts = placesIn(cassette)
      .filter((path) => path.length > 0 && !isOfReader(path))
      .flatMap((path) =>
        [undefined, null, 1.5, 'text', {}, [1], true].map((to) => {
          const other = changed(cassette, path, to);
          return { path: path.join('.'), to, schema: validator.validate(other).valid, reader: read(other) };
        }),
      );
    expect(verdicts.filter(({ schema, reader }) => schema !== reader)).toEqual([]);
    expect(verdicts.filter(({ reader }) => !reader).length).toBeGreaterThan(100);
  },
);
