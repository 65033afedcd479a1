import { isError, isNativeError } from '../engine/values/engine-errors.ts';
import { sentence, type Sentence } from '../engine/values/error-facts.ts';
import { valueWords } from '../engine/values/value-words.ts';
import { isCloneable, type Task } from './thread-answer.ts';
import { WorkerToolError } from './worker-tool-error.ts';

/** The error for a call without an answer, worded for the model: its thread ended, or never got the call. */
export function endOf(error: unknown, { args, contextVariables }: Omit<Task, 'id'>): WorkerToolError {
  if ((error as { name?: unknown } | undefined)?.name === 'DataCloneError') {
    const uncloneable = uncloneableWords(args, contextVariables);
    if (uncloneable) return new WorkerToolError('not-cloneable', uncloneable, { cause: error });
  }
  return new WorkerToolError('ended', endWords(error), { cause: error });
}

/** Names the argument or context variable that cannot be copied, because the DataCloneError does not name it. */
function uncloneableWords(args: unknown, contextVariables: unknown): Sentence | undefined {
  const argument = uncloneableIn(args);
  if (argument !== undefined)
    return sentence`Its argument "${{ field: argument }}" cannot be copied into a worker thread: only plain data can. Let its schema convert it to plain data.`;
  const variable = uncloneableIn(contextVariables);
  if (variable !== undefined)
    return sentence`The context variable "${{ field: variable }}" cannot be copied into a worker thread: only plain data can. Name the variables that the function needs: workerTool(…, { contextVariables: […] }).`;
  return undefined;
}

function endWords(error: unknown): Sentence {
  const { code, message } = (error ?? {}) as Partial<Error> & { code?: unknown };
  if (code === 'ERR_WORKER_OUT_OF_MEMORY')
    return sentence`Its worker thread ran out of memory and was ended.`;
  const exitCode = /^worker exited with code: (\d+)$/.exec(message ?? '')?.[1];
  return exitCode === undefined
    ? sentence`Its worker thread ended because of an uncaught error: ${errorWords(error)}`
    : sentence`Its worker thread ended with exit code ${exitCode} before it answered.`;
}

function uncloneableIn(data: unknown): string | undefined {
  return Object.entries(data as object).find(([, value]) => !isCloneable(value))?.[0];
}

/**
 * The text about an error. For an error that the JavaScript engine threw, only its name, because its message differs
 * between versions of Node.
 */
export function errorWords(error: unknown): string {
  if (!isError(error)) return valueWords(error);
  return isNativeError(error) ? error.name : error.message;
}
