import type * as Stringify from 'safe-stable-stringify';
import { expect, test, vi } from 'vitest';
import { callTool, say, type Trace } from 'swarmcheck/testing';
import { traceDesk } from './desk.ts';

const spent = vi.hoisted(() => ({ calls: 0, characters: 0 }));

// Every byte that is hashed goes through here first.
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

/** What the hash of a run of so many turns costs. */
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

test('the hash of four times the turns reads four times the events, not sixteen', async () => {
  const [short, long] = [await costOf(50), await costOf(200)];
  expect(short.calls).toBeGreaterThan(150);
  expect(long.calls / short.calls).toBeGreaterThan(3.9);
  expect(long.calls / short.calls).toBeLessThan(4.1);
});

test('the hash of four times the turns reads four times the bytes, not sixteen', async () => {
  const [short, long] = [await costOf(50), await costOf(200)];
  expect(short.characters).toBeGreaterThan(50 * 200);
  expect(long.characters / short.characters).toBeLessThan(4.2);
});

test('each message is read once for all requests that repeat it', async () => {
  const { calls } = await costOf(100);
  // For each turn a request, an answer and a result, and the two messages that it added.
  expect(calls / 100).toBeLessThan(5.2);
});

test('a hash that is asked for again costs nothing', async () => {
  const trace = await traceDesk();
  expect(costOfHash(trace).calls).toBeGreaterThan(0);
  expect(costOfHash(trace).calls).toBe(0);
});

// All tests of the file count together, so while this one waits for its run no other one hashes.
test.sequential('a run itself hashes nothing', async () => {
  spent.calls = 0;
  await traceDesk();
  expect(spent.calls).toBe(0);
});
