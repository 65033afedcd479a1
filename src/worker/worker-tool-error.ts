import { addFacts } from '../engine/values/engine-errors.ts';
import type { ErrorFacts, Sentence } from '../engine/values/error-facts.ts';

/**
 * Thrown when a call of a worker tool has no result because of its thread or its module, not because its function
 * threw. `problem` says what happened. The model gets the message.
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

  /** @internal Created where the call fails. */
  constructor(problem: WorkerProblem, said: Sentence, options?: ErrorOptions) {
    super(said.text, options);
    this.problem = problem;
    addFacts(this, said);
  }
}

/** Why a call of a worker tool has no result. */
export type WorkerProblem =
  /** The module could not be loaded, or took too long to load. */
  | 'not-loaded'
  /** The module does not export a function with the name that `workerTool` was given. */
  | 'no-function'
  /** The arguments or context variables cannot be copied into the thread, or the result or a thrown value out of it. */
  | 'not-cloneable'
  /** The function returned an agent, which a worker tool cannot hand off to. */
  | 'handoff'
  /** The function took longer than `timeoutMs`. */
  | 'no-answer'
  /** The thread could not be started. */
  | 'not-started'
  /** The thread ended before it answered. */
  | 'ended';
