import { fileURLToPath } from 'node:url';
import { watchRuns } from '../engine/run/watch.ts';
import { isMisfit } from '../script/script-errors.ts';
import type { ScenarioRun } from '../scenario/scenario.ts';
import { currentPlace, within, type CurrentTest, type StartedRun } from './current-test.ts';

/** Saved before fake timers replace it. */
const nextTick = process.nextTick.bind(process);

/** Notes from now on which runs each test starts. */
export function noteStartedRuns(): void {
  watchRuns({
    start(what, start) {
      const place = currentPlace();
      if (!place) return start();
      const run: StartedRun = { what, error: errorHere(), parent: place.run, isDone: () => false };
      place.test.runs.push(run);
      const started = within({ test: place.test, run }, start);
      void started.then(
        (value) => noteMisfit(place.test, value),
        () => {},
      );
      const promise = WatchedPromise.of(started);
      run.promise = promise;
      run.isDone = () => promise.isDone;
      return promise;
    },
    startStream(what) {
      const place = currentPlace();
      let done = false;
      place?.test.runs.push({
        what: () => `${what()} (a stream)`,
        error: errorHere(),
        parent: place.run,
        isDone: () => done,
      });
      return () => {
        done = true;
      };
    },
  });
}

/**
 * Keeps the error of a scenario whose script did not fit. The promise of the scenario resolves even then, so a test
 * that looks only at the effects of its tools would not notice.
 */
function noteMisfit(test: CurrentTest, value: unknown): void {
  const { failures, error } = ((typeof value === 'object' ? value : undefined) ?? {}) as Partial<ScenarioRun>;
  if (!Array.isArray(failures)) return;
  const misfit = [error, ...failures.map(({ cause }) => cause)].find(isMisfit);
  if (misfit) test.misfits.push(misfit);
}

/**
 * Throws an UnsettledRunError if the test did not wait for a run. If a run that the test did not wait for has started
 * others, the message names only the run that started them.
 */
export function assertAllDone(runs: readonly StartedRun[]): void {
  const left = runs.filter((run) => !run.isDone());
  const outermost = left.filter(({ parent }) => !parent || !left.includes(parent));
  const [first] = outermost;
  if (!first) return;
  for (const { promise } of left) promise?.catch(() => {});
  const { error } = first;
  error.name = 'UnsettledRunError';
  error.message =
    outermost.length === 1
      ? `The test ended without waiting for ${first.what()}. Is an "await" missing? It was started here.`
      : `The test ended without waiting for ${outermost.length} runs: ${outermost.map(({ what }) => what()).join(', ')}. Is an "await" missing? The first was started here.`;
  error.stack = `${error.name}: ${error.message}\n${error.stack}`;
  throw error;
}

/**
 * A promise that knows whether its `then` was ever called.
 *
 * A scripted run can end within one turn of the event loop. If the test forgot to await it, the test ends first, but
 * the run may have settled by the time `isDone` is read. So it is not enough that the run has settled. In addition,
 * `then` must have been called, or the run must have settled in an earlier turn of the event loop. In the second case
 * the test could have seen the effects of the run.
 */
class WatchedPromise<T> extends Promise<T> {
  #wasAskedFor = false;
  #hasSettled = false;
  #hasSettledBefore = false;

  /** `then` of a WatchedPromise returns an ordinary Promise. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  static of<T>(promise: Promise<T>): WatchedPromise<T> {
    const watchedPromise = new WatchedPromise<T>((resolve) => resolve(promise));
    const settle = () => {
      watchedPromise.#hasSettled = true;
      // Called after the promise callbacks of the current turn of the event loop.
      nextTick(() => (watchedPromise.#hasSettledBefore = true));
    };
    promise.then(settle, settle);
    return watchedPromise;
  }

  get isDone(): boolean {
    return this.#hasSettled && (this.#wasAskedFor || this.#hasSettledBefore);
  }

  /** `await`, `Promise.all` and `catch` also call `then`. */
  // oxlint-disable-next-line unicorn/no-thenable -- It is a promise.
  override then<Value = T, Failure = never>(
    onFulfilled?: ((value: T) => Value | PromiseLike<Value>) | null,
    onRejected?: ((reason: unknown) => Failure | PromiseLike<Failure>) | null,
  ): Promise<Value | Failure> {
    this.#wasAskedFor = true;
    return super.then(onFulfilled, onRejected);
  }
}

/** An error whose stack begins where the user's code called the library. */
function errorHere(): Error {
  const error = new Error();
  const frames = (error.stack ?? '').split('\n').slice(1);
  const first = frames.findIndex((frame) => !frame.includes(ownFolder) && !frame.includes('<anonymous>'));
  error.stack = frames.slice(Math.max(first, 0)).join('\n');
  return error;
}

/** The folder of this package, as a path. Stacks contain paths or URLs, and the path is part of both. */
const ownFolder = fileURLToPath(new URL('..', import.meta.url));
