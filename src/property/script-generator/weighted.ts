import fc, { type Arbitrary } from 'fast-check';

/** How often, beside the others; undefined where there is nothing to choose. */
export type Choice<T> = readonly [weight: number, arbitrary: Arbitrary<T> | undefined];

/** One of several by weight, those without any left out. Undefined when none is left. Shrinks to the first. */
export function weighted<T>(choices: readonly Choice<T>[]): Arbitrary<T> | undefined {
  const possible = choices.flatMap(([weight, arbitrary]) =>
    arbitrary && weight > 0
      ? // The library wants whole numbers.
        [{ weight: Math.max(1, Math.round(weight * 100)), arbitrary }]
      : [],
  );
  return possible.length <= 1 ? possible[0]?.arbitrary : fc.oneof({ withCrossShrink: true }, ...possible);
}
