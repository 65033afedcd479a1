/** `model(cassette())`: a client of the test is recorded and replayed, in a nested Vitest with the setup file. */
import { beforeAll, expect, test } from 'vitest';
import { noNetwork } from '../support/run-vitest.ts';
import { recordingOf, runWithModel } from './cassette-run.ts';

const source = `
import OpenAI from 'openai';
import { afterEach } from 'vitest';

afterEach(() => { vi.unstubAllEnvs(); });
const replaying = () => { vi.stubEnv('SWARMCHECK_RECORD', 'none'); };
const ask = async (client, ...texts) => {
  const messages = texts.map((content, index) => ({ role: index % 2 === 0 ? 'user' : 'assistant', content }));
  return (await client.chat.completions.create({ model: 'm', messages })).choices[0].message.content;
};
const own = () => new OpenAI({ apiKey: 'of the app' });
const quietly = (promise) => promise.catch(() => {});

test('is recorded', async ({ model, cassette }) => {
  model(cassette());
  expect(await ask(own(), 'q')).toBe('live: q');
});
test('fetches while it is recorded', async ({ model, cassette }) => {
  model(cassette());
  const [answer, error] = await Promise.all([ask(own(), 'q'), fetch('https://shop.invalid/').catch((reason) => reason)]);
  expect([answer, error.message]).toEqual(['live: q', 'fetch failed']);
});
test('is exact', async ({ model, cassette }) => {
  replaying();
  const mock = model(cassette());
  expect(await ask(own(), 'q')).toBe('answer 1');
  expect(await ask(own(), 'q', 'answer 1', 'r')).toBe('answer 2');
  expect(mock.requests).toHaveLength(2);
});
test('asks otherwise', async ({ model, cassette }) => { replaying(); model(cassette()); await ask(own(), 's'); });
test('swallows that it asks otherwise', async ({ model, cassette }) => { replaying(); model(cassette()); await quietly(ask(own(), 's')); });
test('leaves one', async ({ model, cassette }) => { replaying(); model(cassette()); await ask(own(), 'q'); });
test('fails itself and leaves one', async ({ model, cassette }) => { replaying(); model(cassette()); await ask(own(), 'q'); throw new Error('its own failure'); });
test('asks too much', async ({ model, cassette }) => { replaying(); model(cassette()); await ask(own(), 'q'); await ask(own(), 'q', 'answer 1', 'r'); await quietly(ask(own(), 'q', 'answer 1', 'r', 'answer 2', 'more')); });
describe('at once', () => {
  let open;
  const all = new Promise((resolve) => { open = resolve; });
  let count = 0;
  const everybody = () => { if (++count === 2) open(); return all; };
  test.concurrent.for(['left', 'right'])('%s', async (name, { model, cassette, expect }) => {
    model(cassette());
    await everybody();
    expect(await ask(own(), name)).toBe('live: ' + name);
  });
});
`;

let run: Awaited<ReturnType<typeof runWithModel>>;

beforeAll(async () => {
  const recorded = await recordingOf('q', 'r');
  const names = [
    'is-exact',
    'asks-otherwise',
    'swallows-that-it-asks-otherwise',
    'leaves-one',
    'fails-itself-and-leaves-one',
    'asks-too-much',
  ];
  const cassettes = Object.fromEntries(names.map((name) => [`a-case/${name}.json`, recorded]));
  run = await runWithModel(source, cassettes, {
    environment: { SWARMCHECK_RECORD: 'all' },
    files: { 'no-network.ts': noNetwork },
    setupFiles: ['no-network.ts', 'swarmcheck/msw/setup'],
  });
}, 60_000);

test('while a client is recorded, the mock answers it with the answers of the live model', () => {
  expect(run.told('is recorded')).toEqual(['passed']);
  expect(run.told('at once left')).toEqual(['passed']);
  expect(run.told('at once right')).toEqual(['passed']);
  expect(run.asked.toSorted()).toEqual(['left', 'q', 'q', 'right']);
  for (const name of ['is-recorded', 'at-once-left', 'at-once-right'])
    expect(run.kept[`a-case/${name}.json`]?.interactions).toEqual([1]);
});

test('only the request of the recording gets past the network guard', () => {
  expect(run.told('fetches while it is recorded')).toEqual([
    'failed',
    expect.stringMatching(/^BlockedRequestError: A request to GET https:\/\/shop\.invalid\/ was blocked/),
  ]);
  expect(run.kept['a-case/fetches-while-it-is-recorded.json']?.interactions).toEqual([1]);
});

test('a client is answered from the cassette', () => {
  expect(run.told('is exact')).toEqual(['passed']);
});

const failures: [name: string, error: RegExp][] = [
  ['asks otherwise', /500 This request differs from the recorded one[^]*\+user: s/],
  ['swallows that it asks otherwise', /^CassetteMismatchError: This request differs from the recorded one/],
  [
    'leaves one',
    /^CassetteUnusedError: 1 interaction of fixtures\/cassettes\/a-case\/leaves-one\.json was recorded/,
  ],
  ['fails itself and leaves one', /^Error: its own failure$/],
  ['asks too much', /^CassetteMissError: The model was asked to continue/],
];

test.for(failures)('the test fails, with one error: %s', ([name, error]) => {
  expect(run.told(name)).toEqual(['failed', expect.stringMatching(error)]);
});

test('only the cassettes of tests that record are changed', () => {
  const changed = Object.entries(run.kept).filter(([, { isAsBefore }]) => !isAsBefore);
  expect(changed.map(([file]) => file).toSorted()).toEqual(
    ['at-once-left', 'at-once-right', 'fetches-while-it-is-recorded', 'is-recorded'].map(
      (name) => `a-case/${name}.json`,
    ),
  );
});
