import type { Step } from '../../script/steps.ts';

/** What a CheckFailedError says for machines. */
export type CheckFailure = Omit<CheckFailedError, keyof Error>;

/**
 * A check found a run in which an invariant did not hold, or none in which something happened that has to. The message says what was
 * wrong, the smallest script, where it was saved, and how to see it again.
 */
export class CheckFailedError extends Error {
  override readonly name = 'CheckFailedError';
  /** Every choice followed from it. */
  readonly seed: number;
  /** Which script it was, for `checkAgent(agent, { seed, path })`; '' where there is none. */
  readonly path: string;
  /** The smallest script; [] where no script is to blame. */
  readonly steps: readonly Step[];
  /** The same as a module with a scenario, to be pasted into a file. */
  readonly source: string;
  /** Where it was saved, if it was. */
  readonly file: string | undefined;
  /** The name of the invariant. */
  readonly invariant: string;
  /** The name of the agent that is asked first. */
  readonly agent: string;
  /** What to type to see it again; undefined where the command line does not know the agent. */
  readonly command: string | undefined;

  /** Made by checks. */
  constructor(message: string, failure: CheckFailure, options?: ErrorOptions) {
    super(message, options);
    this.seed = failure.seed;
    this.path = failure.path;
    this.steps = failure.steps;
    this.source = failure.source;
    this.file = failure.file;
    this.invariant = failure.invariant;
    this.agent = failure.agent;
    this.command = failure.command;
  }
}
