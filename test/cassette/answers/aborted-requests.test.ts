/** Requests that were aborted before they were answered. */
import { expect, test } from 'vitest';
import type { CompletionProvider } from 'swarmcheck';
import {
  CassetteMissError,
  recordingProvider,
  replayProvider,
  say,
  scriptedProvider,
} from 'swarmcheck/testing';
import { chunk, chunking, hanging, saying } from '../../support/completions.ts';
import { rejection } from '../../support/failures.ts';
import { Folder } from '../folder.ts';
import { answerTo } from '../replay/tapes.ts';
import { question, read, record } from './keeping.ts';

const reason = new Error('enough');

/** A model that does not answer until the request is aborted. */
const silent: CompletionProvider = {
  complete: (_request, options) => untilAborted(options?.signal),
  async *stream(_request, options) {
    yield chunk({ content: 'It' });
    await untilAborted(options?.signal);
  },
};

function untilAborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason as Error));
  });
}

/** Sends a request, and aborts it while it is in flight. */
async function abort(provider: CompletionProvider): Promise<Error> {
  const controller = new AbortController();
  const asked = provider.complete(question, { signal: controller.signal });
  queueMicrotask(() => controller.abort(reason));
  return await rejection(asked);
}

const kept = (folder: Folder) => folder.json().lanes[0]!.interactions[0]!;

test('an aborted request is recorded as aborted, without an error', async () => {
  using folder = new Folder();
  expect(await record(folder.file(), silent, abort)).toBe(reason);
  expect(kept(folder)).toMatchObject({ aborted: true });
  expect(kept(folder)).not.toHaveProperty('error');
  expect(kept(folder)).not.toHaveProperty('completion');
});

test('the replay of an aborted request waits until it is aborted, and rejects with the new reason', async () => {
  using folder = new Folder();
  await record(folder.file(), silent, abort);
  using provider = replayProvider(folder.file());
  const controller = new AbortController();
  let isOver = false;
  const asked = provider.complete(question, { signal: controller.signal }).finally(() => (isOver = true));
  // By then, everything that does not depend on the signal has happened.
  await new Promise((resolve) => setImmediate(resolve));
  expect(isOver).toBe(false);
  const today = new Error('enough today');
  controller.abort(today);
  expect(await rejection(asked)).toBe(today);
});

test('the replay of an aborted request fails if it has no signal', async () => {
  using folder = new Folder();
  await record(folder.file(), silent, abort);
  using provider = replayProvider(folder.file());
  const error = await rejection(provider.complete(question));
  expect(error).toBeInstanceOf(CassetteMissError);
  expect(error).toMatchObject({ problem: 'left', lane: 1, interaction: 1 });
});

test('an aborted stream is recorded with the chunks that had arrived', async () => {
  using folder = new Folder();
  const controller = new AbortController();
  await record(folder.file(), silent, async (provider) => {
    const reading = read(provider, Infinity, controller.signal);
    await new Promise((resolve) => setImmediate(resolve));
    controller.abort(reason);
    expect(await reading).toEqual({ chunks: [chunk({ content: 'It' })], error: reason });
  });
  expect(kept(folder)).toMatchObject({ aborted: true, stream: { cut: 'left' } });
  expect(kept(folder)).not.toHaveProperty('error');
});

test('the replay of an aborted stream yields the same chunks, then waits to be aborted', async () => {
  using folder = new Folder();
  const recorder = new AbortController();
  await record(folder.file(), silent, async (provider) => {
    const reading = read(provider, Infinity, recorder.signal);
    await new Promise((resolve) => setImmediate(resolve));
    recorder.abort(reason);
    await reading;
  });
  using provider = replayProvider(folder.file());
  const controller = new AbortController();
  const chunks: unknown[] = [];
  const reading = (async () => {
    for await (const each of provider.stream(question, { signal: controller.signal })) chunks.push(each);
  })();
  await new Promise((resolve) => setImmediate(resolve));
  expect(chunks).toEqual([chunk({ content: 'It' })]);
  controller.abort(reason);
  expect(await rejection(reading)).toBe(reason);
});

test('a stream that was aborted and left after a chunk can be left there again', async () => {
  using folder = new Folder();
  const controller = new AbortController();
  const chunks = [chunk({ content: 'It' }), chunk({}, 'stop')];
  await record(folder.file(), chunking(chunks), async (provider) => {
    for await (const each of provider.stream(question, { signal: controller.signal })) {
      expect(each).toBe(chunks[0]);
      controller.abort(reason);
      break;
    }
  });
  expect(kept(folder)).toMatchObject({ aborted: true, stream: { cut: 'left' } });
  using provider = replayProvider(folder.file());
  expect((await read(provider, 1)).chunks).toEqual([chunks[0]]);
});

test('a request whose signal is already aborted does not reach the model, and is not recorded', async () => {
  using folder = new Folder();
  const script = scriptedProvider([say('It is.')]);
  await using provider = recordingProvider(script, { cassette: folder.file() });
  const signal = AbortSignal.abort(reason);
  expect(await rejection(provider.complete(question, { signal }))).toBe(reason);
  expect((await read(provider, Infinity, signal)).error).toBe(reason);
  expect(script.remaining).toBe(1);
  expect(await answerTo(provider, 'What is it?')).toBe('It is.');
  expect(folder.json().lanes.map(({ interactions }) => interactions.length)).toEqual([1]);
});

test('a replayed request whose signal is already aborted consumes no interaction', async () => {
  using folder = new Folder();
  await record(folder.file(), { ...silent, complete: async () => saying('It is.') }, (provider) =>
    answerTo(provider, 'What is it?'),
  );
  using provider = replayProvider(folder.file());
  const signal = AbortSignal.abort(reason);
  expect(await rejection(provider.complete(question, { signal }))).toBe(reason);
  expect(await answerTo(provider, 'What is it?')).toBe('It is.');
});

test('a recording that is closed during a request has the answers that had arrived', async () => {
  using folder = new Folder();
  let begun = () => {};
  const hasBegun = new Promise<void>((resolve) => (begun = resolve));
  const hangs = hanging(begun);
  let count = 0;
  const live: CompletionProvider = {
    ...hangs,
    complete: async (...asked) => (count++ === 0 ? saying('It is.') : await hangs.complete(...asked)),
  };
  const provider = recordingProvider(live, { cassette: folder.file() });
  await answerTo(provider, 'What is it?');
  void answerTo(provider, 'And then?');
  await hasBegun;
  await provider.close();
  expect(folder.json().lanes.map(({ interactions }) => interactions.length)).toEqual([1]);
});
