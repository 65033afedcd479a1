import type { ScenarioRun } from '../scenario/scenario.ts';

/** Throws an error that says what is wrong with the run, if the run breaks the invariant. */
export type Invariant = (run: ScenarioRun) => void | Promise<void>;

/**
 * Thrown when an invariant or a relation does not hold, because of the engine or of the agents of an app. The message
 * says how it was broken, and where.
 */
export class InvariantBrokenError extends Error {
  override readonly name = 'InvariantBrokenError';
  /** The name of the invariant or relation, or of an invariant of the user. */
  readonly invariant: string;
  /** The seed from which every choice followed; absent if nothing was chosen. */
  declare readonly seed?: number;
  /** The path of the choices, to be given together with the seed; absent if nothing was chosen. */
  declare readonly path?: string;

  /** `invariant` is the name of the broken invariant or relation, and begins the message. */
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
