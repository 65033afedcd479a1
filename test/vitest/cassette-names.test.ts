/** Where the cassette of a test is, for every kind of test name. The tests run in a nested Vitest. */
import { beforeAll, expect, test } from 'vitest';
import { toldOf } from '../support/run-vitest.ts';
import { runWithCassettes } from './cassette-run.ts';

const source = String.raw`
const records = ({ cassette }) => talk(cassette(live('a')), 'q');

test('A test, named', records);
describe('outer', () => { describe('and "inner"', () => { test('is in both', records); }); });
test('Größe: 日本 ✓ ${'`'}ticks${'`'} $' + '{x} 50%', records);
test('../../x', records);
test('..\\..\\y', records);
test('/etc/passwd', records);
test('fixtures/cassettes/z.json', records);
test('nul\0 and\nlines', records);
test('__proto__', records);
test.for([1, 2])('row %i', (_row, { cassette }) => records({ cassette }));
test('a long name: ' + 'x'.repeat(300), records);
test('several', async ({ cassette }) => { await records({ cassette }); await records({ cassette }); await records({ cassette }); });
test('named elsewhere', ({ cassette }) => talk(cassette(live('a'), { cassette: 'fixtures/cassettes/elsewhere.json' }), 'q'));
test('opens none', () => {});

test('same', records);
test('same', records);
test('Same!', records);
test('sa-me', records);
describe('sa', () => { test('me', records); });
test('several 2', records);
test('y'.repeat(120), records);
test('y'.repeat(121), records);
test('***', records);
test('***, named elsewhere', ({ cassette }) => talk(cassette(live('a'), { cassette: 'fixtures/cassettes/stars.json' }), 'q'));
test('leaves the folder', ({ cassette }) => talk(cassette(live('a'), { cassette: '../outside.json' }), 'q'));
`;

let run: Awaited<ReturnType<typeof runWithCassettes>>;

beforeAll(async () => {
  run = await runWithCassettes(source);
}, 60_000);

const named: [test: string, file: string][] = [
  ['A test, named', 'a-test-named'],
  ['outer and "inner" is in both', 'outer-and-inner-is-in-both'],
  ['Größe: 日本 ✓ `ticks` ${x} 50%', 'größe-日本-ticks-x-50'],
  ['../../x', 'x'],
  [String.raw`..\..\y`, 'y'],
  ['/etc/passwd', 'etc-passwd'],
  ['fixtures/cassettes/z.json', 'fixtures-cassettes-z-json'],
  ['nul\0 and\nlines', 'nul-and-lines'],
  ['__proto__', 'proto'],
  ['row 1', 'row-1'],
  ['row 2', 'row-2'],
  [`a long name: ${'x'.repeat(300)}`, `a-long-name-${'x'.repeat(88)}`],
];

test.for(named)(
  'a cassette is named after its test, in a folder named after the test file: %j',
  ([name, file]) => {
    expect(toldOf(run.outcomes, name)).toEqual(['passed']);
    expect(run.kept[`a-case/${file}.json`]?.interactions).toEqual([1]);
  },
);

test('several cassettes of one test are numbered', () => {
  expect(toldOf(run.outcomes, 'several')).toEqual(['passed']);
  expect(Object.keys(run.kept)).toEqual(
    expect.arrayContaining(['several', 'several-2', 'several-3'].map((file) => `a-case/${file}.json`)),
  );
});

test('a test can name its cassette', () => {
  expect(toldOf(run.outcomes, 'named elsewhere')).toEqual(['passed']);
  expect(toldOf(run.outcomes, '***, named elsewhere')).toEqual(['passed']);
  expect(run.kept).toHaveProperty(['elsewhere.json', 'interactions'], [1]);
  expect(run.kept).toHaveProperty(['stars.json', 'interactions'], [1]);
});

const seconds: [test: string, of: string, file: string][] = [
  ['Same!', 'Same!', 'same'],
  ['sa me', 'sa me', 'sa-me'],
  ['several 2', 'several 2', 'several-2'],
  ['y'.repeat(121), 'y'.repeat(121), 'y'.repeat(100)],
];

test.for(seconds)(
  'a second test with the same file name fails, and leaves the cassette alone: %s',
  ([name, own, file]) => {
    const [status, told, ...more] = toldOf(run.outcomes, name);
    expect([status, more]).toEqual(['failed', []]);
    expect(told).toMatch(/^CassetteFileError: The names of the tests /);
    expect(told).toMatch(
      ` and ${JSON.stringify(own)} lead to the same file name, so both would use the cassette ` +
        `fixtures/cassettes/a-case/${file}.json. Rename one, or name its cassette: cassette(provider, { cassette: "…" }).`,
    );
    expect(run.kept[`a-case/${file}.json`]?.interactions).toEqual([1]);
  },
);

test('a second test with the same name fails', () => {
  // The report has one name for both tests; the entry is the last one, which failed.
  expect(toldOf(run.outcomes, 'same')).toEqual([
    'failed',
    expect.stringContaining('Two tests are named "same", so both would use the cassette'),
  ]);
});

test('a test name without letters and digits cannot name a file', () => {
  expect(toldOf(run.outcomes, '***')).toEqual([
    'failed',
    'CassetteFileError: The name of the test, "***", has no letter or digit for a file name. Name its cassette: cassette(provider, { cassette: "…" }).',
  ]);
});

test('nothing is written outside the folder of cassettes, and nothing but cassettes in it', () => {
  expect(toldOf(run.outcomes, 'leaves the folder')).toEqual([
    'failed',
    expect.stringContaining('The cassette "../outside.json" is outside the working directory'),
  ]);
  const files = Object.keys(run.kept);
  expect(files.filter((file) => !/^a-case\/[\p{L}\p{N}-]+\.json$/u.test(file))).toEqual([
    'elsewhere.json',
    'stars.json',
  ]);
  // The cassettes above, the three of one test, the two named by tests, and the first of each pair.
  expect(files).toHaveLength(named.length + 3 + 2 + ['same', 'sa-me', 'y…'].length);
});

test('the summary line of the file says how many interactions were recorded', () => {
  expect(run.printed.match(/Cassettes:.*/g)).toEqual([
    `Cassettes: 0 served, 0 exact, 0 drifted, 0 unused, ${Object.keys(run.kept).length} recorded`,
  ]);
});
