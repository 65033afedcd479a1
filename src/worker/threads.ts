import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Piscina } from 'piscina';
import type { ThreadAnswer, Started, Task } from './thread-answer.ts';
import { endOf, errorWords } from './end-of.ts';
import type { perform } from './thread.ts';
import { ThreadTimer } from './thread-timer.ts';
import { Turns } from './turns.ts';
import { sentence } from '../engine/values/error-facts.ts';
import { MissingPackageError } from '../engine/values/missing-package-error.ts';
import { WorkerToolError } from './worker-tool-error.ts';

/** How long a thread may take to start and to load a module. */
const loadLimitMs = 60_000;

/** A call that a thread runs, or will run. */
interface RunningCall {
  hasStarted: boolean;
  readonly limit: ThreadTimer;
  readonly timeoutMs: number;
  readonly stop: AbortController;
}

/**
 * A pool of threads for all worker tools whose modules are of the same kind (TypeScript or JavaScript). It has as
 * many threads as the machine runs in parallel, each with one call at a time. Calls start in the order in which they
 * were made. The threads do not keep the process alive, and end with it.
 */
class Threads {
  readonly #pool: Piscina<Task, Awaited<ReturnType<typeof perform>>>;
  readonly #turns = new Turns(availableParallelism());
  readonly #calls = new Map<number, RunningCall>();
  #lastId = 0;

  constructor(Pool: typeof Piscina) {
    const here = import.meta.url;
    // When this package runs from its sources, thread.ts is loaded as TypeScript.
    const isSource = here.endsWith('.ts');
    const require = createRequire(here);
    this.#pool = new Pool({
      filename: fileURLToPath(isSource ? new URL('./thread.ts', here) : new URL('./thread.js', here)),
      name: 'perform',
      minThreads: 0,
      maxThreads: availableParallelism(),
      idleTimeout: Infinity,
      // With atomics, a thread would block while it waits for a call, and work that its last call left behind could
      // not continue.
      atomics: 'disabled',
      recordTiming: false,
      ...(isSource && { execArgv: ['--require', require.resolve('tsx/cjs')] }),
    });
    this.#pool.on('message', (message: unknown) => this.#onMessage(message));
    this.#pool.on('error', (error: unknown) => this.#onIdleError(error));
  }

  /**
   * Returns the thread's answer. Rejects with an error that says why the thread gave none, or with the signal's
   * reason.
   */
  async call(task: Omit<Task, 'id'>, signal: AbortSignal, timeoutMs: number): Promise<ThreadAnswer> {
    await this.#turns.take();
    const id = ++this.#lastId;
    const stop = new AbortController();
    const limit = new ThreadTimer();
    const onAbort = () => stop.abort(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      signal.throwIfAborted();
      const late = sentence`Its module ${{ file: task.shownModule }} was not loaded within ${{ timeoutMs: loadLimitMs }} ms.`;
      limit.begin(loadLimitMs, () => stop.abort(new WorkerToolError('not-loaded', late)));
      this.#calls.set(id, { hasStarted: false, limit, timeoutMs, stop });
      return await this.#pool.run({ ...task, id }, { signal: stop.signal });
    } catch (error) {
      signal.throwIfAborted();
      throw stop.signal.aborted ? stop.signal.reason : endOf(error, task);
    } finally {
      limit.stop();
      signal.removeEventListener('abort', onAbort);
      this.#calls.delete(id);
      this.#turns.give();
    }
  }

  /** Starts the time limit of a call when its function begins, so that the start of a thread does not count. */
  #onMessage(message: unknown): void {
    const { swarmcheckStarted: id } = (message ?? {}) as Partial<Started>;
    const call = id === undefined ? undefined : this.#calls.get(id);
    if (!call) return;
    const { limit, timeoutMs, stop } = call;
    call.hasStarted = true;
    limit.begin(timeoutMs, () =>
      stop.abort(
        new WorkerToolError(
          'no-answer',
          sentence`It did not finish within ${{ timeoutMs }} ms (timeoutMs), and its thread was ended.`,
        ),
      ),
    );
  }

  /**
   * Handles the end of a thread that had no call: before its first one, or because of work that a call left behind.
   */
  #onIdleError(error: unknown): void {
    const waiting = [...this.#calls.values()].filter(({ hasStarted }) => !hasStarted);
    const words = errorWords(error);
    for (const { stop } of waiting)
      stop.abort(
        new WorkerToolError('not-started', sentence`Its worker thread could not be started: ${words}`, {
          cause: error,
        }),
      );
    if (waiting.length === 0)
      process.emitWarning(
        `A worker thread of a tool ended between two calls because of an uncaught error: ${words}`,
      );
  }
}

/**
 * TypeScript modules have their own threads. Once tsx is loaded in a thread, tsx would also resolve the imports of
 * JavaScript modules, and might find other files than Node does.
 */
const threads = new Map<boolean, Promise<Threads>>();

/** The pool of threads for TypeScript modules or for JavaScript modules. The first call creates it. */
export function threadsFor(isTypeScript: boolean): Promise<Threads> {
  const known = threads.get(isTypeScript);
  if (known) return known;
  const made = import('piscina').then(
    ({ Piscina: Pool }) => new Threads(Pool),
    (cause: unknown) => {
      throw new MissingPackageError('A tool in a worker thread', 'piscina', { cause });
    },
  );
  threads.set(isTypeScript, made);
  return made;
}
