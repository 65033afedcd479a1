/** How long answers take, on a clock that only moves when a test advances it. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { CompletionProvider } from 'swarmcheck';
import { replayProvider } from 'swarmcheck/testing';
import { chunk, chunking, saying } from '../../support/completions.ts';
import { rejection } from '../../support/failures.ts';
import { Folder } from '../folder.ts';
import { answerTo } from '../replay/tapes.ts';
import { pieces, question, read, record } from './keeping.ts';

/** Recordings measure real time even if a test has fake timers. Here they measure the time of the fake timers. */
vi.mock(import('../../../src/cassette/real-time.ts'), async (load) => ({
  ...(await load()),
  now: () => performance.now(),
}));

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

const after = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const chunks = [chunk({ role: 'assistant', content: '' }), chunk({ content: 'It is.' }), chunk({}, 'stop')];
const waits = [300, 20, 5];

/** A model that takes time to answer. */
const slow: CompletionProvider = {
  async complete() {
    await after(800);
    return saying('It is.');
  },
  async *stream() {
    for (const [index, ms] of waits.entries()) {
      await after(ms);
      yield chunks[index]!;
    }
  },
};

/** Records what `play` asks, while the clock runs. */
async function recordInTime(
  folder: Folder,
  play: (provider: CompletionProvider) => Promise<unknown>,
  live = slow,
): Promise<void> {
  const recorded = record(folder.file(), live, play);
  await vi.runAllTimersAsync();
  await recorded;
}

const ask = (provider: CompletionProvider) => answerTo(provider, 'What is it?');
const kept = (folder: Folder) => folder.json().lanes[0]!.interactions[0]!;

test('the time that an answer took is recorded', async () => {
  using folder = new Folder();
  await recordInTime(folder, ask);
  expect(kept(folder).ms).toBe(800);
});

test('the time of each chunk of a stream is recorded', async () => {
  using folder = new Folder();
  await recordInTime(folder, pieces);
  expect(kept(folder)).toMatchObject({ ms: 300, stream: { parts: [{ ms: 0 }, { ms: [20] }, { ms: 5 }] } });
});

test('the time that an error took is recorded', async () => {
  using folder = new Folder();
  const live = { ...slow, complete: () => after(40).then(() => Promise.reject(new Error('no'))) };
  await recordInTime(folder, (provider) => rejection(ask(provider)), live);
  expect(kept(folder)).toMatchObject({ ms: 40, error: { message: 'no' } });
});

test.for([undefined, 'none'] as const)('with timing %s, answers are replayed at once', async (timing) => {
  using folder = new Folder();
  await recordInTime(folder, async (provider) => {
    await ask(provider);
    await pieces(provider);
  });
  const begun = performance.now();
  using provider = replayProvider(folder.file(), { timing });
  expect(await ask(provider)).toBe('It is.');
  expect(await pieces(provider)).toEqual(chunks);
  expect(vi.getTimerCount()).toBe(0);
  expect(performance.now()).toBe(begun);
});

test('with timing "recorded", an answer takes as long as it took', async () => {
  using folder = new Folder();
  await recordInTime(folder, ask);
  using provider = replayProvider(folder.file(), { timing: 'recorded' });
  let text: unknown;
  const asked = ask(provider).then((answer) => (text = answer));
  await vi.advanceTimersByTimeAsync(799);
  expect(text).toBeUndefined();
  await vi.advanceTimersByTimeAsync(1);
  expect(text).toBe('It is.');
  await asked;
});

test('with timing "recorded", each chunk arrives at its recorded time', async () => {
  using folder = new Folder();
  await recordInTime(folder, pieces);
  using provider = replayProvider(folder.file(), { timing: 'recorded' });
  const times: number[] = [];
  const begun = performance.now();
  const reading = (async () => {
    // oxlint-disable-next-line no-unused-vars
    for await (const each of provider.stream(question)) times.push(performance.now() - begun);
  })();
  await vi.runAllTimersAsync();
  await reading;
  expect(times).toEqual([300, 320, 325]);
});

test('with timing "recorded", an unstreamed answer takes as long when it is streamed', async () => {
  using folder = new Folder();
  await recordInTime(folder, ask);
  using provider = replayProvider(folder.file(), { timing: 'recorded' });
  const begun = performance.now();
  const reading = pieces(provider).then(() => performance.now() - begun);
  await vi.runAllTimersAsync();
  expect(await reading).toBe(800);
});

test('with timing "recorded", an error takes as long as it took', async () => {
  using folder = new Folder();
  const live = { ...slow, complete: () => after(40).then(() => Promise.reject(new Error('no'))) };
  await recordInTime(folder, (provider) => rejection(ask(provider)), live);
  using provider = replayProvider(folder.file(), { timing: 'recorded' });
  const begun = performance.now();
  const asked = rejection(ask(provider)).then(({ message }) => [message, performance.now() - begun]);
  await vi.runAllTimersAsync();
  expect(await asked).toEqual(['no', 40]);
});

test('an abort ends the wait for an answer', async () => {
  using folder = new Folder();
  await recordInTime(folder, ask);
  using provider = replayProvider(folder.file(), { timing: 'recorded' });
  const controller = new AbortController();
  const asked = rejection(answerTo(provider, 'What is it?', { signal: controller.signal }));
  const reason = new Error('enough');
  controller.abort(reason);
  expect(await asked).toBe(reason);
  expect(vi.getTimerCount()).toBe(0);
});

test('an abort ends the wait for the next chunk of a stream', async () => {
  using folder = new Folder();
  await recordInTime(folder, pieces);
  using provider = replayProvider(folder.file(), { timing: 'recorded' });
  const controller = new AbortController();
  const reading = read(provider, Infinity, controller.signal);
  await vi.advanceTimersByTimeAsync(310);
  const reason = new Error('enough');
  controller.abort(reason);
  expect(await reading).toEqual({ chunks: chunks.slice(0, 1), error: reason });
  expect(vi.getTimerCount()).toBe(0);
});

test('after an abort between two reads of a stream, the next read rejects', async () => {
  using folder = new Folder();
  await recordInTime(folder, pieces);
  using provider = replayProvider(folder.file(), { timing: 'recorded' });
  const controller = new AbortController();
  const stream = provider.stream(question, { signal: controller.signal })[Symbol.asyncIterator]();
  const first = stream.next();
  await vi.advanceTimersByTimeAsync(310);
  await first;
  const reason = new Error('enough');
  controller.abort(reason);
  expect(await rejection(stream.next())).toBe(reason);
  expect(vi.getTimerCount()).toBe(0);
});

test('a stream without chunks is recorded without times of chunks', async () => {
  using folder = new Folder();
  await recordInTime(folder, pieces, chunking([]));
  expect(kept(folder)).toMatchObject({ ms: 0, stream: { parts: [], cut: 'end' } });
});
