/**
 * Notified of everything that starts and has to be awaited, so that a test can report at its end the runs that were
 * never awaited.
 */
export interface RunWatcher {
  /** Calls `start`, and resolves or rejects as it does. `what` names it in a message. */
  start<T>(what: () => string, start: () => Promise<T>): Promise<T>;
  /** The same for a stream that is being read. The returned function is called when the stream has ended. */
  startStream(what: () => string): () => void;
}

let watcher: RunWatcher | undefined;

/** Sets the watcher, which is notified from now on. Without a watcher, this costs nothing. */
export function watchRuns(newWatcher: RunWatcher): void {
  watcher = newWatcher;
}

/** Starts something that has to be awaited. */
export function watched<T>(what: () => string, start: () => Promise<T>): Promise<T> {
  return watcher ? watcher.start(what, start) : start();
}

/** Begins a stream that has to be read to its end or left. Returns the function to call when that has happened. */
export function watchedStream(what: () => string): () => void {
  return watcher ? watcher.startStream(what) : () => {};
}

/** A call of the engine to the user's code. */
interface WatchedCall {
  readonly kind: 'tool' | 'hook' | 'instructions';
  /** The name of the tool or the hook, or of the agent whose instructions they are. */
  readonly name: string;
}

/** Makes a call, so that everything that happens during it can be attributed to it. */
export type CallWatcher = (what: WatchedCall, call: () => unknown) => unknown;

/** Undefined while no one watches. */
export let callWatcher: CallWatcher | undefined;

const callWatchers = new Set<CallWatcher>();

/**
 * From now on, calls are also made through this watcher, inside the earlier ones. Returns a function that removes it.
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
