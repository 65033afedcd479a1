import type { Step } from '../../script/steps.ts';

/** The fields of a CheckFailedError, for programs. */
export type CheckFailure = Omit<CheckFailedError, keyof Error>;

/**
 * Thrown when an invariant did not hold in a run, or when something named in `sometimes` never happened. The message
 * says what was wrong, shows the smallest script, and says where the script was saved and how to play it again.
 */
export class CheckFailedError extends Error {
  override readonly name = 'CheckFailedError';
  /** The seed of the check; every choice followed from it. */
  readonly seed: number;
  /** The path to the script, for `checkAgent(agent, { seed, path })`; '' if no script is to blame. */
  readonly path: string;
  /** The script, shrunk unless the app is flaky; [] if no script is to blame. */
  readonly steps: readonly Step[];
  /** The script as a module with a scenario, to paste into a file; '' if no script is to blame. */
  readonly source: string;
  /** The file where the script is saved; undefined if it was not saved. */
  readonly file: string | undefined;
  /** The name of the invariant, or of the first thing of `sometimes` that never happened. */
  readonly invariant: string;
  /** The name of the agent that is asked first. */
  readonly agent: string;
  /**
   * The command that shows the failure again; undefined if the command line does not know the agent, or if no script
   * is to blame.
   */
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
