import { fileURLToPath } from 'node:url';
import { watchRuns } from '../engine/run/watch.ts';
import { isMisfit } from '../script/script-errors.ts';
import type { ScenarioRun } from '../scenario/scenario.ts';
import { currentPlace, within, type CurrentTest, type StartedRun } from './current-test.ts';

/** Before fake timers replace it. */
const nextTick = process.nextTick.bind(process);

/** From now on the runs that a test starts are noted with it. */
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

/** A scenario whose script did not fit resolves all the same; who looks at nothing but the effects of its tools would not see it. */
function noteMisfit(test: CurrentTest, value: unknown): void {
  const { failures, error } = ((typeof value === 'object' ? value : undefined) ?? {}) as Partial<ScenarioRun>;
  if (!Array.isArray(failures)) return;
  const misfit = [error, ...failures.map(({ cause }) => cause)].find(isMisfit);
  if (misfit) test.misfits.push(misfit);
}

/** Fails for runs that nobody waited for. A run that such a run started is its business. */
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
      ? `The test ended, and nobody had waited for ${first.what()}. Is an "await" missing? It was started here.`
      : `The test ended, and nobody had waited for ${outermost.length} runs: ${outermost.map(({ what }) => what()).join(', ')}. Is an "await" missing? The first was started here.`;
  error.stack = `${error.name}: ${error.message}\n${error.stack}`;
  throw error;
}

/**
 * A promise that knows whether anybody ever asked for its value.
 *
 * A scripted run is over within the same turn of the event loop: a test that forgot to await it has ended before it, but its
 * end is looked at later. So a run counts as waited for when it has settled and somebody had asked for its value, or when it
 * had settled in an earlier turn, where the test could have seen what it did. (nextTick comes when a turn's promises are done.)
 */
class WatchedPromise<T> extends Promise<T> {
  #wasAskedFor = false;
  #hasSettled = false;
  #hasSettledBefore = false;

  /** What is chained to it is an ordinary promise. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  static of<T>(promise: Promise<T>): WatchedPromise<T> {
    const watchedPromise = new WatchedPromise<T>((resolve) => resolve(promise));
    const settle = () => {
      watchedPromise.#hasSettled = true;
      nextTick(() => (watchedPromise.#hasSettledBefore = true));
    };
    promise.then(settle, settle);
    return watchedPromise;
  }

  get isDone(): boolean {
    return this.#hasSettled && (this.#wasAskedFor || this.#hasSettledBefore);
  }

  /** `await`, `Promise.all` and `catch` come by here, too. */
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

/** Of this package, as it stands in stacks: as a path or as an URL. */
const ownFolder = fileURLToPath(new URL('..', import.meta.url));
