/** A scenario, or a case that is evaluated, took longer than its `timeoutMs`; the message names what was awaited. */
export class ScenarioTimeoutError extends Error {
  override readonly name = 'ScenarioTimeoutError';
  /** How long it was allowed to take, in real milliseconds. */
  readonly timeoutMs: number;
  /** What was awaited when the time was over: `the tool "look_up"`. */
  readonly awaited: string;

  /** Made by what has the time limit; `what` was stopped, and begins the sentence. */
  constructor(what: string, timeoutMs: number, awaited: string) {
    super(
      `${what} was stopped after ${timeoutMs} ms, waiting for ${awaited}. Make what it waits for finish, or raise timeoutMs.`,
    );
    this.timeoutMs = timeoutMs;
    this.awaited = awaited;
  }
}

/**
 * Aborts its signal after a real time, with a ScenarioTimeoutError that says what was awaited then,
 * or when the signal it was given is aborted.
 */
export class TimeLimit implements Disposable {
  readonly signal: AbortSignal;
  readonly #timer: ReturnType<typeof setTimeout>;

  /** `what` is stopped, as the beginning of a sentence. */
  constructor(
    timeoutMs: number,
    outer: AbortSignal | undefined,
    awaited: () => string,
    what = 'The scenario',
  ) {
    const controller = new AbortController();
    this.signal = outer ? AbortSignal.any([controller.signal, outer]) : controller.signal;
    this.#timer = setTimeout(() => {
      controller.abort(new ScenarioTimeoutError(what, timeoutMs, awaited()));
    }, timeoutMs);
  }

  /** The promise, but no longer than until the signal is aborted: then it rejects with its reason. */
  async within<T>(promise: T | PromiseLike<T>): Promise<T> {
    const { signal } = this;
    signal.throwIfAborted();
    let stop: (() => void) | undefined;
    const aborted = new Promise<never>((_resolve, reject) => {
      stop = () => reject(signal.reason as Error);
      signal.addEventListener('abort', stop, { once: true });
    });
    try {
      return await Promise.race([promise, aborted]);
    } finally {
      if (stop) signal.removeEventListener('abort', stop);
    }
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}
