/** The code that runs in a thread. It imports little, because every thread loads it again. */
import { parentPort } from 'node:worker_threads';
import { isPlainObject } from '../engine/values/copy.ts';
import { suggested } from '../engine/values/did-you-mean.ts';
import { isError, isNativeError } from '../engine/values/engine-errors.ts';
import { sentence } from '../engine/values/error-facts.ts';
import { isPromiseLike } from '../engine/values/promise.ts';
import { valueWords } from '../engine/values/value-words.ts';
import { hasBrand } from '../engine/tools/brand.ts';
import { isCloneable, thrownAnswer, type ThreadAnswer, type Started, type Task } from './thread-answer.ts';

/** Calls the function that a task names. Never rejects, because an error is returned as an answer, too. */
export async function perform(task: Task): Promise<ThreadAnswer> {
  const found = await functionOf(task);
  if (typeof found !== 'function') return found;
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- Threads have no origin.
  parentPort?.postMessage({ swarmcheckStarted: task.id } satisfies Started);
  let returned: unknown;
  try {
    returned = found(task.args, task.contextVariables);
    if (isPromiseLike(returned)) returned = await returned;
  } catch (error) {
    return thrownAnswer(error);
  }
  return returnedAnswer(returned);
}

function returnedAnswer(returned: unknown): ThreadAnswer {
  const { agent, ...parts } = hasBrand(returned, 'swarmcheck.Result')
    ? (returned as { value: unknown; agent: unknown; contextVariables: object })
    : { value: returned, agent: undefined };
  if (agent !== undefined || hasBrand(returned, 'swarmcheck.Agent')) {
    return {
      problem: 'handoff',
      mistake: sentence`It handed off to an agent. A function in a worker thread cannot do that, because agents stay in the thread of the run. Hand off in a tool of the agent itself.`,
    };
  }
  // Checked here, because a value that cannot be copied would end the thread.
  if (isCloneable(parts)) return parts;
  return {
    problem: 'not-cloneable',
    mistake: sentence`It ran, but returned ${{ given: valueWords(returned) }} that cannot be copied out of its worker thread: only plain data can. Return plain data.`,
  };
}

/** The function of a task, or an answer that says what is wrong with its module. */
async function functionOf(task: Task): Promise<Function | ThreadAnswer> {
  const { module, shownModule, exportName } = task;
  let exported: Readonly<Record<string, unknown>>;
  try {
    // The thread registers tsx itself, because on Node 20 threads do not have the module hooks that their process
    // registered.
    if (task.isTypeScript) await (registration ??= registerTsx());
    exported = exportsOf((await import(module)) as Record<string, unknown>);
  } catch (error) {
    const words = isError(error) && !isNativeError(error) ? error.message : valueWords(error);
    return {
      problem: 'not-loaded',
      mistake: sentence`Its module ${{ file: shownModule }} could not be loaded: ${words}`,
    };
  }
  const names = Object.keys(exported);
  if (!names.includes(exportName)) {
    return {
      problem: 'no-function',
      mistake: sentence`Its module ${{ file: shownModule }} has no export "${{ field: exportName }}".${suggested(exportName, names)} Its exports: ${{ known: names }}.`,
    };
  }
  const found = exported[exportName];
  return typeof found === 'function'
    ? found
    : {
        problem: 'no-function',
        mistake: sentence`Its module ${{ file: shownModule }} exports ${{ given: valueWords(found) }} as "${{ field: exportName }}", not ${{ expected: 'a function' }}. Its exports: ${{ known: names }}.`,
      };
}

/** The exports by name. For a CommonJS module Node may not find all names, but its default export has them. */
function exportsOf(namespace: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { 'module.exports': _whole, ...named } = namespace;
  return isPlainObject(named['default']) ? { ...named['default'], ...named } : named;
}

let registration: Promise<unknown> | undefined;

async function registerTsx(): Promise<void> {
  const { register } = await import('tsx/esm/api');
  register();
}
