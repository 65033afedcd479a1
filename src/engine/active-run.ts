import { copyData } from './copy.ts';
import type { RecordedEvent, StopReason } from './events.ts';
import { runLoop, type LoopItem, type RunState, type StreamPiece } from './loop.ts';
import { outcomeOf, producedMessages, rememberFailure, RunResponse, type Response } from './run-record.ts';
import { isPromiseLike } from './tool-call.ts';

/**
 * Drives a loop: waits for the promises it yields, keeps the events, hands out the pieces of a
 * stream. An async driver around a plain generator costs half of what an async generator does.
 */
export class ActiveRun {
  /** What happened so far; everything that is said about the run later is read off this list. */
  readonly events: RecordedEvent[] = [];
  readonly #state: RunState;
  readonly #loop: ReturnType<typeof runLoop>;
  readonly #onEvent: ((event: RecordedEvent) => void) | undefined;
  #response: Response | undefined;
  /** Rejects what is being waited for when the run is aborted. */
  #interrupt: ((reason: unknown) => void) | undefined;
  readonly #onAbort = () => this.#interrupt?.(this.#state.signal?.reason);

  constructor(state: RunState, onEvent?: (event: RecordedEvent) => void) {
    this.#state = state;
    this.#loop = runLoop(state);
    this.#onEvent = onEvent;
    state.signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** The run's result; there is one when `advance` has come to the end. */
  get response(): Response {
    return this.#response!;
  }

  /** Goes on to the next piece of a stream, or to the end: then undefined. Rejects when the run does. */
  async advance(): Promise<StreamPiece | undefined> {
    try {
      let item = this.#loop.next();
      while (!item.done) {
        const { value } = item;
        if (isPromiseLike(value)) {
          item = await this.#settle(value);
        } else if (value.type === 'stream-delta' || value.type === 'stream-delim') {
          return value;
        } else {
          this.events.push(value);
          this.#onEvent?.(value);
          item = this.#loop.next();
        }
      }
      this.#finish(item.value);
      return undefined;
    } catch (error) {
      this.#fail(error);
      throw error;
    }
  }

  /** Ends a run that nobody reads on: its provider is told, no further request or tool starts. */
  async close(): Promise<void> {
    let item = this.#loop.return('completed');
    while (!item.done) item = isPromiseLike(item.value) ? await this.#settle(item.value) : this.#loop.next();
    this.#release();
  }

  /** Waits for a promise, but no longer than until the run is aborted, and resumes the loop with what came. */
  async #settle(promise: PromiseLike<unknown>): Promise<IteratorResult<LoopItem, StopReason>> {
    let value: unknown;
    try {
      value = this.#state.signal ? await this.#unlessAborted(promise) : await promise;
    } catch (error) {
      return this.#loop.throw(error);
    }
    return this.#loop.next(value);
  }

  #unlessAborted(promise: PromiseLike<unknown>): Promise<unknown> {
    const { signal } = this.#state;
    return new Promise((resolve, reject) => {
      this.#interrupt = reject;
      promise.then(resolve, reject);
      // A signal that fired while nothing was waited for fires no more.
      if (signal?.aborted) reject(signal.reason);
    });
  }

  #finish(stopReason: StopReason): void {
    this.#response = new RunResponse(this, this.#state.agent, this.#state.contextVariables, stopReason);
    this.#release();
  }

  #fail(error: unknown): void {
    const outcome = outcomeOf(this.events) === 'aborted' ? 'aborted' : 'failed';
    const { agent } = this.#state;
    // A copy of the context: a tool that an abort left behind may still write into the run's own.
    const contextVariables = copyData(this.#state.contextVariables);
    rememberFailure(error, this, { messages: producedMessages(this.events), agent, contextVariables, outcome });
    this.#release();
  }

  #release(): void {
    this.#state.signal?.removeEventListener('abort', this.#onAbort);
  }
}
