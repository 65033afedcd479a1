/** Limits at which reducing stops, even if more could be left out. */
export interface ReduceLimits {
  /** How many candidates are tried. Default: 1,000. */
  tries?: number | undefined;
  /** Once the signal is aborted, no other candidate is tried. */
  signal?: AbortSignal | undefined;
}

/**
 * Finds the smallest value that still fails. Tries the candidates in their order. The first that fails becomes the
 * new value, and so on, until no candidate fails. The same value and the same answers of `stillFails` give the same
 * result.
 *
 * `candidates` must give only values that are simpler than the given one. With other values, reducing may not stop
 * before a limit.
 */
export async function reduceBy<T>(
  value: T,
  candidates: (value: T) => Iterable<T>,
  stillFails: (candidate: T) => boolean | Promise<boolean>,
  { tries = 1000, signal }: ReduceLimits = {},
): Promise<T> {
  let best = value;
  let left = tries;
  // After a candidate failed, continue at its position. The candidates after it are more likely to fail than those
  // before it, which did not fail.
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
