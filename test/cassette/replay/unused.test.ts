/** Recorded answers that a replay does not use. */
import { expect, test } from 'vitest';
import type { CompletionProvider } from 'swarmcheck';
import {
  cassetteProvider,
  CassetteMismatchError,
  CassetteMissError,
  CassetteUnusedError,
  modelFails,
  replayProvider,
  say,
  scriptedProvider,
} from 'swarmcheck/testing';
import { rejection, thrown } from '../../support/failures.ts';
import { Folder } from '../folder.ts';
import { answerTo, asking, record, said, user } from './tapes.ts';

const questions = ['a', 'b', 'c'];

/** Records three conversations; the first has a second question. */
async function recorded(folder: Folder): Promise<string> {
  await record(folder.file(), [say('1'), say('2'), say('3'), say('4')], async (provider) => {
    await answerTo(provider, 'a', { conversation: 'ann' });
    const more = [user('a'), { role: 'assistant', content: '1' } as const, user('more')];
    await provider.complete(asking(...more), { conversation: 'ann' });
    await answerTo(provider, 'b');
    await answerTo(provider, 'c');
  });
  return folder.file();
}

const replaying = (cassette: string) => cassetteProvider(undefined, { cassette, mode: 'none' });

test('assertComplete shows which conversations were not replayed to their end', async ({ expect }) => {
  using folder = new Folder();
  const provider = replayProvider(await recorded(folder));
  await answerTo(provider, 'a', { conversation: 'ann' });
  await answerTo(provider, 'b');
  const error = thrown(() => provider.assertComplete());
  expect(error).toBeInstanceOf(CassetteUnusedError);
  expect(said(error, folder)).toMatchInlineSnapshot(`
    "2 interactions of …/c.json were recorded but not requested:
      conversation "ann": from interaction 2 of 2 on
      conversation 3: from interaction 1 of 1 on
    If that is intended, record again: SWARMCHECK_RECORD=all npx vitest run test/cassette/replay/unused.test.ts"
  `);
  expect(provider.summary).toEqual({ served: 2, exact: 2, drifted: 0, unused: 2 });
});

test('the message about one unused interaction is in the singular', async ({ expect }) => {
  using folder = new Folder();
  await record(folder.file(), [say('1')], (provider) => answerTo(provider, 'a'));
  const provider = replayProvider(folder.file());
  expect(
    said(
      thrown(() => provider.assertComplete()),
      folder,
    ),
  ).toMatchInlineSnapshot(`
    "1 interaction of …/c.json was recorded but not requested:
      conversation 1: from interaction 1 of 1 on
    If that is intended, record again: SWARMCHECK_RECORD=all npx vitest run test/cassette/replay/unused.test.ts"
  `);
});

test('the end of a using block throws if interactions are left', async () => {
  using folder = new Folder();
  const cassette = await recorded(folder);
  const block = async () => {
    using provider = replayProvider(cassette);
    await answerTo(provider, 'b');
  };
  await expect(block()).rejects.toThrow(CassetteUnusedError);
});

test('the end of an await using block throws if interactions are left', async () => {
  using folder = new Folder();
  const cassette = await recorded(folder);
  const block = async () => {
    await using provider = replaying(cassette);
    await answerTo(provider, 'b');
  };
  await expect(block()).rejects.toThrow(CassetteUnusedError);
});

/** The ways in which a request may not fit. */
const misfits: [
  string,
  (provider: CompletionProvider) => Promise<unknown>,
  new (...args: never[]) => Error,
][] = [
  ['a mismatch', (provider) => answerTo(provider, 'B', { conversation: 'ann' }), CassetteMismatchError],
  ['a request beyond the recording', (provider) => answerTo(provider, 'B'), CassetteMissError],
];

test.for(misfits)('a using block that ends in %s throws only this error', async ([, ask, type]) => {
  using folder = new Folder();
  const cassette = await recorded(folder);
  const block = async () => {
    using provider = replayProvider(cassette);
    await ask(provider);
  };
  const error = await rejection(block());
  expect(error).toBeInstanceOf(type);
  expect(error.name).not.toBe('SuppressedError');
});

test.for(misfits)('an await using block that ends in %s throws only this error', async ([, ask, type]) => {
  using folder = new Folder();
  const cassette = await recorded(folder);
  const block = async () => {
    await using provider = replaying(cassette);
    await ask(provider);
  };
  expect(await rejection(block())).toBeInstanceOf(type);
});

test('the end of a using block does not throw a mismatch that code swallowed', async () => {
  using folder = new Folder();
  const cassette = await recorded(folder);
  const block = async () => {
    using provider = replayProvider(cassette);
    await rejection(answerTo(provider, 'B', { conversation: 'ann' }));
  };
  await expect(block()).resolves.toBeUndefined();
});

test('a failure in a using block and the interactions that are left are one SuppressedError', async () => {
  using folder = new Folder();
  const cassette = await recorded(folder);
  const failure = new Error('the real failure');
  const block = async () => {
    using provider = replayProvider(cassette);
    await answerTo(provider, 'b');
    throw failure;
  };
  const error = await rejection(block());
  expect(error).toMatchObject({ suppressed: failure, error: { name: 'CassetteUnusedError' } });
});

test('a recorded error counts as used after it was thrown', async () => {
  using folder = new Folder();
  const fails = modelFails({ kind: 'status', status: 500 });
  await record(folder.file(), [fails], (provider) => rejection(answerTo(provider, 'a')));
  using provider = replayProvider(folder.file());
  await expect(answerTo(provider, 'a')).rejects.toThrow('500');
  provider.assertComplete();
});

test('new interactions do not count as unused', async () => {
  using folder = new Folder();
  const cassette = await recorded(folder);
  const live = scriptedProvider([say('new')]);
  const provider = cassetteProvider(live, { cassette, mode: 'missing' });
  await answerTo(provider, 'new', { conversation: 'new' });
  expect(provider.summary).toEqual({ served: 0, exact: 0, drifted: 0, unused: 4 });
  await provider.close();
  expect(() => provider.assertComplete()).toThrow(CassetteUnusedError);
});

test('a recording that replaces everything has no unused interactions', async () => {
  using folder = new Folder();
  await using provider = cassetteProvider(scriptedProvider([say('new')]), {
    cassette: await recorded(folder),
    mode: 'all',
  });
  await answerTo(provider, 'a');
  expect(provider.summary.unused).toBe(0);
});

test.for(questions)('a closed provider answers nothing (%s)', async (question) => {
  using folder = new Folder();
  const provider = replaying(await recorded(folder));
  await provider.close();
  await expect(answerTo(provider, question)).rejects.toMatchObject({ problem: 'closed' });
});
