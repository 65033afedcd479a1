import type { ErrorFacts } from '../engine/values/error-facts.ts';

/** The part of a scenario that took longest. */
export interface LongestPart extends Partial<Pick<ErrorFacts, 'tool' | 'agent'>> {
  /** Its name in messages: `the tool "look_up" (turn 1)`. */
  readonly what: string;
  /** How long it took, in milliseconds. Undefined if it was the whole time. */
  readonly ms?: number | undefined;
}

/**
 * A scenario, or a case of an evaluation, took longer than its `timeoutMs`. The message names the operation that was
 * awaited. If the time was used up by code that does not wait, it ends late, and the message names what took longest. Such
 * code may take 250 ms longer than the limit, because of other work on the machine.
 */
export class ScenarioTimeoutError extends Error {
  override readonly name = 'ScenarioTimeoutError';
  /** The time limit, in milliseconds of real time. */
  readonly timeoutMs: number;
  /** The operation that was awaited when the time limit was reached, or that took longest: `the tool "look_up"`. */
  readonly awaited: string;
  /** The tool that took longest, if the time limit was noticed only afterwards. */
  declare readonly tool?: string;
  /** The agent that took longest, or whose tool did, if the time limit was noticed only afterwards. */
  declare readonly agent?: string;
  /** How long everything took, in milliseconds, if the time limit was noticed only afterwards. */
  declare readonly elapsedMs?: number;
  /** How long `awaited` took, in milliseconds, if the time limit was noticed only afterwards. */
  declare readonly longestMs?: number;

  /** @internal Created by TimeLimit. `what` names the scenario or case, and begins the message. */
  constructor(
    what: string,
    timeoutMs: number,
    awaited: string,
    late?: { part: LongestPart; elapsedMs: number },
  ) {
    super(
      late
        ? `${what} took ${Math.ceil(late.elapsedMs)} ms, and its limit is ${timeoutMs} ms. Longest: ${awaited}, ${Math.ceil(late.part.ms ?? late.elapsedMs)} ms. Make sure that this ends in time, or raise timeoutMs.`
        : `${what} was stopped after ${timeoutMs} ms, waiting for ${awaited}. Make sure that this ends in time, or raise timeoutMs.`,
    );
    this.timeoutMs = timeoutMs;
    this.awaited = awaited;
    if (!late) return;
    const { part, elapsedMs } = late;
    if (part.tool !== undefined) this.tool = part.tool;
    if (part.agent !== undefined) this.agent = part.agent;
    this.elapsedMs = elapsedMs;
    this.longestMs = part.ms ?? elapsedMs;
  }
}

/** Whether this is the error of work that ended, but took longer than its limit. */
export function isLate(error: unknown): error is ScenarioTimeoutError {
  return error instanceof ScenarioTimeoutError && error.elapsedMs !== undefined;
}

/** The real `setTimeout`, read before a test installs fake timers. */
const { setTimeout: realSetTimeout } = globalThis;

/** The time in milliseconds, or NaN while timers are fake: the limit then passes only on the clock of the test. */
export function realTime(): number {
  return globalThis.setTimeout === realSetTimeout ? performance.now() : Number.NaN;
}

/** How much longer than its limit work may take that never waits. On a busy machine, quick work may take this long. */
const toleratedMs = 250;

/** How a TimeLimit is named in its error. */
interface TimeLimitWords {
  /** Names the scenario or case, and begins the message. Default: "The scenario". */
  what?: string;
  /** The part that took longest so far. Default: the awaited operation, with the whole time. */
  longest?: () => LongestPart | undefined;
}

/**
 * Aborts its signal after `timeoutMs` of real time, with a ScenarioTimeoutError that names the awaited operation.
 * Also aborts it when the outer signal is aborted.
 *
 * A timer cannot fire while code computes, or waits only for promises. So the caller compares the time with the limit when
 * the work ends: with `within`, or with `assertInTime`.
 */
export class TimeLimit implements Disposable {
  readonly signal: AbortSignal;
  readonly #timer: ReturnType<typeof setTimeout>;
  readonly #timeoutMs: number;
  readonly #awaited: () => string;
  readonly #words: TimeLimitWords;
  readonly #startedAt = realTime();

  constructor(
    timeoutMs: number,
    outer: AbortSignal | undefined,
    awaited: () => string,
    words: TimeLimitWords = {},
  ) {
    this.#timeoutMs = timeoutMs;
    this.#awaited = awaited;
    this.#words = words;
    const controller = new AbortController();
    this.signal = outer ? AbortSignal.any([controller.signal, outer]) : controller.signal;
    this.#timer = setTimeout(() => {
      controller.abort(new ScenarioTimeoutError(words.what ?? 'The scenario', timeoutMs, awaited()));
    }, timeoutMs);
  }

  /** The error for work that took more than 250 ms longer than the limit; undefined if it did not. */
  get overrun(): ScenarioTimeoutError | undefined {
    const elapsedMs = realTime() - this.#startedAt;
    if (!(elapsedMs > this.#timeoutMs + toleratedMs)) return undefined;
    const { what = 'The scenario', longest } = this.#words;
    const part = longest?.() ?? { what: this.#awaited() };
    return new ScenarioTimeoutError(what, this.#timeoutMs, part.what, { part, elapsedMs });
  }

  /** Throws a ScenarioTimeoutError if the work took longer than the limit, even if no timer could fire. */
  assertInTime(): void {
    const { overrun } = this;
    if (overrun) throw overrun;
  }

  /**
   * Settles as the promise does, or rejects with the signal's reason when the signal is aborted first. Rejects with a
   * ScenarioTimeoutError if the promise resolves too late.
   */
  async within<T>(promise: T | PromiseLike<T>): Promise<T> {
    const { signal } = this;
    signal.throwIfAborted();
    let stop: (() => void) | undefined;
    const aborted = new Promise<never>((_resolve, reject) => {
      stop = () => reject(signal.reason as Error);
      signal.addEventListener('abort', stop, { once: true });
    });
    try {
      const value = await Promise.race([promise, aborted]);
      this.assertInTime();
      return value;
    } finally {
      if (stop) signal.removeEventListener('abort', stop);
    }
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}
