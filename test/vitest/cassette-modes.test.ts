/**
 * Whether a test may record: in CI, while snapshots are updated, and with each mode. The tests run in a nested
 * Vitest, which has a key.
 */
import { beforeAll, describe, expect, test } from 'vitest';
import { recordingOf, runWithModel } from './cassette-run.ts';

let recorded: string;
beforeAll(async () => {
  recorded = await recordingOf('q', 'r');
});

type Run = Awaited<ReturnType<typeof runWithModel>>;

const advice = (name: string, why: string) =>
  `Nothing is recorded here (${why}). To record on a machine with a key: SWARMCHECK_RECORD=all npx vitest run a.case.ts -t '^${name.replace('with SWARMCHECK', 'with( >)? SWARMCHECK')}$'`;
const absent = (file: string) =>
  `CassetteMissError: The cassette fixtures/cassettes/a-case/${file}.json does not exist.`;

describe('a run in CI', () => {
  const source = `
import { afterEach } from 'vitest';
test('is recorded', ({ cassette }) => talk(cassette(), 'q', 'r'));
test('is not recorded', ({ cassette }) => talk(cassette(), 'q'));
test('has a model of its own', ({ cassette }) => talk(cassette(live('a')), 'q'));
test('goes on', ({ cassette }) => talk(cassette(), 'q', 'r', 'more'));
test('says none', ({ cassette }) => talk(cassette(undefined, { mode: 'none' }), 'q'));
test('says misssing', ({ cassette }) => { cassette(undefined, { mode: 'misssing' }); });
describe('with', () => {
  afterEach(() => { vi.unstubAllEnvs(); });
  test.for(['al', 'mising', 'record', ' '])('SWARMCHECK_RECORD=%s', (mode, { cassette }) => { vi.stubEnv('SWARMCHECK_RECORD', mode); return talk(cassette(), 'q', 'r'); });
  test('SWARMCHECK_RECORD=missing', ({ cassette }) => { vi.stubEnv('SWARMCHECK_RECORD', 'missing'); return talk(cassette(), 'asked for'); });
  test.for(['', '0', 'false'])('CI=%s', (ci, { cassette }) => { vi.stubEnv('CI', ci); return talk(cassette(), 'CI=' + ci); });
  test('SWARMCHECK_RECORD=none, and without CI', ({ cassette }) => { vi.stubEnv('CI', ''); vi.stubEnv('SWARMCHECK_RECORD', 'none'); return talk(cassette(), 'q'); });
  test('SWARMCHECK_RECORD=all, and says none', ({ cassette }) => { vi.stubEnv('SWARMCHECK_RECORD', 'all'); return talk(cassette(undefined, { mode: 'none' }), 'q', 'r'); });
});
`;
  let run: Run;
  beforeAll(async () => {
    const names = [
      'is-recorded',
      'goes-on',
      'with-swarmcheck-record-al',
      'with-swarmcheck-record-all-and-says-none',
    ];
    const cassettes = Object.fromEntries(names.map((name) => [`a-case/${name}.json`, recorded]));
    run = await runWithModel(source, cassettes, { environment: { CI: '1' } });
  }, 60_000);

  test('a recorded cassette is replayed', () => {
    expect(run.told('is recorded')).toEqual(['passed']);
  });

  test.for([
    ['is not recorded', 'is-not-recorded'],
    ['has a model of its own', 'has-a-model-of-its-own'],
  ] as const)(
    'a missing cassette fails the test, and the error says how to record it: %s',
    ([name, file]) => {
      const why = 'this runs in CI, or vitest updates snapshots';
      expect(run.told(name)).toEqual(['failed', `${absent(file)} ${advice(name, why)}`]);
    },
  );

  test('a request beyond the recording fails the test, and the error says how to record it', () => {
    expect(run.told('goes on')).toEqual([
      'failed',
      expect.stringMatching(
        /^CassetteMissError: .* ends after 2 interactions .*Nothing is recorded here \(this runs in CI/,
      ),
    ]);
    expect(run.kept['a-case/goes-on.json']).toEqual({ interactions: [2], isAsBefore: true });
  });

  test('with the mode none, the error names the setting that forbids recording', () => {
    expect(run.told('says none')[1]).toMatch(advice('says none', 'mode: "none"'));
    const name = 'with SWARMCHECK_RECORD=none, and without CI';
    expect(run.told(name)[1]).toMatch(advice(name, 'SWARMCHECK_RECORD=none'));
  });

  test('the mode of the test overrides SWARMCHECK_RECORD', () => {
    expect(run.told('with SWARMCHECK_RECORD=all, and says none')).toEqual(['passed']);
  });

  test.for([
    ['al', ' Did you mean "all"?'],
    ['mising', ' Did you mean "missing"?'],
    ['record', ''],
    [' ', ''],
  ] as const)(
    'an unknown value of SWARMCHECK_RECORD fails the test, which neither records nor replays: %j',
    ([mode, hint]) => {
      expect(run.told(`with SWARMCHECK_RECORD=${mode}`)).toEqual([
        'failed',
        expect.stringContaining(
          `TypeError: SWARMCHECK_RECORD must be one of none, missing, all, but is the string ${JSON.stringify(mode)}.${hint}`,
        ),
      ]);
    },
  );

  test('an unknown mode in the test fails it', () => {
    expect(run.told('says misssing')).toEqual([
      'failed',
      'TypeError: The mode of a cassette must be one of none, missing, all, but is the string "misssing". Did you mean "missing"?',
    ]);
  });

  test('a test records if SWARMCHECK_RECORD says so or CI is not set, and no other request is sent', () => {
    for (const name of ['SWARMCHECK_RECORD=missing', 'CI=', 'CI=0', 'CI=false'])
      expect([name, ...run.told(`with ${name}`)]).toEqual([name, 'passed']);
    expect(run.asked).toEqual(['asked for', 'CI=', 'CI=0', 'CI=false']);
  });
});

describe('vitest -u', () => {
  const source = `
test('is recorded', async ({ cassette }) => { expect(await talk(cassette(), 'q', 'r')).toMatchInlineSnapshot('"old"'); });
test('is not recorded', ({ cassette }) => talk(cassette(), 'q'));
test('goes on', ({ cassette }) => talk(cassette(), 'q', 'r', 'more'));
test('says missing', ({ cassette }) => { cassette(undefined, { mode: 'missing' }); });
test('says all', ({ cassette }) => { cassette(undefined, { mode: 'all' }); });
test('says none', ({ cassette }) => talk(cassette(undefined, { mode: 'none' }), 'q', 'r'));
`;
  let run: Run;
  beforeAll(async () => {
    const names = ['is-recorded', 'goes-on', 'says-all', 'says-none'];
    const cassettes = Object.fromEntries(names.map((name) => [`a-case/${name}.json`, recorded]));
    run = await runWithModel(source, cassettes, { flags: ['-u'] });
  }, 60_000);

  test('it never calls a model, and never writes a cassette', () => {
    expect(run.asked).toEqual([]);
    expect(Object.entries(run.kept).map(([file, { isAsBefore }]) => [file, isAsBefore])).toEqual(
      ['goes-on', 'is-recorded', 'says-all', 'says-none'].map((name) => [`a-case/${name}.json`, true]),
    );
  });

  test('it updates the snapshots of tests with a recorded cassette', () => {
    expect(run.told('is recorded')).toEqual(['passed']);
    expect(run.told('says none')).toEqual(['passed']);
  });

  test.for(['is not recorded', 'goes on'])('it fails a test that would have to record: %s', (name) => {
    expect(run.told(name)).toEqual([
      'failed',
      expect.stringContaining(advice(name, 'this runs in CI, or vitest updates snapshots')),
    ]);
  });

  test.for(['missing', 'all'])('it refuses a test whose mode records: %s', (mode) => {
    expect(run.told(`says ${mode}`)).toEqual([
      'failed',
      `TypeError: mode: "${mode}" is not allowed with "vitest -u", which updates snapshots and calls no model. Run vitest without -u to record.`,
    ]);
  });
});
