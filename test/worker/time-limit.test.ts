import { MessageChannel } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { ThreadTimer } from '../../src/worker/thread-timer.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('an answer that arrives while this thread is busy counts, even if it is read after the time limit', async () => {
  const { port1, port2 } = new MessageChannel();
  const ends: string[] = [];
  const limit = new ThreadTimer();
  const answered = new Promise<void>((resolve) => {
    port1.on('message', () => {
      limit.stop();
      resolve();
    });
  });
  limit.begin(1, () => ends.push('too late'));
  port2.postMessage('the answer');
  // Longer than the limit; this thread reads no messages meanwhile.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
  await answered;
  await turn();
  await turn();
  port1.close();
  expect(ends).toEqual([]);
});

test('restarting a limit cancels the one before', async () => {
  const ends: string[] = [];
  const limit = new ThreadTimer();
  limit.begin(1, () => ends.push('first'));
  await new Promise<void>((resolve) => {
    limit.begin(2, () => {
      ends.push('second');
      resolve();
    });
  });
  expect(ends).toEqual(['second']);
});
