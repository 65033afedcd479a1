import type * as Stringify from 'safe-stable-stringify';
import { expect, test, vi } from 'vitest';
import { callTool, say, type Trace } from 'swarmcheck/testing';
import { traceDesk } from './desk.ts';

const spent = vi.hoisted(() => ({ calls: 0, characters: 0 }));

// Every value that is hashed is stringified here first.
vi.mock('safe-stable-stringify', async (importOriginal) => {
  const original = await importOriginal<typeof Stringify>();
  const counting = (value: unknown) => {
    const text = original.stringify(value);
    spent.calls++;
    spent.characters += text?.length ?? 0;
    return text;
  };
  return { ...original, stringify: counting, default: counting };
});

/** The cost of the hash of a run with this many turns. */
async function costOf(turns: number): Promise<typeof spent> {
  const calls = Array.from({ length: turns - 1 }, (_, index) =>
    callTool('look_up', { orderId: `A-${1000 + index}` }),
  );
  return costOfHash(await traceDesk({ steps: [...calls, say('done')], answer: 'x'.repeat(200) }));
}

function costOfHash(trace: Trace): typeof spent {
  spent.calls = 0;
  spent.characters = 0;
  expect(trace.hash).toHaveLength(64);
  return { ...spent };
}

test('hashing four times the turns stringifies four times the values, not sixteen times', async () => {
  const [short, long] = [await costOf(50), await costOf(200)];
  expect(short.calls).toBeGreaterThan(150);
  expect(long.calls / short.calls).toBeGreaterThan(3.9);
  expect(long.calls / short.calls).toBeLessThan(4.1);
});

test('hashing four times the turns stringifies four times the characters, not sixteen times', async () => {
  const [short, long] = [await costOf(50), await costOf(200)];
  expect(short.characters).toBeGreaterThan(50 * 200);
  expect(long.characters / short.characters).toBeLessThan(4.2);
});

test('each message is stringified once for all requests that repeat it', async () => {
  const { calls } = await costOf(100);
  // Each turn has a request, an answer and a result, and adds two messages.
  expect(calls / 100).toBeLessThan(5.2);
});

test('reading the hash again costs nothing', async () => {
  const trace = await traceDesk();
  expect(costOfHash(trace).calls).toBeGreaterThan(0);
  expect(costOfHash(trace).calls).toBe(0);
});

// All tests of the file share the counters, so no other test may hash while this one waits for its run.
test.sequential('a run computes no hash', async () => {
  spent.calls = 0;
  await traceDesk();
  expect(spent.calls).toBe(0);
});
