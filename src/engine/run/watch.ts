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

/** Calls a tool so that what happens while it runs can be told to be its doing. */
export type ToolWatcher = (name: string, call: () => unknown) => unknown;

/** Undefined while nobody asks. */
export let toolWatcher: ToolWatcher | undefined;

/** From now on tools are called by this one. */
export function watchTools(newWatcher: ToolWatcher | undefined): void {
  toolWatcher = newWatcher;
}
