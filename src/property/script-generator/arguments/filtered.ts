import fc, { type Arbitrary } from 'fast-check';
import { copyData } from '../../../engine/values/copy.ts';

/**
 * The wanted values of an arbitrary. Undefined if none of a thousand samples is wanted, because fast-check's own
 * filter would then search forever. If wanted values are rare, only the wanted samples are returned.
 */
export function filtered<T>(
  arbitrary: Arbitrary<T>,
  isWanted: (value: T) => boolean,
): Arbitrary<T> | undefined {
  const wantedOf = (numRuns: number) =>
    // A fixed seed, so that generated values depend only on the seed of the property.
    fc.sample(arbitrary, { seed: 1, numRuns }).filter(isWanted);
  if (wantedOf(40).length >= 10) return arbitrary.filter(isWanted);
  const found = wantedOf(1000);
  if (found.length >= 250) return arbitrary.filter(isWanted);
  if (found.length === 0) return undefined;
  // Copies, so that cases do not share values.
  return fc.constantFrom(...new Map(found.map(byText)).values()).map(copyData);
}

function byText<T>(value: T): [string, T] {
  return [JSON.stringify(value), value];
}
