import { AsyncLocalStorage } from 'node:async_hooks';

const live = new AsyncLocalStorage<true>();

/** Whether the running code asks a live model: its requests bypass all mocks. */
export function isLive(): boolean {
  return live.getStore() === true;
}

/**
 * Calls a function whose requests bypass all mocks. A recording uses it to ask its live model, even if a mock answers
 * from that recording.
 */
export function asLive<T>(call: () => T): T {
  return live.run(true, call);
}
