import { errorName, isError, isNativeError, shorten } from '../engine/values/engine-errors.ts';
import { valueWords } from '../engine/values/value-words.ts';
import { sentence, type Sentence } from '../engine/values/error-facts.ts';
import type { WorkerProblem } from './worker-tool-error.ts';

/** What a thread is asked to do; plain data, which is copied on the way. */
export interface Task {
  /** Tells the calls of a process apart. */
  id: number;
  /** The URL of the module, and how messages name it. */
  module: string;
  shownModule: string;
  /** Whether tsx has to read it. */
  isTypeScript: boolean;
  exportName: string;
  args: unknown;
  contextVariables: unknown;
}

/** How a thread says that a function begins to run. */
export interface Started {
  swarmcheckStarted: number;
}

/** What a thread answers; plain data again. */
export type ThreadAnswer =
  /** What the function returned, with the context variables where that was a Result. */
  | { value: unknown; contextVariables?: object }
  /** What it threw. */
  | { thrown: ThrownError | { value: unknown } }
  /** Why nothing of what it did can be told: the author's mistake. */
  | { problem: WorkerProblem; mistake: Pick<Sentence, 'text' | 'facts'> };

/** An Error, in parts: copied as a whole it would lose its name. */
interface ThrownError {
  name: string;
  message: string;
  stack: string | undefined;
  /** Thrown by the engine itself, so that the model is told its name only. */
  isNative: boolean;
}

/** Takes what was thrown apart. Nothing of it may be such that it throws again. */
export function thrownAnswer(error: unknown): ThreadAnswer {
  if (!isError(error)) {
    return isCloneable(error)
      ? { thrown: { value: error } }
      : { problem: 'not-cloneable', mistake: sentence`It threw ${{ given: valueWords(error) }}.` };
  }
  try {
    const { message, stack } = error as { message: unknown; stack?: unknown };
    return {
      thrown: {
        name: errorName(error),
        message: message === undefined ? '' : shorten(message, Infinity),
        stack: typeof stack === 'string' ? stack : undefined,
        isNative: isNativeError(error),
      },
    };
  } catch {
    return { thrown: { name: 'Error', message: '', stack: undefined, isNative: false } };
  }
}

const nativeErrors: Readonly<Record<string, new (message: string) => Error>> = {
  TypeError,
  RangeError,
  ReferenceError,
  SyntaxError,
};

/** Puts it together again, so that the model is told what it would be told of a tool that is not in a thread. */
export function thrownOf(thrown: ThrownError | { value: unknown }): unknown {
  if ('value' in thrown) return thrown.value;
  const { name, message, stack, isNative } = thrown;
  const Native = isNative ? nativeErrors[name] : undefined;
  const error = Native ? new Native(message) : new Error(message);
  if (!Native && name !== 'Error') Object.defineProperty(error, 'name', { value: name, configurable: true });
  if (stack !== undefined) error.stack = stack;
  return error;
}

/** Whether a value can be copied into another thread. */
export function isCloneable(value: unknown): boolean {
  try {
    structuredClone(value);
    return true;
  } catch {
    return false;
  }
}
