import { getEventListeners } from 'node:events';
import { expect, test, vi } from 'vitest';
import { Agent, type ChatCompletionChunk, type StreamEvent } from 'swarmcheck';
import { callPiece, chunk, completing } from '../support/completions.ts';
import { never } from '../support/waiting.ts';
import { rejectedWith } from '../support/failures.ts';
import { streamOf } from '../support/runs.ts';

/** A model that calls `pay` in every answer. The log counts the streams that were requested and closed. */
function observed(onClose: () => void = () => {}) {
  const log = { asked: 0, closed: 0 };
  const pay = vi.fn<() => string>(() => 'paid');
  const provider = {
    ...completing(),
    async *stream(): AsyncGenerator<ChatCompletionChunk> {
      log.asked++;
      try {
        yield chunk({ role: 'assistant', content: 'One moment.' });
        yield chunk(callPiece(0, { id: 'a', type: 'function', function: { name: 'pay', arguments: '{}' } }));
        yield chunk({}, 'tool_calls');
      } finally {
        log.closed++;
        onClose();
      }
    },
  };
  const agent = new Agent({
    functions: [{ name: 'pay', description: '', parameters: { type: 'object' }, execute: pay }],
  });
  // The limit ends the run of a reader who never breaks out.
  return { log, pay, trial: { agent, provider, maxTurns: 3 } };
}

const isAt: Record<string, (event: StreamEvent) => boolean> = {
  'the delim start': (event) => 'delim' in event && event.delim === 'start',
  'the first delta': (event) => 'content' in event,
  'a delta with a tool call': (event) => 'tool_calls' in event,
  'the last delta': (event) => Object.keys(event).length === 0,
  'the delim end': (event) => 'delim' in event && event.delim === 'end',
};

for (const [place, at] of Object.entries(isAt)) {
  test(`breaking out at ${place} closes the provider's stream, and starts no request and no tool`, async () => {
    const { log, pay, trial } = observed();
    for await (const event of streamOf(trial)) if (at(event)) break;
    expect(log).toEqual({ asked: 1, closed: 1 });
    expect(pay).not.toHaveBeenCalled();
  });

  test(`an error that the reader throws at ${place} closes the provider's stream, too, and reaches the caller`, async () => {
    const { log, pay, trial } = observed();
    const mine = new Error('mine');
    const read = async () => {
      for await (const event of streamOf(trial)) if (at(event)) throw mine;
    };
    expect(await rejectedWith(read())).toBe(mine);
    expect(log).toEqual({ asked: 1, closed: 1 });
    expect(pay).not.toHaveBeenCalled();
  });

  test(`breaking out at ${place} leaves no listener on the signal`, async () => {
    const { trial } = observed();
    const { signal } = new AbortController();
    for await (const event of streamOf({ ...trial, signal })) if (at(event)) break;
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
}

test('breaking out in the second turn closes the second stream', async () => {
  const { log, pay, trial } = observed();
  let starts = 0;
  for await (const event of streamOf(trial)) {
    if ('delim' in event && event.delim === 'start') starts++;
    if (starts === 2 && 'content' in event) break;
  }
  expect(log).toEqual({ asked: 2, closed: 2 });
  expect(pay).toHaveBeenCalledOnce();
});

test.for([
  ['without a signal', undefined],
  ['with a signal', new AbortController().signal],
] as const)('breaking out waits until the provider has closed its stream, %s', async ([, signal]) => {
  const order: string[] = [];
  const provider = {
    ...completing(),
    async *stream() {
      try {
        yield chunk({ role: 'assistant', content: 'ok' });
      } finally {
        await new Promise(setImmediate);
        order.push('closed');
      }
    },
  };
  for await (const event of streamOf({ provider, ...(signal ? { signal } : {}) }))
    if ('content' in event) break;
  order.push('after the loop');
  expect(order).toEqual(['closed', 'after the loop']);
});

test('breaking out throws the error of a provider that cannot close, and leaves no listener on the signal', async () => {
  const error = new Error('cannot close');
  const { trial } = observed(() => {
    throw error;
  });
  const { signal } = new AbortController();
  const read = async () => {
    for await (const event of streamOf({ ...trial, signal })) if ('content' in event) break;
  };
  expect(await rejectedWith(read())).toBe(error);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

test('after an abort, breaking out does not wait for a provider that hangs while it closes', async () => {
  const controller = new AbortController();
  const hanging = {
    ...completing(),
    async *stream() {
      try {
        yield chunk({ role: 'assistant', content: 'ok' });
      } finally {
        queueMicrotask(() => controller.abort('stop'));
        await never();
      }
    },
  };
  for await (const event of streamOf({ provider: hanging, signal: controller.signal })) {
    if ('content' in event) break;
  }
  expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
});

test('a stream that is closed before it is read makes no request', async () => {
  const { log, trial } = observed();
  await streamOf(trial)[Symbol.asyncIterator]().return?.();
  expect(log).toEqual({ asked: 0, closed: 0 });
});

test('a stream that was closed early gives no more events', async () => {
  const { trial } = observed();
  const reader = streamOf(trial)[Symbol.asyncIterator]();
  await reader.next();
  await reader.return?.();
  expect(await reader.next()).toEqual({ done: true, value: undefined });
});

test("reading a stream to its end closes the provider's stream once", async () => {
  const { log, trial } = observed();
  for await (const event of streamOf({ ...trial, maxTurns: 1 })) expect(event).toBeDefined();
  expect(log).toEqual({ asked: 1, closed: 1 });
});

test('breaking out works with a source that has no return method', async () => {
  const chunks = [chunk({ role: 'assistant', content: 'ok' }), chunk({}, 'stop')];
  const source = { next: () => Promise.resolve({ done: false as const, value: chunks.shift()! }) };
  const provider = { ...completing(), stream: () => ({ [Symbol.asyncIterator]: () => source }) };
  for await (const event of streamOf({ provider })) if ('content' in event) break;
  expect(chunks).toHaveLength(1);
});
