import { errorName, isError, isNativeError, shorten } from '../engine/values/engine-errors.ts';
import { valueWords } from '../engine/values/value-words.ts';
import { sentence, type Sentence } from '../engine/values/error-facts.ts';
import type { WorkerProblem } from './worker-tool-error.ts';

/** A call for a thread, as plain data that is copied into the thread. */
export interface Task {
  /** Identifies the call within the process. */
  id: number;
  /** The URL of the module; `shownModule` is its name in messages. */
  module: string;
  shownModule: string;
  /** Whether tsx has to load the module. */
  isTypeScript: boolean;
  exportName: string;
  args: unknown;
  contextVariables: unknown;
}

/** The message with which a thread says that it begins to run the function of a call. */
export interface Started {
  swarmcheckStarted: number;
}

/** The answer of a thread, as plain data. */
export type ThreadAnswer =
  /** The return value of the function. `contextVariables` comes from a returned Result. */
  | { value: unknown; contextVariables?: object }
  /** The error or value that the function threw. */
  | { thrown: ThrownError | { value: unknown } }
  /** A mistake of the tool's author, in place of a result. */
  | { problem: WorkerProblem; mistake: Pick<Sentence, 'text' | 'facts'> };

/** The parts of an Error. A copy of the Error itself would lose its name. */
interface ThrownError {
  name: string;
  message: string;
  stack: string | undefined;
  /** Whether the JavaScript engine threw the error. If so, the model sees only its name. */
  isNative: boolean;
  /** Why it was thrown, if the error says so. */
  cause?: ThrownError | { value: unknown };
}

/** How many causes of an error are copied. */
const mostCauses = 5;

/**
 * Turns a thrown value into an answer, with the parts of an Error. Never throws, even if reading the Error throws.
 */
export function thrownAnswer(error: unknown): ThreadAnswer {
  if (!isError(error)) {
    return isCloneable(error)
      ? { thrown: { value: error } }
      : { problem: 'not-cloneable', mistake: sentence`It threw ${{ given: valueWords(error) }}.` };
  }
  return { thrown: partsOf(error, mostCauses) };
}

/** The parts of an error, with as many of its causes. A cause that cannot be copied is left out. */
function partsOf(error: Error, causes: number): ThrownError {
  try {
    const { message, stack, cause } = error as { message: unknown; stack?: unknown; cause?: unknown };
    const parts: ThrownError = {
      name: errorName(error),
      message: message === undefined ? '' : shorten(message, Infinity),
      stack: typeof stack === 'string' ? stack : undefined,
      isNative: isNativeError(error),
    };
    if (cause === undefined || causes === 0) return parts;
    if (isError(cause)) parts.cause = partsOf(cause, causes - 1);
    else if (isCloneable(cause)) parts.cause = { value: cause };
    return parts;
  } catch {
    return { name: 'Error', message: '', stack: undefined, isNative: false };
  }
}

const nativeErrors: Readonly<Record<string, (message: string) => Error>> = {
  TypeError: (message) => new TypeError(message),
  RangeError: (message) => new RangeError(message),
  ReferenceError: (message) => new ReferenceError(message),
  SyntaxError: (message) => new SyntaxError(message),
  URIError: (message) => new URIError(message),
  EvalError: (message) => new EvalError(message),
  AggregateError: (message) => new AggregateError([], message),
};

/** Builds the thrown value again, so that the model sees the same text as for a tool outside of a thread. */
export function thrownOf(thrown: ThrownError | { value: unknown }): unknown {
  if ('value' in thrown) return thrown.value;
  const { name, message, stack, isNative, cause } = thrown;
  const native = isNative ? nativeErrors[name]?.(message) : undefined;
  const error = native ?? new Error(message);
  if (!native && name !== 'Error') Object.defineProperty(error, 'name', { value: name, configurable: true });
  if (stack !== undefined) error.stack = stack;
  if (cause !== undefined)
    Object.defineProperty(error, 'cause', { value: thrownOf(cause), configurable: true });
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
