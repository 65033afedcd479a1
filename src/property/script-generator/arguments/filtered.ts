import fc, { type Arbitrary } from 'fast-check';
import { copyData } from '../../../engine/values/copy.ts';

/**
 * The values that are wanted. Undefined where none of a thousand is: what fast-check itself filters it would look for without
 * an end. Where they are few, those that were found.
 */
export function filtered<T>(
  arbitrary: Arbitrary<T>,
  isWanted: (value: T) => boolean,
): Arbitrary<T> | undefined {
  const wantedOf = (numRuns: number) =>
    // Always the same ones: what is generated follows from the seed of the property alone.
    fc.sample(arbitrary, { seed: 1, numRuns }).filter(isWanted);
  if (wantedOf(40).length >= 10) return arbitrary.filter(isWanted);
  const found = wantedOf(1000);
  if (found.length >= 250) return arbitrary.filter(isWanted);
  if (found.length === 0) return undefined;
  // Copies, so that nobody shares them.
  return fc.constantFrom(...new Map(found.map(byText)).values()).map(copyData);
}

function byText<T>(value: T): [string, T] {
  return [JSON.stringify(value), value];
}
