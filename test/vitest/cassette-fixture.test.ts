/** What happens to tests with a cassette. They run in a nested Vitest, where nothing is recorded. */
import { beforeAll, expect, test } from 'vitest';
import { toldOf } from '../support/run-vitest.ts';
import { head, recordingOf, runWithCassettes } from './cassette-run.ts';

const source = `
import { Agent } from 'swarmcheck';
import { runScenario, user } from 'swarmcheck/testing';

const own = () => { throw new Error('its own failure'); };

test('is exact', async ({ cassette }) => {
  const provider = cassette();
  expect(await talk(provider, 'q', 'r')).toEqual(['answer 1', 'answer 2']);
  expect(provider.summary).toEqual({ served: 2, exact: 2, drifted: 0, unused: 0 });
});
test('leaves one', ({ cassette }) => talk(cassette(), 'q'));
test('opens it only', ({ cassette }) => { cassette(); });
test('takes the fixture only', ({ cassette }) => { expect(cassette).toBeTypeOf('function'); });
test('leaves one of the second', async ({ cassette }) => { await talk(cassette(), 'q', 'r'); cassette(); });
test('fails itself and leaves one', async ({ cassette }) => { await talk(cassette(), 'q'); own(); });
test('fails softly and leaves one', ({ cassette }) => { cassette(); expect.soft(1, 'its own failure').toBe(2); });
test('asks otherwise', ({ cassette }) => talk(cassette(), 'q', 's'));
test('swallows that it asks otherwise', async ({ cassette }) => { await talk(cassette(), 'q', 's').catch(() => {}); });
test('asks otherwise, and fails itself', async ({ cassette }) => { await talk(cassette(), 's').catch(() => {}); own(); });
test('asks otherwise, and warns', async ({ cassette }) => {
  const provider = cassette(undefined, { onMismatch: 'warn' });
  expect(await talk(provider, 'q', 's')).toEqual(['answer 1', 'answer 2']);
  expect(provider.summary.drifted).toBe(1);
});
test('asks otherwise, and ignores it', ({ cassette }) => talk(cassette(undefined, { onMismatch: 'ignore' }), 's', 'r'));
test('asks too much', ({ cassette }) => talk(cassette(), 'q', 'r', 'more'));
test('swallows that it asks too much', async ({ cassette }) => { await talk(cassette(), 'q', 'r', 'more').catch(() => {}); });
test('has a broken one', ({ cassette }) => talk(cassette(), 'q'));
test('plays a scenario that drifted', async ({ cassette }) => {
  const { passed } = await runScenario({ agent: new Agent({ instructions: 'Drifted.' }), steps: [user('q')] }, { provider: cassette() });
  expect(passed).toBe(false);
});

test.fails('is meant to leave one', ({ cassette }) => { cassette(); });
test.skip('is skipped', ({ cassette }) => { cassette(); });
test.todo('is to be done');
test('is skipped while it runs', ({ cassette, skip }) => { cassette(); skip(); });

let leaving = 0;
test('leaves one at first, and is retried', { retry: 2 }, ({ cassette }) => talk(cassette(), ...(leaving++ === 0 ? ['q'] : ['q', 'r'])));
let asking = 0;
test('asks otherwise at first, and is retried', { retry: 2 }, ({ cassette }) => talk(cassette(), 'q', asking++ === 0 ? 's' : 'r'));
test('leaves one in each try', { retry: 2 }, ({ cassette }) => talk(cassette(), 'q'));
test('is repeated', { repeats: 2 }, ({ cassette }) => talk(cassette(), 'q', 'r'));

describe('at once', () => {
  let open;
  const all = new Promise((resolve) => { open = resolve; });
  let count = 0;
  const everybody = () => { if (++count === 4) open(); return all; };
  test.concurrent('one is exact', async ({ cassette, expect }) => { const provider = cassette(); await everybody(); expect(await talk(provider, 'one', 'r')).toEqual(['answer 1', 'answer 2']); });
  test.concurrent('another is exact', async ({ cassette, expect }) => { const provider = cassette(); await everybody(); expect(await talk(provider, 'another')).toEqual(['answer 1']); });
  test.concurrent('one leaves one', async ({ cassette }) => { const provider = cassette(); await everybody(); await talk(provider, 'q'); });
  test.concurrent('one fails itself', async ({ cassette }) => { cassette(); await everybody(); own(); });
});
`;

/** A file whose tests open no cassette, and a file for the counts of the summary line. */
const others = {
  'b.case.ts': `${head}
test('opens none', ({ cassette }) => { expect(cassette).toBeTypeOf('function'); });
`,
  'c.case.ts': `${head}
test('exact', ({ cassette }) => talk(cassette(), 'q', 'r'));
test('half', ({ cassette }) => talk(cassette(), 'q'));
test('drifted', ({ cassette }) => talk(cassette(undefined, { onMismatch: 'ignore' }), 's', 'r'));
test('refused', ({ cassette }) => talk(cassette(), 'q', 's'));
`,
};

let given: Record<string, string>;
let run: Awaited<ReturnType<typeof runWithCassettes>>;

beforeAll(async () => {
  const both = await recordingOf('q', 'r');
  const names = [...source.matchAll(/^test(?:\.\w+)?\('(.+?)'/gm)].map(([, name]) => name!);
  const own = names.map((name) => `a-case/${name.replaceAll(/[^a-z]+/g, '-')}.json`);
  const counted = ['exact', 'half', 'drifted', 'refused'].map((name) => `c-case/${name}.json`);
  given = {
    ...Object.fromEntries([...own, ...counted].map((path) => [path, both])),
    'a-case/leaves-one-of-the-second-2.json': both,
    'a-case/at-once-one-is-exact.json': await recordingOf('one', 'r'),
    'a-case/at-once-another-is-exact.json': await recordingOf('another'),
    'a-case/at-once-one-leaves-one.json': both,
    'a-case/at-once-one-fails-itself.json': both,
    'a-case/has-a-broken-one.json': both.replace('"version": 1', '"version": 9'),
  };
  run = await runWithCassettes(source, given, { files: others });
}, 60_000);

const told = (name: string) => toldOf(run.outcomes, name);

test.for([
  'is exact',
  'takes the fixture only',
  'opens none',
  'asks otherwise, and warns',
  'asks otherwise, and ignores it',
  'is meant to leave one',
  'is repeated',
  'at once one is exact',
  'at once another is exact',
])('the test passes: %s', (name) => {
  expect(told(name)).toEqual(['passed']);
});

const unused: [name: string, what: string][] = [
  ['leaves one', '1 interaction of fixtures/cassettes/a-case/leaves-one.json was'],
  ['opens it only', '2 interactions of fixtures/cassettes/a-case/opens-it-only.json were'],
  [
    'leaves one of the second',
    '2 interactions of fixtures/cassettes/a-case/leaves-one-of-the-second-2.json were',
  ],
  ['at once one leaves one', '1 interaction of fixtures/cassettes/a-case/at-once-one-leaves-one.json was'],
];

test.for(unused)('unused interactions fail the test that left them, with one error: %s', ([name, what]) => {
  expect(told(name)).toEqual([
    'failed',
    expect.stringContaining(`CassetteUnusedError: ${what} recorded but not requested:`),
  ]);
  expect(told(name)[1]).toMatch(
    `record again: SWARMCHECK_RECORD=all npx vitest run a.case.ts -t '^${name.replace('at once ', 'at once( >)? ')}$'`,
  );
});

test.for([
  'fails itself and leaves one',
  'fails softly and leaves one',
  'asks otherwise, and fails itself',
  'at once one fails itself',
])('a failure of the test itself is the only error reported: %s', (name) => {
  expect(told(name)).toEqual(['failed', expect.stringContaining('its own failure')]);
});

const misfits: [name: string, error: string][] = [
  ['asks otherwise', 'CassetteMismatchError: This request differs from the recorded one'],
  ['swallows that it asks otherwise', 'CassetteMismatchError: This request differs from the recorded one'],
  ['plays a scenario that drifted', 'CassetteMismatchError: This request differs from the recorded one'],
  ['asks too much', 'CassetteMissError: The model was asked to continue after a "user" message'],
  [
    'swallows that it asks too much',
    'CassetteMissError: The model was asked to continue after a "user" message',
  ],
  [
    'has a broken one',
    'CassetteFileError: fixtures/cassettes/a-case/has-a-broken-one.json:3: A newer swarmcheck wrote',
  ],
];

test.for(misfits)(
  'a cassette that does not fit fails its test, with one error, even if the test caught it: %s',
  ([name, error]) => {
    expect(told(name)).toEqual(['failed', expect.stringMatching(`^${error}`)]);
  },
);

test('drift is printed if onMismatch is "warn", and not if it is "ignore"', () => {
  expect(run.printed).toMatch(
    'This request differs from the recorded one (fixtures/cassettes/a-case/asks-otherwise-and-warns.json, interaction 2).',
  );
  expect(run.printed).not.toMatch('(fixtures/cassettes/a-case/asks-otherwise-and-ignores-it.json');
});

test('a skipped test reports nothing about its cassette', () => {
  expect(told('is skipped')).toEqual(['skipped']);
  expect(told('is skipped while it runs')).toEqual(['skipped']);
});

test('each try of a test starts its cassette from the beginning, and reports its own error', () => {
  expect(told('leaves one at first, and is retried')).toEqual([
    'passed',
    expect.stringMatching(/^CassetteUnused/),
  ]);
  expect(told('asks otherwise at first, and is retried')).toEqual([
    'passed',
    expect.stringMatching(/^CassetteMismatch/),
  ]);
  const [status, ...tries] = told('leaves one in each try');
  expect([status, tries.length]).toEqual(['failed', 3]);
});

test('the summary line of a file counts its own cassettes, and a file that opened none has no line', () => {
  const lines = run.printed.match(/^Cassettes: .*$/gm);
  expect(lines).toHaveLength(2);
  expect(lines).toContain('Cassettes: 6 served, 4 exact, 3 drifted, 1 unused');
});

test('nothing is written', () => {
  expect(Object.keys(run.kept).toSorted()).toEqual(Object.keys(given).toSorted());
  expect(Object.values(run.kept).every(({ isAsBefore }) => isAsBefore)).toBe(true);
});
