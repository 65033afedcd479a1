import { addFacts } from '../engine/values/engine-errors.ts';
import type { ErrorFacts, Sentence } from '../engine/values/error-facts.ts';

/**
 * Thrown when a function in a worker thread gives no answer: its module or its thread fails, it takes too long, or its
 * arguments or its result cannot be copied.
 */
export class WorkerToolError extends Error implements Partial<ErrorFacts> {
  override readonly name = 'WorkerToolError';
  declare readonly problem: WorkerProblem;
  declare readonly file?: string;
  declare readonly field?: string;
  declare readonly given?: string;
  declare readonly expected?: string;
  declare readonly known?: readonly string[];
  declare readonly suggestion?: string;
  declare readonly timeoutMs?: number;

  /** @internal */
  constructor(problem: WorkerProblem, said: Sentence, options?: ErrorOptions) {
    super(said.text, options);
    this.problem = problem;
    addFacts(this, said);
  }
}

/** Why a function in a thread gave no answer. */
export type WorkerProblem =
  /** The module cannot be loaded in time, or it does not export the function. */
  | 'not-loaded'
  | 'no-function'
  /** The arguments or context variables cannot be copied into the thread, or the result out of it. */
  | 'not-cloneable'
  /** It handed off to an agent. */
  | 'handoff'
  | 'no-answer'
  /** The thread could not be started, or ended before it answered. */
  | 'not-started'
  | 'ended';
