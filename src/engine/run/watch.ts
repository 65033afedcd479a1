/** Told of everything that is started and has to be waited for, so that a test can say at its end what nobody waited for. */
export interface RunWatcher {
  /** Starts it; resolves and rejects as it does. `what` names it for a message. */
  start<T>(what: () => string, start: () => Promise<T>): Promise<T>;
  /** The same for a stream that somebody begins to read; to be called when it has ended. */
  startStream(what: () => string): () => void;
}

let watcher: RunWatcher | undefined;

/** From now on this one is told. Costs nothing while there is none. */
export function watchRuns(newWatcher: RunWatcher): void {
  watcher = newWatcher;
}

/** Starts something that has to be waited for. */
export function watched<T>(what: () => string, start: () => Promise<T>): Promise<T> {
  return watcher ? watcher.start(what, start) : start();
}

/** Begins a stream that has to be read to its end, or to be left. Returns what to call then. */
export function watchedStream(what: () => string): () => void {
  return watcher ? watcher.startStream(what) : () => {};
}

/** Code of the user's that the engine calls. */
interface WatchedCall {
  readonly kind: 'tool' | 'hook' | 'instructions';
  /** The tool's or the hook's, or that of the agent whose instructions they are. */
  readonly name: string;
}

/** Makes a call, so that what happens during it can be told to be its doing. */
export type CallWatcher = (what: WatchedCall, call: () => unknown) => unknown;

/** Undefined while nobody asks. */
export let callWatcher: CallWatcher | undefined;

const callWatchers = new Set<CallWatcher>();

/** From now on calls are made by this one, as well as by those before it; until what is returned is called. */
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
