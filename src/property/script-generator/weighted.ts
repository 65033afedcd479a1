import fc, { type Arbitrary } from 'fast-check';

/** A weight relative to the other choices, and the values to choose, if there are any. */
export type Choice<T> = readonly [weight: number, arbitrary: Arbitrary<T> | undefined];

/**
 * Draws from one of several choices, by weight. Choices without a weight or without values are left out; undefined if
 * no choice is left. Shrinks to the values of the first choice.
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
