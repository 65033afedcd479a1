/** How long answers take, on a clock that stands still until it is moved. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { CompletionProvider } from 'swarmcheck';
import { replayProvider } from 'swarmcheck/testing';
import { chunk, chunking, saying } from '../../support/completions.ts';
import { rejection } from '../../support/failures.ts';
import { Folder } from '../folder.ts';
import { answerTo } from '../replay/tapes.ts';
import { pieces, question, read, record } from './keeping.ts';

/** The clock of the recording, too: it is the machine's, whatever clock a test has. */
vi.mock(import('../../../src/cassette/real-time.ts'), async (load) => ({
  ...(await load()),
  now: () => performance.now(),
}));

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

const after = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const chunks = [chunk({ role: 'assistant', content: '' }), chunk({ content: 'It is.' }), chunk({}, 'stop')];
const waits = [300, 20, 5];

/** A model that takes its time. */
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

/** Records what is asked, while the clock runs. */
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

test('it is recorded how long an answer took', async () => {
  using folder = new Folder();
  await recordInTime(folder, ask);
  expect(kept(folder).ms).toBe(800);
});

test('of a stream it is recorded when each of its pieces came', async () => {
  using folder = new Folder();
  await recordInTime(folder, pieces);
  expect(kept(folder)).toMatchObject({ ms: 300, stream: { parts: [{ ms: 0 }, { ms: [20] }, { ms: 5 }] } });
});

test('it is recorded how long an error took', async () => {
  using folder = new Folder();
  const live = { ...slow, complete: () => after(40).then(() => Promise.reject(new Error('no'))) };
  await recordInTime(folder, (provider) => rejection(ask(provider)), live);
  expect(kept(folder)).toMatchObject({ ms: 40, error: { message: 'no' } });
});

test.for([undefined, 'none'] as const)('with timing %s it is played at once', async (timing) => {
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

test('with timing "recorded" an answer takes as long as it took', async () => {
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

test('with timing "recorded" each piece comes when it came', async () => {
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

test('with timing "recorded" an answer that came in one piece takes its time in pieces, too', async () => {
  using folder = new Folder();
  await recordInTime(folder, ask);
  using provider = replayProvider(folder.file(), { timing: 'recorded' });
  const begun = performance.now();
  const reading = pieces(provider).then(() => performance.now() - begun);
  await vi.runAllTimersAsync();
  expect(await reading).toBe(800);
});

test('with timing "recorded" an error comes when it came', async () => {
  using folder = new Folder();
  const live = { ...slow, complete: () => after(40).then(() => Promise.reject(new Error('no'))) };
  await recordInTime(folder, (provider) => rejection(ask(provider)), live);
  using provider = replayProvider(folder.file(), { timing: 'recorded' });
  const begun = performance.now();
  const asked = rejection(ask(provider)).then(({ message }) => [message, performance.now() - begun]);
  await vi.runAllTimersAsync();
  expect(await asked).toEqual(['no', 40]);
});

test('whoever aborts an answer does not wait for it any longer', async () => {
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

test('whoever aborts a stream does not wait for its next piece any longer', async () => {
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

test('whoever aborts a stream while no piece is waited for gets none after it', async () => {
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

test('a stream in which nothing is said has no times', async () => {
  using folder = new Folder();
  await recordInTime(folder, pieces, chunking([]));
  expect(kept(folder)).toMatchObject({ ms: 0, stream: { parts: [], cut: 'end' } });
});
