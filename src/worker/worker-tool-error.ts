import { addFacts } from '../engine/values/engine-errors.ts';
import type { ErrorFacts, Sentence } from '../engine/values/error-facts.ts';

/** A function in a worker thread has no answer: its module or its thread fails, it takes too long, or what goes in or out cannot be copied. */
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

  /** @internal Made where it is found that there is no answer. */
  constructor(problem: WorkerProblem, said: Sentence, options?: ErrorOptions) {
    super(said.text, options);
    this.problem = problem;
    addFacts(this, said);
  }
}

/** Why a function in a thread has no answer. */
export type WorkerProblem =
  /** The module cannot be loaded, or not in time; it has no such function. */
  | 'not-loaded'
  | 'no-function'
  /** The arguments or context variables cannot be copied into the thread, or what comes back out of it. */
  | 'not-cloneable'
  /** It handed off to an agent. */
  | 'handoff'
  | 'no-answer'
  /** The thread could not be started, or ended before it answered. */
  | 'not-started'
  | 'ended';
