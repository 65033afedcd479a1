/**
 * A scenario, or a case of an evaluation, took longer than its `timeoutMs`. The message names the awaited operation.
 */
export class ScenarioTimeoutError extends Error {
  override readonly name = 'ScenarioTimeoutError';
  /** The time limit, in milliseconds of real time. */
  readonly timeoutMs: number;
  /** The operation that was awaited when the time limit was reached: `the tool "look_up"`. */
  readonly awaited: string;

  /** Created by TimeLimit. `what` names the stopped scenario or case, and begins the message. */
  constructor(what: string, timeoutMs: number, awaited: string) {
    super(
      `${what} was stopped after ${timeoutMs} ms, waiting for ${awaited}. Make sure that this ends in time, or raise timeoutMs.`,
    );
    this.timeoutMs = timeoutMs;
    this.awaited = awaited;
  }
}

/**
 * Aborts its signal after `timeoutMs` of real time, with a ScenarioTimeoutError that names the awaited operation.
 * Also aborts it when the outer signal is aborted.
 */
export class TimeLimit implements Disposable {
  readonly signal: AbortSignal;
  readonly #timer: ReturnType<typeof setTimeout>;

  /** `what` names the scenario or case that the limit stops, and begins the message of the error. */
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

  /** Settles as the promise does, or rejects with the signal's reason when the signal is aborted first. */
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
