import { AsyncLocalStorage, AsyncResource, createHook, executionAsyncId } from 'node:async_hooks';
import { performance } from 'node:perf_hooks';
import { fact, type Sentence } from '../engine/values/error-facts.ts';
import { addFacts } from '../engine/values/engine-errors.ts';
import { watchCalls } from '../engine/run/watch.ts';
import { mustBe } from './rules.ts';

/** Something kept the event loop for longer than a test allows; the message says what, and for how long. */
export class EventLoopBlockedError extends Error {
  override readonly name = 'EventLoopBlockedError';
  /** The name of the tool, where a tool kept the event loop. */
  declare readonly tool?: string;
  /** The name of the hook, where a hook did. */
  declare readonly hook?: string;
  /** The name of the agent, where its instructions did. */
  declare readonly agent?: string;
  /** How long the longest block took, in real milliseconds. */
  readonly blockedMs: number;
  /** How many blocks were too long. */
  readonly blocks: number;
  /** How long a block may take. */
  readonly maxBlockMs: number;

  /** @internal Made by what measures. */
  constructor(
    who: Sentence,
    { blockedMs, blocks, maxBlockMs }: Pick<EventLoopBlockedError, 'blockedMs' | 'blocks' | 'maxBlockMs'>,
  ) {
    const often = blocks === 1 ? '' : `, ${blocks} times`;
    super(
      `${who.text} kept the event loop for ${Math.round(blockedMs)} ms${often}; at most ${maxBlockMs} ms are allowed. In that time nothing else goes on, no other conversation and no time-out. Let it wait for something in between, or move it to a worker thread (workerTool of "swarmcheck/worker").`,
    );
    addFacts(this, who);
    this.blockedMs = blockedMs;
    this.blocks = blocks;
    this.maxBlockMs = maxBlockMs;
  }
}

/**
 * Does something, and rejects with an EventLoopBlockedError where a tool, a hook or the instructions of an agent kept the
 * event loop for longer than so many milliseconds at once, that is between two of its turns: in that time nothing else went
 * on, no other conversation and no time-out. `await` alone is no turn; waiting for a timer, a file or an answer is. What
 * rejects of its own does so.
 *
 * It is real time that is measured, which on a busy machine is more than a call took: leave room.
 */
export async function assertNoBlocking<T>(maxBlockMs: number, action: () => T | PromiseLike<T>): Promise<T> {
  if (!isBlockLimit(maxBlockMs))
    throw mustBe('The first argument of assertNoBlocking', blockLimitRule, maxBlockMs);
  using watch = new BlockWatch(maxBlockMs);
  const result = await watch.within(async () => await action());
  const [first] = watch.problems();
  if (first !== undefined) throw first;
  return result;
}

const isBlockLimit = (value: unknown) => typeof value === 'number' && value > 0;

/** What a limit is. */
export const blockLimitRule = ['a number of milliseconds above 0', isBlockLimit] as const;

interface Block {
  readonly who: Sentence;
  longestMs: number;
  count: number;
}

/** What has caused an asynchronous operation, and which watch it belongs to. */
interface Owner {
  readonly watch: BlockWatch;
  readonly who: Sentence;
}

/** Taken before a test can fake it. */
const { setImmediate: inNextTurn } = globalThis;

/** Which watch calls belong to: several may be open at once. */
const scope = new AsyncLocalStorage<BlockWatch>();
/** By the ids of asynchronous operations: of all watches, so that what goes on is looked at once. */
const owners = new Map<number, Owner>();
/** What is running: callbacks can be nested, and the outermost counts. */
let depth = 0;
let startedAt = 0;
/** How long each has run since the event loop turned. */
let turn: Map<Owner, number> | undefined;

const hook = createHook({
  init(id) {
    const owner = owners.get(executionAsyncId());
    if (owner) owners.set(id, owner);
  },
  before(id) {
    if (owners.has(id) && depth++ === 0) startedAt = performance.now();
  },
  after(id) {
    const owner = owners.get(id);
    if (owner && --depth === 0) add(owner, performance.now() - startedAt);
  },
  destroy: (id) => void owners.delete(id),
});

let openWatches = 0;
let stopWatching = () => {};

function open(): void {
  if (openWatches++ > 0) return;
  hook.enable();
  stopWatching = watchCalls(({ kind, name }, call) => {
    const watch = scope.getStore();
    return watch ? watch.call(whoIs(kind, name), call) : call();
  });
}

function whoIs(kind: 'tool' | 'hook' | 'instructions', name: string): Sentence {
  return kind === 'instructions'
    ? fact({ agent: name }, `The instructions of the agent "${name}"`)
    : fact({ [kind]: name }, `The ${kind} "${name}"`);
}

function close(): void {
  if (--openWatches > 0) return;
  hook.disable();
  owners.clear();
  stopWatching();
}

/** Callbacks that follow each other without a turn of the event loop keep it as one: `await null` lets nobody else go on. */
function add(owner: Owner, ms: number): void {
  if (!turn) {
    turn = new Map();
    inNextTurn(endTurn);
  }
  turn.set(owner, (turn.get(owner) ?? 0) + ms);
}

function endTurn(): void {
  for (const [{ watch, who }, ms] of turn ?? []) watch.note(who, ms);
  turn = undefined;
}

/** Measures how long what the user wrote keeps the event loop, by who it is. */
export class BlockWatch implements Disposable {
  readonly #limitMs: number;
  /** The one within which this one was opened: it is told as well. */
  readonly #outer = scope.getStore();
  readonly #blocks = new Map<string, Block>();

  constructor(limitMs: number) {
    this.#limitMs = limitMs;
    open();
  }

  /** Does something whose calls are this watch's. */
  within<T>(action: () => T): T {
    return scope.run(this, action);
  }

  /** Calls somebody, and takes note of how long that, and what comes of it later, keeps the event loop. */
  call<T>(who: Sentence, call: () => T): T {
    const resource = new AsyncResource('swarmcheck.watched');
    owners.set(resource.asyncId(), { watch: this, who });
    return resource.runInAsyncScope(call);
  }

  /** What took longer than it may. */
  problems(): EventLoopBlockedError[] {
    // The turn that is under way is over for whoever asks.
    endTurn();
    return Array.from(
      this.#blocks.values(),
      ({ who, longestMs, count }) =>
        new EventLoopBlockedError(who, { blockedMs: longestMs, blocks: count, maxBlockMs: this.#limitMs }),
    );
  }

  /** Takes note of how long the event loop was kept. */
  note(who: Sentence, ms: number): void {
    this.#outer?.note(who, ms);
    if (ms <= this.#limitMs) return;
    const known = this.#blocks.get(who.text);
    this.#blocks.set(who.text, {
      who,
      longestMs: Math.max(ms, known?.longestMs ?? 0),
      count: (known?.count ?? 0) + 1,
    });
  }

  [Symbol.dispose](): void {
    close();
  }
}
