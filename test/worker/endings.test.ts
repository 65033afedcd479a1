/** A thread that ends, or has to be ended, is an error of its call; the next call has another thread. */
import { once } from 'node:events';
import { workerTool, type WorkerToolOptions } from 'swarmcheck/worker';
import { afterEach, expect, test, vi } from 'vitest';
import { rejectedWith } from '../support/failures.ts';
import { called } from '../support/called.ts';

const url = new URL('./modules/tools.ts', import.meta.url);
const parameters = { type: 'object', additionalProperties: true } as const;
const work = (exportName: string, options: WorkerToolOptions = {}) =>
  workerTool(url, exportName, { parameters, ...options });

/** As good as for ever. */
const longest = 2 ** 31 - 1;

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Threads are there, and answer. */
async function expectThreads() {
  expect((await called([work('square')], 'square', { n: 3 })).content).toBe('9');
}

afterEach(expectThreads, 30_000);

const ends: [name: string, args: object, words: string][] = [
  ['exit', { code: 0 }, 'Its worker thread ended with exit code 0 before it answered.'],
  ['exit', { code: 3 }, 'Its worker thread ended with exit code 3 before it answered.'],
  ['fail_outside', {}, 'Its worker thread ended by an error that nothing caught: dropped the ball'],
  ['fail_outside', { native: true }, 'Its worker thread ended by an error that nothing caught: TypeError'],
];

test.for(ends)('a thread that ends is told to the model: %s %j', async ([name, args, words]) => {
  const call = await called([work(name)], name, args);
  expect(call).toMatchObject({ content: `Error: Tool ${name} failed: ${words}`, error: 'threw' });
});

test.for(['never_answer', 'compute'])(
  'a function that takes too long is ended, and its limit named: %s',
  async (name) => {
    const call = await called([work(name, { timeoutMs: 30 })], name, { ms: 1e9 });
    expect(call).toMatchObject({
      content: `Error: Tool ${name} failed: It did not finish within 30 ms (timeoutMs), and its thread was ended.`,
      error: 'threw',
    });
  },
);

test('one call that is ended leaves the others in their threads', async () => {
  const calls = [
    called([work('never_answer', { timeoutMs: 30 })], 'never_answer'),
    called([work('exit')], 'exit', { code: 1 }),
    ...Array.from({ length: 20 }, (_, n) => called([work('square')], 'square', { n })),
  ];
  const [late, ended, ...squares] = await Promise.all(calls);
  expect([late?.error, ended?.error]).toEqual(['threw', 'threw']);
  expect(squares.map(({ content }) => content)).toEqual(squares.map((_, n) => String(n * n)));
});

test('a run that is aborted is rejected with the reason, and its thread ends', async () => {
  const gate = new SharedArrayBuffer(8);
  const state = new Int32Array(gate);
  const aborter = new AbortController();
  const settings = { contextVariables: { gate }, signal: aborter.signal };
  const run = rejectedWith(called([work('count_on', { timeoutMs: longest })], 'count_on', {}, settings));
  while (Atomics.load(state, 1) === 0) await turn();
  aborter.abort('enough');
  expect(await run).toBe('enough');
  // As long as the thread is there, it counts on: not always while one other call is made, but while many are.
  for (let unchanged = 0; unchanged < 300;) {
    const before = Atomics.load(state, 1);
    await expectThreads();
    unchanged = Atomics.load(state, 1) === before ? unchanged + 1 : 0;
  }
});

test('calls that wait for a thread are aborted as well', async () => {
  const aborters = Array.from({ length: 50 }, () => new AbortController());
  const runs = aborters.map(async ({ signal }) =>
    rejectedWith(called([work('never_answer', { timeoutMs: longest })], 'never_answer', {}, { signal })),
  );
  await turn();
  for (const aborter of aborters) aborter.abort('enough');
  expect(new Set(await Promise.all(runs))).toEqual(new Set(['enough']));
});

test('what a call leaves behind does not end the process', async () => {
  const gate = new SharedArrayBuffer(4);
  const { content } = await called([work('fail_later')], 'fail_later', {}, { contextVariables: { gate } });
  expect(content).toBe('answered');
  const warned = once(process, 'warning') as Promise<[Error]>;
  Atomics.store(new Int32Array(gate), 0, 1);
  expect((await warned)[0].message).toBe(
    'A worker thread of a tool ended between two calls, by an error that nothing caught: left behind',
  );
});

test('a clock that is faked neither stops nor hastens the time of a thread', async () => {
  vi.useFakeTimers();
  try {
    const call = called([work('never_answer', { timeoutMs: 30 })], 'never_answer');
    vi.advanceTimersByTime(1_000_000);
    expect((await call).content).toContain('within 30 ms');
    const answered = called([work('square')], 'square', { n: 4 });
    vi.advanceTimersByTime(1_000_000);
    expect((await answered).content).toBe('16');
  } finally {
    vi.useRealTimers();
  }
});
