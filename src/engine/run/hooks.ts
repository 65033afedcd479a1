import type { Agent } from '../tools/agent.ts';
import { mayHave, unknownIn, unknownWords } from '../values/known-fields.ts';
import { isPromiseLike } from '../values/promise.ts';
import { valueWords } from '../values/value-words.ts';
import type { ChatCompletion, CompletionRequest } from '../model/provider.ts';
import { callWatcher } from './watch.ts';
import { sentence } from '../values/error-facts.ts';
import { UsageError } from '../values/engine-errors.ts';

/**
 * Called around every model call and every tool that is executed. Sync or async, awaited, in the
 * order given; events are read-only. One that throws ends the run with that error. Calls that are
 * answered without executing anything (unknown tool, invalid arguments) reach no hook; they are in
 * the trace.
 */
export interface Hooks {
  /** Before each request; the request is the one the provider gets. */
  beforeModel?(event: { agent: Agent; request: CompletionRequest; turn: number }): void | Promise<void>;
  /** After each answer, streamed ones folded to one completion. */
  afterModel?(event: { agent: Agent; completion: ChatCompletion; turn: number }): void | Promise<void>;
  /** Before a tool is executed, with its parsed arguments. */
  beforeTool?(event: {
    agent: Agent;
    name: string;
    args: unknown;
    toolCallId: string;
    turn: number;
  }): void | Promise<void>;
  /** After a tool was executed; `error` is what it threw, when it did. */
  afterTool?(event: {
    agent: Agent;
    name: string;
    content: string;
    error?: unknown;
    toolCallId: string;
    turn: number;
  }): void | Promise<void>;
}

const hookNames: readonly (keyof Hooks)[] = ['beforeModel', 'afterModel', 'beforeTool', 'afterTool'];

/** The hooks of a Swarm as a list. Throws a TypeError for what would never be called, or could not be. */
export function hooksOf(given: Hooks | readonly Hooks[] | undefined): readonly Hooks[] {
  if (given === undefined) return [];
  const list: readonly Hooks[] = [given].flat();
  list.forEach(assertValidHooks);
  return list;
}

function assertValidHooks(hooks: unknown): void {
  if (!mayHave(hooks, hookNames)) {
    throw new UsageError(
      sentence`The ${{ field: 'hooks' }} of ${{ where: 'a Swarm' }} must be ${{ expected: 'an object with functions, or a list of such' }}, not ${{ given: valueWords(hooks) }}. Its hooks: ${{ known: hookNames }}.`,
    );
  }
  const unknown = unknownIn(hooks, hookNames);
  if (unknown !== undefined)
    throw new UsageError(
      sentence`${{ where: 'A Swarm' }} has no ${unknownWords('hook', unknown, hookNames)}`,
    );
  for (const name of hookNames) {
    const hook: unknown = (hooks as Hooks)[name];
    if (hook !== undefined && typeof hook !== 'function')
      throw new UsageError(
        sentence`The hook "${{ field: name }}" of ${{ where: 'a Swarm' }} must be ${{ expected: 'a function' }}, but is ${{ given: valueWords(hook) }}.`,
      );
  }
}

/** One hook of each, in order; each is awaited before the next. */
export function* callHooks<Name extends keyof Hooks>(
  hooks: readonly Hooks[],
  name: Name,
  event: Parameters<NonNullable<Hooks[Name]>>[0],
): Generator<PromiseLike<unknown>, void, unknown> {
  Object.freeze(event);
  for (const hook of hooks) {
    // The event's type follows from the hook's name, which the compiler cannot see through the union.
    const called = hook[name] as ((event: unknown) => unknown) | undefined;
    const pending =
      called && callWatcher
        ? callWatcher({ kind: 'hook', name }, () => called.call(hook, event))
        : called?.call(hook, event);
    if (isPromiseLike(pending)) yield pending;
  }
}
