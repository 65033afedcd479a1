/** The functions that the threads of the tests run. */
import { setTimeout as wait } from 'node:timers/promises';
import { threadId } from 'node:worker_threads';
import { Agent, Result } from 'swarmcheck';

export const notAFunction = 7;

export function echo(...given: unknown[]) {
  return given;
}

/** Differs for each thread. */
export function thread() {
  return threadId;
}

export function square({ n }: { n: number }) {
  return n * n;
}

/** Keeps its thread busy for this time. */
export function compute({ ms }: { ms: number }) {
  const end = performance.now() + ms;
  while (performance.now() < end);
  return 'computed';
}

/** Signals that it has started, then blocks its thread until the gate opens. */
export function wait_at_gate(_args: object, { gate }: { gate: SharedArrayBuffer }) {
  const state = new Int32Array(gate);
  Atomics.store(state, 1, 1);
  Atomics.wait(state, 0, 0);
  return 'through';
}

/** Counts forever, so that a test can see whether it still runs. */
export function count_on(_args: object, { gate }: { gate: SharedArrayBuffer }) {
  const state = new Int32Array(gate);
  for (;;) Atomics.add(state, 1, 1);
}

export function never_answer() {
  return new Promise(() => {});
}

export function exit({ code }: { code: number }) {
  process.exit(code);
}

/** Throws an uncaught error before it answers. */
export function fail_outside({ native }: { native?: boolean }) {
  queueMicrotask(() => {
    throw native ? new TypeError('engine words') : new Error('dropped the ball');
  });
  return never_answer();
}

/** Throws an uncaught error when the gate opens, long after it answered. */
export function fail_later(_args: object, { gate }: { gate: SharedArrayBuffer }) {
  const wait = () => {
    if (Atomics.load(new Int32Array(gate), 0) === 1) throw new Error('left behind');
    setImmediate(wait);
  };
  wait();
  return 'answered';
}

export async function set_city({ city }: { city: string }, context: { city?: string; told?: string }) {
  await wait(0);
  context.told = 'in the thread';
  return new Result({ value: `moved to ${city}`, contextVariables: { city } });
}

export function hand_off() {
  return new Agent({ name: 'Other' });
}

export function hand_off_in_result() {
  return new Result({ value: 'gone', agent: new Agent({ name: 'Other' }) });
}

export default function shout({ text }: { text: string }) {
  return text.toUpperCase();
}

export function fill_memory() {
  const kept: unknown[] = [];
  for (;;) kept.push(Array.from({ length: 1000 }, (_, n) => ({ n })));
}
