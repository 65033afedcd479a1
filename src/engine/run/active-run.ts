import type { ContextVariables } from '../tools/agent.ts';
import { ownContext } from './context.ts';
import type { RecordedEvent, StopReason } from './events.ts';
import { runLoop } from './loop.ts';
import type { RunInput, RunState, StreamPiece } from './run-state.ts';
import { outcomeOf, producedMessages, rememberFailure, RunResponse, type Response } from './run-record.ts';
import { isPromiseLike } from '../values/promise.ts';

/**
 * Drives a loop: waits for the promises it yields, keeps its events, and hands out the chunks of a stream.
 *
 * Written with callbacks. An abort must drop the pending promise at once, and `Promise.race` for every promise would
 * cost more than the loop itself.
 */
export class ActiveRun {
  readonly events: RecordedEvent[];
  readonly #state: RunState;
  readonly #loop: ReturnType<typeof runLoop>;
  readonly #onEvent: ((event: RecordedEvent) => void) | undefined;
  #response: Response | undefined;
  #resolve: (piece: StreamPiece | undefined) => void = () => {};
  #reject: (error: unknown) => void = () => {};
  /** After an abort, the pending promise may still settle. Its result is ignored. */
  #abandoned = false;
  readonly #onValue = (value: unknown) => {
    if (!this.#abandoned) this.#pump('next', value);
  };
  readonly #onError = (error: unknown) => {
    if (!this.#abandoned) this.#pump('throw', error);
  };
  readonly #onAbort = () => {
    if (!this.#waiting) return;
    this.#abandoned = true;
    this.#pump('throw', this.#state.signal?.reason);
  };
  #finished = false;
  #listening = false;
  /** Whether the loop is waiting for a promise, so that an abort can end the run at once. */
  #waiting = false;

  constructor(state: RunState, onEvent?: (event: RecordedEvent) => void, loop = runLoop(state)) {
    this.#state = state;
    this.events = state.events;
    this.#loop = loop;
    this.#onEvent = onEvent;
  }

  /** What the answers to the calls of an interrupted run need to know about the run. */
  get input(): RunInput {
    return this.#state;
  }

  /** The run's result. It exists once `advance` has reached the end. */
  get response(): Response {
    return this.#response!;
  }

  /**
   * Runs on to the next chunk of a stream and resolves to it, or to undefined at the end of the run. Rejects when the
   * run does.
   */
  advance(): Promise<StreamPiece | undefined> {
    // The constructor does not add this listener. A run that is never read would never remove it, which would be a
    // memory leak.
    if (!this.#listening) this.#state.signal?.addEventListener('abort', this.#onAbort, { once: true });
    this.#listening = true;
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      this.#pump('next', undefined);
    });
  }

  /**
   * Ends a run that is not read to its end: closes the provider's stream, and starts no further request or tool.
   * Waits for the provider, but only until the run is aborted.
   */
  async close(): Promise<void> {
    if (this.#finished) return;
    this.#finished = true;
    this.#loop.return('completed');
    const { closing, signal } = this.#state;
    if (closing && signal) {
      await new Promise<unknown>((resolve, reject) => {
        signal.addEventListener('abort', resolve, { once: true });
        closing.then(resolve, reject).finally(() => signal.removeEventListener('abort', resolve));
        if (signal.aborted) resolve(undefined);
      }).finally(() => this.#release());
    } else {
      this.#release();
      await closing;
    }
  }

  /** Runs the loop until it has to wait, has a chunk to hand out, or ends. */
  #pump(how: 'next' | 'throw', sent: unknown): void {
    this.#waiting = false;
    try {
      let item = how === 'next' ? this.#loop.next(sent) : this.#loop.throw(sent);
      while (!item.done) {
        const { value } = item;
        if (isPromiseLike(value)) {
          // A thenable that is not a Promise may call back synchronously or twice.
          const promise = value instanceof Promise ? value : Promise.resolve(value);
          const { signal } = this.#state;
          // The code that made the promise aborted the run. No abort event will follow, so the loop must not wait for
          // the promise.
          if (signal?.aborted) this.#abandoned = true;
          promise.then(this.#onValue, this.#onError);
          if (!signal?.aborted) {
            this.#waiting = true;
            return;
          }
          item = this.#loop.throw(signal.reason);
          continue;
        }
        if (value.type === 'stream-delta' || value.type === 'stream-delim') {
          this.#resolve(value);
          return;
        }
        this.events.push(value);
        this.#onEvent?.(value);
        item = this.#loop.next();
      }
      this.#finish(item.value);
      this.#resolve(undefined);
    } catch (error) {
      this.#fail(error);
      this.#reject(error);
    }
  }

  #finish(stopReason: StopReason): void {
    this.#finished = true;
    this.#response = new RunResponse(this, this.#state.agent, this.#state.contextVariables, stopReason);
    this.#release();
  }

  #fail(error: unknown): void {
    this.#finished = true;
    // The run rejects with the error that ended it. An error from closing its stream is ignored.
    this.#state.closing?.catch(() => {});
    const outcome = outcomeOf(this.events) === 'aborted' ? 'aborted' : 'failed';
    const { agent } = this.#state;
    // The partial response gets a copy of the context, because a tool that still runs after an abort may write into
    // the run's own.
    const contextVariables = this.#contextNow();
    rememberFailure(error, this, {
      messages: producedMessages(this.events),
      agent,
      contextVariables,
      outcome,
    });
    this.#release();
  }

  #contextNow(): ContextVariables {
    const { contextVariables } = this.#state;
    try {
      return ownContext(contextVariables);
    } catch {
      // A tool put a value into the context that cannot be copied. The run still rejects with the error that ended
      // it.
      return contextVariables;
    }
  }

  #release(): void {
    this.#state.signal?.removeEventListener('abort', this.#onAbort);
  }
}
