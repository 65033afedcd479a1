/** A thread that ends early or has to be ended makes its call fail; the next call gets another thread. */
import { once } from 'node:events';
import { workerTool, type WorkerToolOptions } from 'swarmcheck/worker';
import { afterEach, expect, test, vi } from 'vitest';
import { rejectedWith } from '../support/failures.ts';
import { called } from '../support/called.ts';

const url = new URL('./modules/tools.ts', import.meta.url);
const parameters = { type: 'object', additionalProperties: true } as const;
const work = (exportName: string, options: WorkerToolOptions = {}) =>
  workerTool(url, exportName, { parameters, ...options });

/** The longest time limit: practically no limit. */
const longest = 2 ** 31 - 1;

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Threads are available, and answer. */
async function expectThreads() {
  expect((await called([work('square')], 'square', { n: 3 })).content).toBe('9');
}

afterEach(expectThreads, 30_000);

const ends: [name: string, args: object, words: string][] = [
  ['exit', { code: 0 }, 'Its worker thread ended with exit code 0 before it answered.'],
  ['exit', { code: 3 }, 'Its worker thread ended with exit code 3 before it answered.'],
  ['fail_outside', {}, 'Its worker thread ended because of an uncaught error: dropped the ball'],
  ['fail_outside', { native: true }, 'Its worker thread ended because of an uncaught error: TypeError'],
];

test.for(ends)('the error for the model says that the thread ended: %s %j', async ([name, args, words]) => {
  const call = await called([work(name)], name, args);
  expect(call).toMatchObject({ content: `Error: Tool ${name} failed: ${words}`, error: 'threw' });
});

test.for(['never_answer', 'compute'])(
  'a function that exceeds its time limit is ended, and the error names the limit: %s',
  async (name) => {
    const call = await called([work(name, { timeoutMs: 30 })], name, { ms: 1e9 });
    expect(call).toMatchObject({
      content: `Error: Tool ${name} failed: It did not finish within 30 ms (timeoutMs), and its thread was ended.`,
      error: 'threw',
    });
  },
);

test('ending one call does not affect the others in their threads', async () => {
  const calls = [
    called([work('never_answer', { timeoutMs: 30 })], 'never_answer'),
    called([work('exit')], 'exit', { code: 1 }),
    ...Array.from({ length: 20 }, (_, n) => called([work('square')], 'square', { n })),
  ];
  const [late, ended, ...squares] = await Promise.all(calls);
  expect([late?.error, ended?.error]).toEqual(['threw', 'threw']);
  expect(squares.map(({ content }) => content)).toEqual(squares.map((_, n) => String(n * n)));
});

test('an aborted run rejects with the reason, and its thread ends', async () => {
  const gate = new SharedArrayBuffer(8);
  const state = new Int32Array(gate);
  const aborter = new AbortController();
  const settings = { contextVariables: { gate }, signal: aborter.signal };
  const run = rejectedWith(called([work('count_on', { timeoutMs: longest })], 'count_on', {}, settings));
  while (Atomics.load(state, 1) === 0) await turn();
  aborter.abort('enough');
  expect(await run).toBe('enough');
  // A live thread keeps counting, but perhaps not during a single call. After 300 calls without a change, it has
  // ended.
  for (let unchanged = 0; unchanged < 300;) {
    const before = Atomics.load(state, 1);
    await expectThreads();
    unchanged = Atomics.load(state, 1) === before ? unchanged + 1 : 0;
  }
});

test('calls that wait for a thread are aborted too', async () => {
  const aborters = Array.from({ length: 50 }, () => new AbortController());
  const runs = aborters.map(async ({ signal }) =>
    rejectedWith(called([work('never_answer', { timeoutMs: longest })], 'never_answer', {}, { signal })),
  );
  await turn();
  for (const aborter of aborters) aborter.abort('enough');
  expect(new Set(await Promise.all(runs))).toEqual(new Set(['enough']));
});

test('an error of a thread after its answer does not end the process', async () => {
  const gate = new SharedArrayBuffer(4);
  const { content } = await called([work('fail_later')], 'fail_later', {}, { contextVariables: { gate } });
  expect(content).toBe('answered');
  const warned = once(process, 'warning') as Promise<[Error]>;
  Atomics.store(new Int32Array(gate), 0, 1);
  expect((await warned)[0].message).toBe(
    'A worker thread of a tool ended between two calls because of an uncaught error: left behind',
  );
});

test('fake timers neither stop nor shorten the time limit of a thread', async () => {
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
