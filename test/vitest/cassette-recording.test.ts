/** What tests record, in a nested Vitest with SWARMCHECK_RECORD=all, a key, and a model on loopback. */
import { beforeAll, expect, test } from 'vitest';
import { recordingOf, runWithModel } from './cassette-run.ts';

const source = `
import { afterEach } from 'vitest';

afterEach(() => { vi.unstubAllEnvs(); });
const missing = () => { vi.stubEnv('SWARMCHECK_RECORD', 'missing'); };
const keyless = (mode) => { vi.stubEnv('OPENAI_API_KEY', ''); vi.stubEnv('SWARMCHECK_RECORD', mode); };

test('is recorded anew', async ({ cassette }) => { expect(await talk(cassette(), 'q')).toEqual(['live: q']); });
test('is new', ({ cassette }) => talk(cassette(), 'q', 'r'));
test('goes on', async ({ cassette }) => { missing(); expect(await talk(cassette(), 'q', 'r', 'more')).toEqual(['answer 1', 'answer 2', 'live: more']); });
test('goes on otherwise', async ({ cassette }) => { missing(); await talk(cassette(), 'q', 's', 'more'); });
test('has a model of its own', async ({ cassette }) => { expect(await talk(cassette(live('own')), 'q')).toEqual(['own']); });

test('is refused', ({ cassette }) => talk(cassette(), '401'));
test('is refused later', ({ cassette }) => talk(cassette(), 'q', '401'));
test('meets an error', ({ cassette }) => talk(cassette(), '400').catch(() => {}));
test('fails at first', ({ cassette }) => talk(cassette(), '500'));
test('fails later', ({ cassette }) => talk(cassette(), 'q', '500'));
test('has a twin in another file', ({ cassette }) => talk(cassette(), 'q'));
test('had a twin in another file', ({ cassette }) => talk(cassette(), 'q'));
test('mistypes an option', ({ cassette }) => talk(cassette(undefined, { onMissmatch: 'warn' }), 'q'));
const further = { cassette: 'fixtures/cassettes/further.json' };
test('has one that cannot be closed', async ({ cassette }) => {
  await talk(cassette(), '400').catch(() => {});
  await talk(cassette(undefined, further), 'q');
});
test('records the other one again', ({ cassette }) => talk(cassette(undefined, further), 'q', 'r'));
test('fails itself', async ({ cassette }) => { await talk(cassette(), 'q'); throw new Error('its own failure'); });

test('has no key', ({ cassette }) => { keyless('all'); return talk(cassette(), 'q', 'r'); });
test('has no key, and misses', ({ cassette }) => { keyless('missing'); return talk(cassette(), 'q'); });
test('has no key, and goes on', ({ cassette }) => { keyless('missing'); return talk(cassette(), 'q', 'r', 'more'); });
test('has no key, and no mode', ({ cassette }) => { keyless(''); return talk(cassette(), 'q'); });

test.skip('is skipped', ({ cassette }) => talk(cassette(), 'q'));
test('is skipped while it runs', ({ cassette, skip }) => { cassette(); skip(); });
test('asks nothing', ({ cassette }) => { cassette(); });

let tries = 0;
test('is retried', { retry: 1 }, async ({ cassette }) => { await talk(cassette(), ...(tries++ === 0 ? ['q', 'r'] : ['q'])); expect(tries).toBe(2); });
let more = 0;
test('is retried, and misses', { retry: 1 }, async ({ cassette }) => { missing(); await talk(cassette(), ...(more++ === 0 ? ['q'] : ['q', 'r'])); expect(more).toBe(2); });

describe('at once', () => {
  let open;
  const all = new Promise((resolve) => { open = resolve; });
  let count = 0;
  const everybody = () => { if (++count === 3) open(); return all; };
  test.concurrent.for(['one', 'two', 'three'])('%s', async (name, { cassette, expect }) => {
    const provider = cassette();
    await everybody();
    expect(await talk(provider, name, 'r')).toEqual(['live: ' + name, 'live: r']);
  });
});

test('has one file twice', async ({ cassette }) => {
  const [one, two] = [1, 2].map(() => cassette(undefined, { cassette: 'fixtures/cassettes/twice.json' }));
  await talk(one, 'q');
  await talk(two, 'q');
});
`;

let run: Awaited<ReturnType<typeof runWithModel>>;

beforeAll(async () => {
  const recorded = await recordingOf('q', 'r');
  const names = [
    'is-recorded-anew',
    'goes-on',
    'goes-on-otherwise',
    'is-refused',
    'is-refused-later',
    'meets-an-error',
    'fails-later',
    'has-one-that-cannot-be-closed',
  ];
  const left = [
    'has-no-key',
    'has-no-key-and-goes-on',
    'is-skipped',
    'is-skipped-while-it-runs',
    'asks-nothing',
  ];
  const by = (file: string) =>
    JSON.stringify({ ...(JSON.parse(recorded) as object), test: { file, name: 'a twin' } });
  const cassettes = {
    ...Object.fromEntries([...names, ...left].map((name) => [`a-case/${name}.json`, recorded])),
    'a-case/has-a-twin-in-another-file.json': by('put-cassettes.ts'),
    'a-case/had-a-twin-in-another-file.json': by('gone.test.ts'),
  };
  run = await runWithModel(source, cassettes, { environment: { SWARMCHECK_RECORD: 'all' } });
}, 60_000);

const keptOf = (name: string) => run.kept[`a-case/${name.replaceAll(/[^a-z]+/g, '-')}.json`];

test.for([
  ['is recorded anew', 1],
  ['is new', 2],
  ['has a model of its own', 1],
  ['goes on', 3],
  ['at once one', 2],
  ['at once two', 2],
  ['at once three', 2],
] as const)('the test passes and is recorded: %s', ([name, count]) => {
  expect(run.told(name)).toEqual(['passed']);
  expect(keptOf(name)).toEqual({ interactions: [count], isAsBefore: false });
});

test('with the mode missing, a changed request is a mismatch and is not recorded', () => {
  expect(run.told('goes on otherwise')).toEqual([
    'failed',
    expect.stringMatching(/^CassetteMismatchError: /),
  ]);
  expect(keptOf('goes on otherwise')).toEqual({ interactions: [2], isAsBefore: true });
});

test('a refused key leaves the cassette unchanged', () => {
  expect(run.told('is refused')).toEqual(['failed', 'Error: 401 Not today.']);
  expect(keptOf('is refused')).toEqual({ interactions: [2], isAsBefore: true });
});

test.for([
  ['is refused later', 401],
  ['fails later', 500],
] as const)('a later failure leaves the cassette unchanged, if it fails the test: %s', ([name, status]) => {
  expect(run.told(name)).toEqual(['failed', expect.stringMatching(`^\\w*Error: ${status} Not today\\.$`)]);
  expect(keptOf(name)).toEqual({ interactions: [2], isAsBefore: true });
});

test('a failed first request is not recorded, so that it is not replayed forever', () => {
  expect(run.told('fails at first')[0]).toBe('failed');
  expect(keptOf('fails at first')).toBeUndefined();
});

test('a cassette that a test of another file recorded is not overwritten, as long as that file exists', () => {
  expect(run.told('has a twin in another file')).toEqual([
    'failed',
    expect.stringMatching(
      /^CassetteFileError: The cassette fixtures\/cassettes\/a-case\/has-a-twin-in-another-file\.json was recorded by a test of put-cassettes\.ts/,
    ),
  ]);
  expect(keptOf('has a twin in another file')?.isAsBefore).toBe(true);
  expect(run.told('had a twin in another file')).toEqual(['passed']);
});

test('a mistyped option is reported', () => {
  expect(run.told('mistypes an option')).toEqual([
    'failed',
    expect.stringMatching(/^TypeError: .*onMissmatch/),
  ]);
});

test('a cassette that cannot be closed does not keep the others open', () => {
  expect(run.told('has one that cannot be closed')[1]).toMatch('The recording has only errors');
  expect(run.told('records the other one again')).toEqual(['passed']);
  expect(run.kept['further.json']?.interactions).toEqual([2]);
});

test('a recording that has only errors is reported, and replaces nothing', () => {
  expect(run.told('meets an error')).toEqual([
    'failed',
    'CassetteFileError: fixtures/cassettes/a-case/meets-an-error.json: The recording has only errors, so it does not replace the existing cassette. To record the errors, remove the cassette first.',
  ]);
  expect(keptOf('meets an error')?.isAsBefore).toBe(true);
});

test('a failure of a test that records is the only error reported', () => {
  expect(run.told('fails itself')).toEqual(['failed', 'Error: its own failure']);
});

test('without a key, the error says what to set, and the cassette stays', () => {
  expect(run.told('has no key')).toEqual([
    'failed',
    'CassetteMissError: fixtures/cassettes/a-case/has-no-key.json cannot be recorded (SWARMCHECK_RECORD=all), because no provider was given and OPENAI_API_KEY is not set. Set the key, or unset SWARMCHECK_RECORD to replay. An existing cassette is not changed.',
  ]);
  expect(keptOf('has no key')?.isAsBefore).toBe(true);
});

test.for(['has no key, and misses', 'has no key, and no mode', 'has no key, and goes on'])(
  'without a key for a missing interaction, the error says what to set and what to run: %s',
  (name) => {
    const [status, told, ...others] = run.told(name);
    expect([status, others]).toEqual(['failed', []]);
    expect(told).toMatch(/^CassetteMissError: /);
    expect(told).toMatch(
      `Nothing can be recorded, because no provider was given and OPENAI_API_KEY is not set. Set the key to record: OPENAI_API_KEY=… SWARMCHECK_RECORD=all npx vitest run a.case.ts -t '^${name}$'`,
    );
  },
);

test.for(['is skipped', 'is skipped while it runs', 'asks nothing'])(
  'the test leaves its cassette alone: %s',
  (name) => {
    expect(run.told(name)).toEqual([name === 'asks nothing' ? 'passed' : 'skipped']);
    expect(keptOf(name)).toEqual({ interactions: [2], isAsBefore: true });
  },
);

test('a test that is retried is recorded from the beginning; with the mode missing, from where the first try ended', () => {
  expect(run.told('is retried')[0]).toBe('passed');
  expect(keptOf('is retried')?.interactions).toEqual([1]);
  expect(run.told('is retried, and misses')[0]).toBe('passed');
  expect(keptOf('is retried, and misses')?.interactions).toEqual([2]);
});

test('a second recording of one file at the same time is refused', () => {
  expect(run.told('has one file twice')).toEqual([
    'failed',
    expect.stringContaining(
      'CassetteFileError: fixtures/cassettes/twice.json: The file is already being recorded by this process. Give each recording its own file, or close the other recording first.',
    ),
  ]);
  expect(run.kept['twice.json']?.interactions).toEqual([1]);
});

test('replayed requests are not sent to the model, and only cassettes are in the folder', () => {
  expect(run.asked.filter((history) => history.includes('answer'))).toEqual([
    'q | answer 1 | r | answer 2 | more',
  ]);
  expect(Object.keys(run.kept).filter((file) => !file.endsWith('.json'))).toEqual([]);
});
