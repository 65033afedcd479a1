import { AsyncLocalStorage } from 'node:async_hooks';

const live = new AsyncLocalStorage<true>();

/** Whether the running code was called by `asLive`, so that its requests bypass all mocks. */
export function isLive(): boolean {
  return live.getStore() === true;
}

/**
 * Calls a function whose requests bypass all mocks. A recording asks its live model this way. Otherwise a mock that
 * answers from this recording would send the request back to it, in a cycle.
 */
export function asLive<T>(call: () => T): T {
  return live.run(true, call);
}
