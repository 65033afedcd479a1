/**
 * Notified of everything that starts and has to be awaited, so that a test can report at its end the runs that were
 * never awaited.
 */
export interface RunWatcher {
  /** Calls `start`, and resolves or rejects as it does. `what` describes the started work in a message. */
  start<T>(what: () => string, start: () => Promise<T>): Promise<T>;
  /** Notes that a stream is being read. The engine calls the returned function when the stream has ended. */
  startStream(what: () => string): () => void;
}

let watcher: RunWatcher | undefined;

/** Sets the watcher, which is notified from now on. Without a watcher, a run costs nothing more. */
export function watchRuns(newWatcher: RunWatcher): void {
  watcher = newWatcher;
}

/** Starts something that has to be awaited, and notifies the watcher if there is one. */
export function watched<T>(what: () => string, start: () => Promise<T>): Promise<T> {
  return watcher ? watcher.start(what, start) : start();
}

/**
 * Notifies the watcher of a stream that is being read. Returns the function to call when the stream has been read to
 * its end or left.
 */
export function watchedStream(what: () => string): () => void {
  return watcher ? watcher.startStream(what) : () => {};
}

/** A call of the engine to the user's code. */
interface WatchedCall {
  readonly kind: 'tool' | 'hook' | 'instructions';
  /** The name of the tool or the hook, or of the agent that has the instructions. */
  readonly name: string;
}

/** Calls `call`, so that everything that happens during the call can be attributed to `what`. */
export type CallWatcher = (what: WatchedCall, call: () => unknown) => unknown;

/** Undefined without call watchers. */
export let callWatcher: CallWatcher | undefined;

const callWatchers = new Set<CallWatcher>();

/**
 * Adds a watcher that wraps all calls from now on. A watcher that was added earlier also wraps the later watchers.
 * Returns a function that removes the watcher.
 */
export function watchCalls(newWatcher: CallWatcher): () => void {
  callWatchers.add(newWatcher);
  callWatcher = inTurn();
  return () => {
    callWatchers.delete(newWatcher);
    callWatcher = callWatchers.size === 0 ? undefined : inTurn();
  };
}

function inTurn(): CallWatcher {
  const all = [...callWatchers];
  return (what, call) => all.reduceRight<() => unknown>((inner, next) => () => next(what, inner), call)();
}
