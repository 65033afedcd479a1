import { isError, isNativeError } from '../engine/values/engine-errors.ts';
import { valueWords } from '../engine/values/value-words.ts';
import { isCloneable, type Task } from './thread-answer.ts';

/** The error for a call without an answer, worded for the model: its thread ended, or never got the call. */
export function endOf(error: unknown, task: Omit<Task, 'id'>): Error {
  return new Error(endWords(error, task), { cause: error });
}

function endWords(error: unknown, { args, contextVariables }: Omit<Task, 'id'>): string {
  const { name, code, message } = (error ?? {}) as Partial<Error> & { code?: unknown };
  if (name === 'DataCloneError') {
    // Names the value that cannot be copied, because the error does not.
    const argument = uncloneableIn(args);
    if (argument !== undefined)
      return `Its argument "${argument}" cannot be copied into a worker thread, as a function cannot. Let its schema make plain data of it.`;
    const variable = uncloneableIn(contextVariables);
    if (variable !== undefined)
      return `The context variable "${variable}" cannot be copied into a worker thread, as a function cannot. Name the variables that the function needs: workerTool(…, { contextVariables: […] }).`;
  }
  if (code === 'ERR_WORKER_OUT_OF_MEMORY') return 'Its worker thread ran out of memory, and was ended.';
  const exitCode = /^worker exited with code: (\d+)$/.exec(message ?? '')?.[1];
  return exitCode === undefined
    ? `Its worker thread ended by an error that nothing caught: ${errorWords(error)}`
    : `Its worker thread ended with exit code ${exitCode} before it answered.`;
}

function uncloneableIn(data: unknown): string | undefined {
  return Object.entries(data as object).find(([, value]) => !isCloneable(value))?.[0];
}

/**
 * The text about an error. For an error that the JavaScript engine threw it is only the name, because the message
 * differs between versions.
 */
export function errorWords(error: unknown): string {
  if (!isError(error)) return valueWords(error);
  return isNativeError(error) ? error.name : error.message;
}
