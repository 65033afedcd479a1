/** Streams that ended early: by an error, without a finish_reason, or because the reader left. */
import { expect, test } from 'vitest';
import type { CompletionProvider } from 'swarmcheck';
import { CassetteMissError, say, scriptedProvider } from 'swarmcheck/testing';
import { bothWays, streamed } from '../../support/runs.ts';
import { chunk, chunking } from '../../support/completions.ts';
import { rejection } from '../../support/failures.ts';
import { Folder } from '../folder.ts';
import { said } from '../replay/tapes.ts';
import { question, read, record, replay, whole } from './keeping.ts';

const role = chunk({ role: 'assistant', content: '' });
const chunks = [role, chunk({ content: 'It' }), chunk({ content: ' is.' }), chunk({}, 'stop')];
const beginning = chunks.slice(0, 2);

/** A stream that throws this error after two chunks. */
const breaking = (error: unknown): CompletionProvider => ({
  ...chunking(),
  async *stream() {
    yield* beginning;
    throw error;
  },
});

const kept = (folder: Folder) => folder.json().lanes[0]!.interactions[0]!;

test('a broken stream is recorded with its chunks and its error', async () => {
  using folder = new Folder();
  const error = new TypeError('terminated');
  expect(await record(folder.file(), breaking(error), (provider) => read(provider))).toEqual({
    chunks: beginning,
    error,
  });
  expect(kept(folder)).toMatchObject({
    stream: { cut: 'error' },
    error: { name: 'TypeError', message: 'terminated' },
  });
});

test('a broken stream is replayed with the same chunks and the same error', async () => {
  using folder = new Folder();
  await record(folder.file(), breaking(new TypeError('terminated')), (provider) => read(provider));
  const played = await replay(folder.file(), (provider) => read(provider));
  expect(played.chunks).toStrictEqual(beginning);
  expect(played.error).toMatchObject({ name: 'TypeError', message: 'terminated' });
});

test('a broken stream is replayed unstreamed as its error', async () => {
  using folder = new Folder();
  await record(folder.file(), breaking(new TypeError('terminated')), (provider) => read(provider));
  expect(await replay(folder.file(), (provider) => rejection(whole(provider)))).toMatchObject({
    name: 'TypeError',
    message: 'terminated',
  });
});

test('a stream that failed before its first chunk is recorded as an error without a stream', async () => {
  using folder = new Folder();
  const live: CompletionProvider = {
    ...chunking(),
    // eslint-disable-next-line require-yield
    async *stream() {
      throw new TypeError('terminated');
    },
  };
  await record(folder.file(), live, (provider) => read(provider));
  expect(kept(folder)).not.toHaveProperty('stream');
  const played = await replay(folder.file(), (provider) => read(provider));
  expect(played).toMatchObject({ chunks: [], error: { message: 'terminated' } });
});

test.for([
  ['in its middle', beginning],
  ['before its first chunk', []],
] as const)('a stream that ended %s is marked, and ends there again', async ([, came]) => {
  using folder = new Folder();
  await record(folder.file(), chunking([...came]), (provider) => read(provider));
  expect(kept(folder).stream).toMatchObject({ cut: 'end' });
  expect(await replay(folder.file(), (provider) => read(provider))).toStrictEqual({ chunks: came });
});

test.for(bothWays)(
  'a stream without a finish_reason is replayed as an InvalidCompletionError, %s',
  async ([, run]) => {
    using folder = new Folder();
    await record(folder.file(), chunking(beginning), (provider) => rejection(streamed({ provider })));
    expect(await replay(folder.file(), (provider) => rejection(run({ provider })))).toMatchObject({
      name: 'InvalidCompletionError',
      reason: 'it has no finish_reason, so it was cut off',
    });
  },
);

test('a complete stream is not marked', async () => {
  using folder = new Folder();
  await record(folder.file(), chunking(chunks), (provider) => read(provider));
  expect(kept(folder).stream).not.toHaveProperty('cut');
});

/** Reads two of the four chunks. */
const leave = (provider: CompletionProvider) => read(provider, 2);

test('a stream that its reader left is recorded up to there, and marked', async () => {
  using folder = new Folder();
  await record(folder.file(), chunking(chunks), leave);
  expect(kept(folder).stream).toMatchObject({ cut: 'left' });
  expect(kept(folder)).not.toHaveProperty('error');
});

test('the live stream is closed when its reader leaves', async () => {
  using folder = new Folder();
  let isClosed = false;
  const live: CompletionProvider = {
    ...chunking(),
    async *stream() {
      try {
        yield* chunks;
      } finally {
        isClosed = true;
      }
    },
  };
  await record(folder.file(), live, leave);
  expect(isClosed).toBe(true);
});

test.for([1, 2])('a stream that was left can be left again after this many chunks: %i', async (count) => {
  using folder = new Folder();
  await record(folder.file(), chunking(chunks), leave);
  const played = await replay(folder.file(), (provider) => read(provider, count));
  expect(played).toStrictEqual({ chunks: chunks.slice(0, count) });
});

test('reading beyond the place where a stream was left fails', async ({ expect }) => {
  using folder = new Folder();
  await record(folder.file(), chunking(chunks), leave);
  const { chunks: played, error } = await replay(folder.file(), (provider) => read(provider));
  expect(played).toStrictEqual(beginning);
  expect(error).toBeInstanceOf(CassetteMissError);
  expect(said(error, folder)).toMatchInlineSnapshot(
    `"The recorded answer is not complete (…/c.json, interaction 1): its reader left before its end. Leave at the same place, or record again."`,
  );
});

test('a stream that was left cannot be replayed unstreamed', async () => {
  using folder = new Folder();
  await record(folder.file(), chunking(chunks), leave);
  expect(await replay(folder.file(), (provider) => rejection(whole(provider)))).toBeInstanceOf(
    CassetteMissError,
  );
});

test('a stream whose reader leaves after the last chunk is marked as left', async () => {
  using folder = new Folder();
  await record(folder.file(), chunking(chunks), (provider) => read(provider, chunks.length));
  expect(kept(folder).stream).toMatchObject({ cut: 'left' });
  const played = await replay(folder.file(), (provider) => read(provider, chunks.length));
  expect(played).toStrictEqual({ chunks });
});

test('a conversation continues after a stream that was left', async () => {
  using folder = new Folder();
  const talk = async (provider: CompletionProvider) => {
    const texts: unknown[] = [];
    for (const count of [2, Infinity]) {
      const messages = [
        ...question.messages,
        ...texts.map(() => ({ role: 'user', content: 'Go on.' }) as const),
      ];
      let text = '';
      let left = count;
      for await (const { choices } of provider.stream({ model: 'm', messages }, { conversation: 'ann' })) {
        text += choices[0]?.delta.content ?? '';
        if (--left === 0) break;
      }
      texts.push(text);
    }
    return texts;
  };
  const live = scriptedProvider([say('It is.'), say('It is.')]);
  const first = await record(folder.file(), live, talk);
  expect(await replay(folder.file(), talk)).toEqual(first);
});
