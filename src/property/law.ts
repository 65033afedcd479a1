import type { ScenarioRun } from '../scenario/scenario.ts';

/** Says what is wrong by throwing. */
export type Law = (run: ScenarioRun) => void | Promise<void>;

/** A law that was broken: by an engine, or by the agents of an app. The message says what was broken, and where. */
export class LawBrokenError extends Error {
  override readonly name = 'LawBrokenError';
  /** The name of the law: of an invariant, of a check, or of a law of the user's. */
  readonly law: string;
  /** Every choice followed from it, where there were choices. */
  declare readonly seed?: number;
  /** Which choices they were, where there were any: to be given with the seed. */
  declare readonly path?: string;

  /** Made where it is broken: `law` is its name, and stands before the message. */
  constructor(law: string, message: string, options: ErrorOptions & { seed?: number; path?: string } = {}) {
    const { seed, path, ...others } = options;
    super(`${law}: ${message}`, others);
    this.law = law;
    if (seed !== undefined) this.seed = seed;
    if (path !== undefined) this.path = path;
  }
}
