/** Where reducing stops, whatever could still be left out. */
export interface ReduceLimits {
  /** 1,000. How often it is tried whether something still fails. */
  tries?: number | undefined;
  /** Once it is aborted nothing is tried any more. */
  signal?: AbortSignal | undefined;
}

/**
 * The smallest value that still fails: candidates are tried in their order, the first that fails takes the place of the value,
 * until none does. The same value and the same answers give the same result.
 *
 * `candidates` has to lead downwards, from every value to simpler ones only, or there is no end before the limit.
 */
export async function reduceBy<T>(
  value: T,
  candidates: (value: T) => Iterable<T>,
  stillFails: (candidate: T) => boolean | Promise<boolean>,
  { tries = 1000, signal }: ReduceLimits = {},
): Promise<T> {
  let best = value;
  let left = tries;
  // Once something is left out, those candidates that come after are more likely to fail than those that did not before.
  let position = 0;
  let hasChanged = false;
  for (;;) {
    const found = await firstThatFails(position);
    if (found) {
      ({ candidate: best, index: position } = found);
      hasChanged = true;
    } else if (hasChanged && left > 0 && !signal?.aborted) {
      position = 0;
      hasChanged = false;
    } else {
      return best;
    }
  }

  async function firstThatFails(from: number): Promise<{ candidate: T; index: number } | undefined> {
    let index = 0;
    for (const candidate of candidates(best)) {
      if (index >= from) {
        if (left === 0 || signal?.aborted) return undefined;
        left--;
        if (await stillFails(candidate)) return { candidate, index };
      }
      index++;
    }
    return undefined;
  }
}
