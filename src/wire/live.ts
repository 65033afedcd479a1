import { AsyncLocalStorage } from 'node:async_hooks';

const live = new AsyncLocalStorage<true>();

/** Whether the code that asks makes a request that is to reach a live model, past all mocks. */
export function isLive(): boolean {
  return live.getStore() === true;
}

/** Calls what asks a live model: a recording, behind a mock that answers with what it is told. */
export function asLive<T>(call: () => T): T {
  return live.run(true, call);
}
