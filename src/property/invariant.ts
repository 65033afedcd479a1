import type { ScenarioRun } from '../scenario/scenario.ts';

/** Says what is wrong by throwing. */
export type Invariant = (run: ScenarioRun) => void | Promise<void>;

/** An invariant that was broken: by an engine, or by the agents of an app. The message says what was broken, and where. */
export class InvariantBrokenError extends Error {
  override readonly name = 'InvariantBrokenError';
  /** The name of what was broken: an invariant, a relation, or an invariant of the user. */
  readonly invariant: string;
  /** Every choice followed from it, where there were choices. */
  declare readonly seed?: number;
  /** Which choices they were, where there were any: to be given with the seed. */
  declare readonly path?: string;

  /** Made where it is broken: `invariant` is its name, and stands before the message. */
  constructor(
    invariant: string,
    message: string,
    options: ErrorOptions & { seed?: number; path?: string } = {},
  ) {
    const { seed, path, ...others } = options;
    super(`${invariant}: ${message}`, others);
    this.invariant = invariant;
    if (seed !== undefined) this.seed = seed;
    if (path !== undefined) this.path = path;
  }
}
