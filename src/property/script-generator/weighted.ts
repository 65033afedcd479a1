import fc, { type Arbitrary } from 'fast-check';

/** A weight relative to the other choices, and the values to choose, if there are any. */
export type Choice<T> = readonly [weight: number, arbitrary: Arbitrary<T> | undefined];

/**
 * Chooses among several by weight, without those that have no weight or no values. Undefined if none is left. Shrinks
 * to the first.
 */
export function weighted<T>(choices: readonly Choice<T>[]): Arbitrary<T> | undefined {
  const possible = choices.flatMap(([weight, arbitrary]) =>
    arbitrary && weight > 0
      ? // fast-check requires whole numbers.
        [{ weight: Math.max(1, Math.round(weight * 100)), arbitrary }]
      : [],
  );
  return possible.length <= 1 ? possible[0]?.arbitrary : fc.oneof({ withCrossShrink: true }, ...possible);
}
