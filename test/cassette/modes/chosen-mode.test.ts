/** How the mode is chosen: by an option, by the environment, or by where the test runs. */
import { expect, test, vi } from 'vitest';
import { openaiProvider, type CompletionProvider } from 'swarmcheck';
import { cassetteProvider, CassetteMissError, say, scriptedProvider } from 'swarmcheck/testing';
import { complete, serve } from '../../support/loopback.ts';
import { saying } from '../../support/completions.ts';
import { rejection, thrown } from '../../support/failures.ts';
import { Folder } from '../folder.ts';
import { answerTo, record, said } from '../replay/tapes.ts';
import { inPlainEnvironment, notAsked, outcomeOf, updateSnapshots } from './environment.ts';

inPlainEnvironment();

const ask = (question: string) => (provider: CompletionProvider) =>
  answerTo(provider, question, { conversation: question });

/** Records a cassette with an answer to "known". */
async function recorded(folder: Folder): Promise<string> {
  await record(folder.file(), [say('recorded')], ask('known'));
  return folder.file();
}

type Environment = Record<string, string | undefined>;
const stub = (environment: Environment) => {
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
};

/** The environment, the option, and the outcomes of a question that was recorded, and of one that was not. */
const cases: [Environment, 'none' | 'missing' | 'all' | undefined, string, string][] = [
  [{}, undefined, 'recorded', 'live'],
  [{ CI: 'true' }, undefined, 'recorded', 'CassetteMissError'],
  [{ CI: '1' }, undefined, 'recorded', 'CassetteMissError'],
  [{ CI: 'woodpecker' }, undefined, 'recorded', 'CassetteMissError'],
  [{ CI: '' }, undefined, 'recorded', 'live'],
  [{ CI: '0' }, undefined, 'recorded', 'live'],
  [{ CI: 'false' }, undefined, 'recorded', 'live'],
  [{ SWARMCHECK_RECORD: 'none' }, undefined, 'recorded', 'CassetteMissError'],
  [{ SWARMCHECK_RECORD: 'missing' }, undefined, 'recorded', 'live'],
  [{ SWARMCHECK_RECORD: 'all' }, undefined, 'live', 'live'],
  [{ SWARMCHECK_RECORD: '' }, undefined, 'recorded', 'live'],
  [{ SWARMCHECK_RECORD: 'missing', CI: '1' }, undefined, 'recorded', 'live'],
  [{ SWARMCHECK_RECORD: 'all', CI: '1' }, undefined, 'live', 'live'],
  [{}, 'none', 'recorded', 'CassetteMissError'],
  [{}, 'missing', 'recorded', 'live'],
  [{}, 'all', 'live', 'live'],
  [{ CI: '1' }, 'missing', 'recorded', 'live'],
  [{ CI: '1' }, 'all', 'live', 'live'],
  [{ SWARMCHECK_RECORD: 'all' }, 'none', 'recorded', 'CassetteMissError'],
  [{ SWARMCHECK_RECORD: 'none' }, 'all', 'live', 'live'],
  [{ SWARMCHECK_RECORD: 'none' }, 'missing', 'recorded', 'live'],
];

test.for(cases)(
  'the environment %j and the mode %j decide whether the live model is asked',
  async ([environment, mode, known, unknown]) => {
    stub(environment);
    using folder = new Folder();
    expect(await outcomeOf(await recorded(folder), { mode }, 'known')).toBe(known);
    using other = new Folder();
    expect(await outcomeOf(await recorded(other), { mode }, 'unknown')).toBe(unknown);
  },
);

test.for(['al', 'ALL', 'mising', 'once', ' all', 'true', '0'])(
  'SWARMCHECK_RECORD=%j is not a mode: nothing is asked, and nothing is written',
  async (mode) => {
    using folder = new Folder();
    const cassette = await recorded(folder);
    const before = folder.read();
    vi.stubEnv('SWARMCHECK_RECORD', mode);
    const error = thrown(() => cassetteProvider(notAsked, { cassette }));
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toContain('SWARMCHECK_RECORD must be one of none, missing, all');
    expect(folder.read()).toBe(before);
  },
);

test('the message about a mistyped mode suggests the nearest mode', async ({ expect }) => {
  using folder = new Folder();
  const cassette = folder.file();
  const given = (mode: unknown) => ({ cassette, mode: mode as 'all' });
  expect(thrown(() => cassetteProvider(notAsked, given('mising'))).message).toMatchInlineSnapshot(
    `"The mode of a cassette must be one of none, missing, all, but is the string "mising". Did you mean "missing"?"`,
  );
  expect(thrown(() => cassetteProvider(notAsked, given(true))).message).toMatchInlineSnapshot(
    `"The mode of a cassette must be one of none, missing, all, but is the boolean true."`,
  );
  expect(thrown(() => cassetteProvider(notAsked, given(null))).message).toMatchInlineSnapshot(
    `"The mode of a cassette must be one of none, missing, all, but is null."`,
  );
  vi.stubEnv('SWARMCHECK_RECORD', 'non');
  expect(thrown(() => cassetteProvider(notAsked, { cassette })).message).toMatchInlineSnapshot(
    `"SWARMCHECK_RECORD must be one of none, missing, all, but is the string "non". Did you mean "none"?"`,
  );
});

test('a mistyped variable does not matter if an option gives the mode', async () => {
  using folder = new Folder();
  vi.stubEnv('SWARMCHECK_RECORD', 'mising');
  expect(await outcomeOf(await recorded(folder), { mode: 'none' }, 'known')).toBe('recorded');
});

test('without a cassette, a provider and a key, the message says how to set a key and record', ({
  expect,
}) => {
  using folder = new Folder();
  const error = thrown(() => cassetteProvider(undefined, { cassette: folder.file() }));
  expect(error).toBeInstanceOf(CassetteMissError);
  expect(said(error, folder)).toMatchInlineSnapshot(
    `"The cassette …/c.json does not exist. Nothing can be recorded, because no provider was given and OPENAI_API_KEY is not set. Set the key to record: OPENAI_API_KEY=… SWARMCHECK_RECORD=all npx vitest run test/cassette/modes/chosen-mode.test.ts"`,
  );
});

test('without a cassette in CI, the message says how to record', ({ expect }) => {
  using folder = new Folder();
  vi.stubEnv('CI', 'true');
  const error = thrown(() => cassetteProvider(notAsked, { cassette: folder.file() }));
  expect(error).toBeInstanceOf(CassetteMissError);
  expect(said(error, folder)).toMatchInlineSnapshot(
    `"The cassette …/c.json does not exist. Nothing is recorded here (this runs in CI, or vitest updates snapshots). To record on a machine with a key: SWARMCHECK_RECORD=all npx vitest run test/cassette/modes/chosen-mode.test.ts"`,
  );
});

test('without a live model, a cassette is replayed, and an unknown conversation is a miss', async () => {
  using folder = new Folder();
  const provider = cassetteProvider(undefined, { cassette: await recorded(folder) });
  expect(await ask('known')(provider)).toBe('recorded');
  const error = await rejection(ask('unknown')(provider));
  expect(error).toBeInstanceOf(CassetteMissError);
  expect(error).toMatchObject({ problem: 'no-conversation', mode: 'none' });
});

test('without a live model, "missing" replays, and "all" is an error that leaves the cassette', async ({
  expect,
}) => {
  using folder = new Folder();
  const cassette = await recorded(folder);
  const before = folder.read();
  const missing = cassetteProvider(undefined, { cassette, mode: 'missing' });
  expect(await ask('known')(missing)).toBe('recorded');
  const error = thrown(() => cassetteProvider(undefined, { cassette, mode: 'all' }));
  expect(error).toBeInstanceOf(CassetteMissError);
  expect(said(error, folder)).toMatchInlineSnapshot(
    `"…/c.json cannot be recorded (mode: "all"), because no provider was given and OPENAI_API_KEY is not set. Set the key, or choose another mode. An existing cassette is not changed."`,
  );
  expect(folder.read()).toBe(before);
});

test('without a provider but with a key, the live API is asked', async () => {
  using folder = new Folder();
  using server = await serve(complete(saying('live')));
  vi.stubEnv('OPENAI_API_KEY', 'sk-test');
  vi.stubEnv('OPENAI_BASE_URL', server.options.baseURL);
  await using provider = cassetteProvider(undefined, { cassette: folder.file() });
  expect(await answerTo(provider, 'unknown')).toBe('live');
  expect(server.exchanges[0]?.request.headers.authorization).toBe('Bearer sk-test');
});

test('a provider is asked even if there is a key', async () => {
  using folder = new Folder();
  using server = await serve(complete(saying('live')));
  vi.stubEnv('OPENAI_API_KEY', 'sk-test');
  vi.stubEnv('OPENAI_BASE_URL', 'http://127.0.0.1:1/v1');
  const live = openaiProvider(server.options);
  await using provider = cassetteProvider(live, { cassette: folder.file() });
  expect(await answerTo(provider, 'unknown')).toBe('live');
});

test('vitest -u asks no model', async () => {
  using folder = new Folder();
  const cassette = await recorded(folder);
  updateSnapshots('all');
  expect(await outcomeOf(cassette, {}, 'known')).toBe('recorded');
  expect(await outcomeOf(cassette, {}, 'unknown')).toBe('CassetteMissError');
  const error = thrown(() => cassetteProvider(notAsked, { cassette: folder.file('new.json') }));
  expect(error).toMatchObject({ problem: 'no-cassette', mode: 'none' });
});

test.for(['missing', 'all'] as const)(
  'with vitest -u, the mode "%s" is an error, as an option and as a variable',
  async (mode) => {
    using folder = new Folder();
    const cassette = await recorded(folder);
    const before = folder.read();
    updateSnapshots('all');
    const byOption = thrown(() => cassetteProvider(notAsked, { cassette, mode }));
    vi.stubEnv('SWARMCHECK_RECORD', mode);
    const byVariable = thrown(() => cassetteProvider(scriptedProvider([]), { cassette }));
    expect([byOption, byVariable].map(({ name, message }) => `${name}: ${message}`)).toEqual(
      [`mode: "${mode}"`, `SWARMCHECK_RECORD=${mode}`].map(
        (by) =>
          `TypeError: ${by} is not allowed with "vitest -u", which updates snapshots and calls no model. Run vitest without -u to record.`,
      ),
    );
    expect(folder.read()).toBe(before);
  },
);

test('a recording works while vitest adds new snapshots', async () => {
  using folder = new Folder();
  updateSnapshots('new');
  expect(await outcomeOf(folder.file(), {}, 'unknown')).toBe('live');
});
