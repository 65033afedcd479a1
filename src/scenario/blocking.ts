import { AsyncLocalStorage, AsyncResource, createHook, executionAsyncId } from 'node:async_hooks';
import { performance } from 'node:perf_hooks';
import { fact, type Sentence } from '../engine/values/error-facts.ts';
import { addFacts } from '../engine/values/engine-errors.ts';
import { watchCalls } from '../engine/run/watch.ts';
import { mustBe } from './rules.ts';

/**
 * Code under test blocked the event loop for longer than the test allows. The message says which code blocked it, and
 * for how long.
 */
export class EventLoopBlockedError extends Error {
  override readonly name = 'EventLoopBlockedError';
  /** The name of the tool, if a tool blocked the event loop. */
  declare readonly tool?: string;
  /** The name of the hook, if a hook blocked the event loop. */
  declare readonly hook?: string;
  /** The name of the agent, if its instructions blocked the event loop. */
  declare readonly agent?: string;
  /** How long the longest block took, in real milliseconds. */
  readonly blockedMs: number;
  /** How many blocks were too long. */
  readonly blocks: number;
  /** The limit for one block, in milliseconds. */
  readonly maxBlockMs: number;

  /** @internal Created by BlockWatch. */
  constructor(
    who: Sentence,
    { blockedMs, blocks, maxBlockMs }: Pick<EventLoopBlockedError, 'blockedMs' | 'blocks' | 'maxBlockMs'>,
  ) {
    const often = blocks === 1 ? '' : `, the longest of ${blocks} blocks`;
    super(
      `${who.text} blocked the event loop for ${Math.round(blockedMs)} ms${often}; the limit is ${maxBlockMs} ms. During a block nothing else can run, not even another conversation or a timeout. Make it wait for a timer, a file or an answer in between (await alone is not enough), or move it to a worker thread (workerTool of "swarmcheck/worker").`,
    );
    addFacts(this, who);
    this.blockedMs = blockedMs;
    this.blocks = blocks;
    this.maxBlockMs = maxBlockMs;
  }
}

/**
 * Runs `action` and returns its result. Rejects with an EventLoopBlockedError if a tool, a hook or the instructions
 * of an agent blocked the event loop for longer than `maxBlockMs` milliseconds. A block is the time that the code
 * takes within one turn of the event loop. During a block nothing else can run, not even another conversation or a
 * timeout. `await` alone does not end a block; waiting for a timer, a file or an answer does. If `action` rejects,
 * its error is passed on.
 *
 * A block is measured in real time. On a busy machine that is longer than the code itself needs, so choose a limit
 * with room to spare.
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

/** The rule for a block limit. */
export const blockLimitRule = ['a number of milliseconds above 0', isBlockLimit] as const;

interface Block {
  readonly who: Sentence;
  longestMs: number;
  count: number;
}

/** The code that caused an asynchronous operation, and the BlockWatch that measures it. */
interface Owner {
  readonly watch: BlockWatch;
  readonly who: Sentence;
}

/** The real `setImmediate`, saved before a test can replace it with a fake. */
const { setImmediate: inNextTurn } = globalThis;

/** The BlockWatch that measures the current calls. Several can be open at once. */
const scope = new AsyncLocalStorage<BlockWatch>();
/**
 * The owners of asynchronous operations, by async id. Every BlockWatch uses this map, so that the current operation
 * is looked up once.
 */
const owners = new Map<number, Owner>();
/** How many measured callbacks are running. They can be nested; the outermost one is measured. */
let depth = 0;
let startedAt = 0;
/** How long the callbacks of each owner have run in this turn of the event loop. */
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

/**
 * Adds up the times of the callbacks that follow each other within one turn of the event loop. These callbacks are
 * one block, because nothing else can run between them, even if they wait with `await null`.
 */
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

/**
 * Measures how long code under test blocks the event loop, separately for each tool, each hook and the instructions
 * of each agent.
 */
export class BlockWatch implements Disposable {
  readonly #limitMs: number;
  /** The BlockWatch within which this one was opened. It gets the same measurements. */
  readonly #outer = scope.getStore();
  readonly #blocks = new Map<string, Block>();

  constructor(limitMs: number) {
    this.#limitMs = limitMs;
    open();
  }

  /** Runs an action whose calls this watch measures. */
  within<T>(action: () => T): T {
    return scope.run(this, action);
  }

  /** Makes a call, and measures how long it, and the callbacks that it causes later, block the event loop. */
  call<T>(who: Sentence, call: () => T): T {
    const resource = new AsyncResource('swarmcheck.watched');
    owners.set(resource.asyncId(), { watch: this, who });
    return resource.runInAsyncScope(call);
  }

  /** One error for each tool, hook or other code that exceeded the limit. */
  problems(): EventLoopBlockedError[] {
    // Count the current turn too, although it has not ended.
    endTurn();
    return Array.from(
      this.#blocks.values(),
      ({ who, longestMs, count }) =>
        new EventLoopBlockedError(who, { blockedMs: longestMs, blocks: count, maxBlockMs: this.#limitMs }),
    );
  }

  /** Records a time as a block, if it is longer than the limit. */
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
