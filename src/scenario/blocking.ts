import {
  AsyncLocalStorage,
  AsyncResource,
  createHook,
  executionAsyncId,
  type AsyncHook,
} from 'node:async_hooks';
import { performance } from 'node:perf_hooks';
import { watchCalls } from '../engine/run/watch.ts';
import { mustBe } from './rules.ts';

/** Something kept the event loop for longer than a test allows; the message says what, and for how long. */
export class EventLoopBlockedError extends Error {
  override readonly name = 'EventLoopBlockedError';
}

/**
 * Does something, and rejects with an EventLoopBlockedError where a tool, a hook or the instructions of an agent kept the
 * event loop for longer than so many milliseconds at once: in that time nothing else went on, no other conversation and no
 * time-out. What rejects of its own does so.
 *
 * It is real time that is measured, which on a busy machine is more than a call took: leave room.
 */
export async function withoutBlocking<T>(maxBlockMs: number, action: () => T | PromiseLike<T>): Promise<T> {
  if (!isBlockLimit(maxBlockMs))
    throw mustBe('The first argument of withoutBlocking', blockLimitRule, maxBlockMs);
  using watch = new BlockWatch(maxBlockMs);
  const result = await watch.within(action);
  const [first] = watch.problems();
  if (first !== undefined) throw new EventLoopBlockedError(first);
  return result;
}

const isBlockLimit = (value: unknown) => typeof value === 'number' && value > 0;

/** What a limit is. */
export const blockLimitRule = ['a number of milliseconds above 0', isBlockLimit] as const;

interface Block {
  longestMs: number;
  count: number;
}

/** Which watch calls belong to: several may be open at once. */
const scope = new AsyncLocalStorage<BlockWatch>();
let openWatches = 0;
let stopWatching = () => {};

/** Measures how long what the user wrote keeps the event loop, by who it is. */
export class BlockWatch implements Disposable {
  readonly #limitMs: number;
  readonly #hook: AsyncHook;
  /** Who has caused an asynchronous operation, by its id. */
  readonly #owners = new Map<number, string>();
  /** What is running: callbacks can be nested, and the outermost counts. */
  #depth = 0;
  #startedAt = 0;
  readonly #blocks = new Map<string, Block>();

  constructor(limitMs: number) {
    this.#limitMs = limitMs;
    this.#hook = createHook({
      init: (id) => {
        const owner = this.#owners.get(executionAsyncId());
        if (owner !== undefined) this.#owners.set(id, owner);
      },
      before: (id) => {
        if (this.#owners.has(id) && this.#depth++ === 0) this.#startedAt = performance.now();
      },
      after: (id) => {
        const owner = this.#owners.get(id);
        if (owner !== undefined && --this.#depth === 0)
          this.#note(owner, performance.now() - this.#startedAt);
      },
      destroy: (id) => void this.#owners.delete(id),
    }).enable();
    if (openWatches++ === 0)
      stopWatching = watchCalls(({ kind, name }, call) => {
        const watch = scope.getStore();
        const who =
          kind === 'instructions' ? `The instructions of the agent "${name}"` : `The ${kind} "${name}"`;
        return watch ? watch.call(who, call) : call();
      });
  }

  /** Does something whose calls are this watch's. */
  within<T>(action: () => T): T {
    return scope.run(this, action);
  }

  /** Calls somebody, and takes note of how long that, and what comes of it later, keeps the event loop. */
  call<T>(who: string, call: () => T): T {
    const resource = new AsyncResource('swarmcheck.watched');
    this.#owners.set(resource.asyncId(), who);
    return resource.runInAsyncScope(call);
  }

  /** What took longer than it may, a sentence each. */
  problems(): string[] {
    return [...this.#blocks].map(([who, { longestMs, count }]) => {
      const often = count === 1 ? '' : `, ${count} times`;
      return `${who} kept the event loop for ${Math.round(longestMs)} ms${often}; at most ${this.#limitMs} ms are allowed. In that time nothing else goes on, no other conversation and no time-out. Make it asynchronous, or move it to a worker thread (workerTool of "swarmcheck/worker").`;
    });
  }

  [Symbol.dispose](): void {
    this.#hook.disable();
    if (--openWatches === 0) stopWatching();
  }

  #note(who: string, ms: number): void {
    if (ms <= this.#limitMs) return;
    const known = this.#blocks.get(who);
    this.#blocks.set(who, {
      longestMs: Math.max(ms, known?.longestMs ?? 0),
      count: (known?.count ?? 0) + 1,
    });
  }
}
