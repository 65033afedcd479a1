/** When an evaluation stops early. */
export interface StopEarly {
  /** The share of answers that should be right, above 0 and below 1. */
  atLeast: number;
  /** How certain the verdict has to be, above 0 and below 1. Default: 0.95. */
  confidence?: number | undefined;
  /** The maximum number of runs of each case. Default: 50. */
  maxRuns?: number | undefined;
}

/** The same with its defaults. */
export interface StopRule {
  /** The wanted share of right answers, above 0 and below 1. */
  readonly atLeast: number;
  /** How certain the verdict has to be, above 0 and below 1. */
  readonly confidence: number;
  /** The maximum number of runs of each case. */
  readonly maxRuns: number;
}

/**
 * `enough`: the share of right answers is at least the wanted one. `too-few`: it is below. `undecided`: neither was
 * certain after all runs.
 */
export type StopVerdict = 'enough' | 'too-few' | 'undecided';

/**
 * The parts of the largest possible bet that are tried, in equal measure. Large bets decide clear cases after few
 * answers, and small ones decide close cases after many.
 */
const bets = [1, 1 / 2, 1 / 4, 1 / 8, 1 / 16, 1 / 32];

/**
 * Whether the share of right answers is certain to be at least, or certain to be below, a share.
 *
 * It tests by betting: somebody who bets fairly against "the share is below `atLeast`" owns the mean of some
 * capitals, which is a nonnegative supermartingale if that is true. By Ville's inequality it ever reaches
 * 1 / (1 - confidence) with a probability of at most 1 - confidence. So the verdict stays valid although the test is
 * repeated after every run, and no indifference zone is needed. The same holds for the bets against "at least". See
 * Waudby-Smith and Ramdas, "Estimating means of bounded random variables by betting", JRSS B 86 (2024), and Robbins,
 * "Statistical methods related to the law of the iterated logarithm", Ann. Math. Stat. 41 (1970).
 *
 * Cases may differ in difficulty, if each was answered equally often: at a given mean share, the expected capital is
 * greatest if all shares are equal (the inequality of arithmetic and geometric means).
 */
export function verdictOf(
  { right, wrong }: { right: number; wrong: number },
  { atLeast, confidence }: Omit<StopRule, 'maxRuns'>,
): StopVerdict {
  const needed = 1 / (1 - confidence);
  if (capitalAfter(right, wrong, atLeast) >= needed) return 'enough';
  return capitalAfter(wrong, right, 1 - atLeast) >= needed ? 'too-few' : 'undecided';
}

/** The mean capital after bets on `won` of `won + lost` answers, at odds that are fair for `share`. It began with 1. */
function capitalAfter(won: number, lost: number, share: number): number {
  const capitals = bets.map((bet) => {
    // Logarithms, because a product of very large and very small factors would not be a number.
    const gains = won * Math.log1p((bet * (1 - share)) / share);
    const losses = lost === 0 ? 0 : lost * Math.log1p(-bet);
    return Math.exp(gains + losses);
  });
  return capitals.reduce((sum, capital) => sum + capital, 0) / bets.length;
}
