import type { Agent } from '../tools/agent.ts';
import { mayHave, unknownIn, unknownWords } from '../values/known-fields.ts';
import { isPromiseLike } from '../values/promise.ts';
import { valueWords } from '../values/value-words.ts';
import type { ChatCompletion, CompletionRequest } from '../model/provider.ts';
import { callWatcher } from './watch.ts';
import { sentence } from '../values/error-facts.ts';
import { UsageError } from '../values/engine-errors.ts';

/**
 * Functions that are called before and after every model call and every tool that is executed. They may be async.
 * They are awaited in the order given, and their events are read-only. A hook that throws ends the run with that
 * error. A tool call that is answered without executing the tool (unknown tool, invalid arguments) reaches no hook;
 * it is in the trace.
 */
export interface Hooks {
  /** Called before each request; `request` is a frozen copy of what the provider gets. */
  beforeModel?(event: { agent: Agent; request: CompletionRequest; turn: number }): void | Promise<void>;
  /** Called after each answer; a streamed answer is folded into one completion. */
  afterModel?(event: { agent: Agent; completion: ChatCompletion; turn: number }): void | Promise<void>;
  /** Called before a tool is executed. `args` is the parsed JSON, before the tool's schema transforms it. */
  beforeTool?(event: {
    agent: Agent;
    name: string;
    args: unknown;
    toolCallId: string;
    turn: number;
  }): void | Promise<void>;
  /** Called after a tool was executed; `error` is the value it threw, if it threw. */
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

/** The hooks of a Swarm as a list. Throws a TypeError for an unknown hook, and for one that is not a function. */
export function hooksOf(given: Hooks | readonly Hooks[] | undefined): readonly Hooks[] {
  if (given === undefined) return [];
  const list: readonly Hooks[] = [given].flat();
  list.forEach(assertValidHooks);
  return list;
}

function assertValidHooks(hooks: unknown): void {
  if (!mayHave(hooks, hookNames)) {
    throw new UsageError(
      sentence`The ${{ field: 'hooks' }} of ${{ where: 'a Swarm' }} must be ${{ expected: 'an object of hook functions, or a list of such objects' }}, not ${{ given: valueWords(hooks) }}. Its hooks: ${{ known: hookNames }}.`,
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

/** Calls one hook of each object, in order, and awaits each before the next. */
export function* callHooks<Name extends keyof Hooks>(
  hooks: readonly Hooks[],
  name: Name,
  event: Parameters<NonNullable<Hooks[Name]>>[0],
): Generator<PromiseLike<unknown>, void, unknown> {
  Object.freeze(event);
  for (const hook of hooks) {
    // The type of the event follows from the hook's name, but the compiler cannot infer that for a union of names.
    const called = hook[name] as ((event: unknown) => unknown) | undefined;
    const pending =
      called && callWatcher
        ? callWatcher({ kind: 'hook', name }, () => called.call(hook, event))
        : called?.call(hook, event);
    if (isPromiseLike(pending)) yield pending;
  }
}
