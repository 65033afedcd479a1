import fc from 'fast-check';
import { InvariantBrokenError } from '../../../src/property/invariant.ts';

export interface Hunt {
  /** The number of cases until the invariant broke, or undefined if it held. */
  foundAfter: number | undefined;
  message: string;
}

/** Plays the cases of a property until one of them breaks an invariant. */
export async function hunted<Ts>(
  property: fc.IAsyncProperty<Ts>,
  seed: number,
  numRuns: number,
): Promise<Hunt> {
  const found = await fc.check(property, { seed, numRuns, endOnFailure: true });
  const cause = found.errorInstance;
  if (found.failed && !(cause instanceof InvariantBrokenError)) throw cause;
  return {
    foundAfter: found.failed ? found.numRuns : undefined,
    message: cause instanceof Error ? cause.message : '',
  };
}
