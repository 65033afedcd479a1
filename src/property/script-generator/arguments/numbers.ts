import fc, { type Arbitrary } from 'fast-check';

/** The limits of a number. As in a schema, the exclusive limits hold in addition to the others. */
export interface NumberLimits {
  isInteger: boolean;
  minimum: number;
  maximum: number;
  exclusiveMinimum: number;
  exclusiveMaximum: number;
  multipleOf: number | undefined;
}

const wholeNumbers = [0, 1, -1, 2, 10, 255, 1e6, 2 ** 31, -(2 ** 31), 2 ** 53 - 1, 1 - 2 ** 53];
const fractions = [0.5, -0.1, 1e-7, 0.1 + 0.2, 1e21, -1e300];

/** Numbers within these limits, mostly small ones, and the limits themselves; undefined if none exist. */
export function numbersWithin(limits: NumberLimits): Arbitrary<number> | undefined {
  const { isInteger, multipleOf } = limits;
  if (multipleOf !== undefined) return multiplesWithin(limits, multipleOf);
  const isWithin = withinOf(limits);
  const special = [...wholeNumbers, ...(isInteger ? [] : fractions), limits.minimum, limits.maximum];
  const choices: { weight: number; arbitrary: Arbitrary<number> }[] = [];
  const [least, most] = wholeRange(limits);
  if (least <= most) choices.push({ weight: 3, arbitrary: fc.integer({ min: least, max: most }) });
  const ready = special.filter((value) => isWithin(value) && (!isInteger || Number.isSafeInteger(value)));
  if (ready.length > 0) choices.push({ weight: 1, arbitrary: fc.constantFrom(...new Set(ready)) });
  if (!isInteger) {
    const any = doublesWithin(limits);
    if (any) choices.push({ weight: 1, arbitrary: any });
  }
  return choices.length === 0 ? undefined : fc.oneof({ withCrossShrink: true }, ...choices);
}

function withinOf(limits: NumberLimits): (value: number) => boolean {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = limits;
  return (value) =>
    value >= minimum && value <= maximum && value > exclusiveMinimum && value < exclusiveMaximum;
}

/** A range of whole numbers as near to zero as the limits allow; empty if its first number is above its second. */
function wholeRange(limits: NumberLimits): [number, number] {
  const least = Math.max(Math.ceil(limits.minimum), Math.floor(limits.exclusiveMinimum) + 1, -(2 ** 53) + 1);
  const most = Math.min(Math.floor(limits.maximum), Math.ceil(limits.exclusiveMaximum) - 1, 2 ** 53 - 1);
  const from = Math.max(least, Math.min(-100, most - 100));
  return [from, Math.min(most, Math.max(100, from + 100))];
}

function doublesWithin(limits: NumberLimits): Arbitrary<number> | undefined {
  const min = Math.max(limits.minimum, limits.exclusiveMinimum, -Number.MAX_VALUE);
  const max = Math.min(limits.maximum, limits.exclusiveMaximum, Number.MAX_VALUE);
  const minExcluded = limits.exclusiveMinimum >= min;
  const maxExcluded = limits.exclusiveMaximum <= max;
  if (min > max || (min === max && (minExcluded || maxExcluded))) return undefined;
  try {
    return (
      fc
        .double({ min, max, minExcluded, maxExcluded, noNaN: true })
        // JSON has no -0.
        .map((value) => value + 0)
    );
  } catch {
    // No number lies between the limits.
    return undefined;
  }
}

function multiplesWithin(limits: NumberLimits, step: number): Arbitrary<number> | undefined {
  if (!(step > 0)) return undefined;
  // A multiple of a fraction is not always a whole number. For whole numbers, use multiples of 10, 100, … times the
  // step.
  let unit = step;
  for (let times = 1; limits.isInteger && !Number.isInteger(unit) && times < 1e7; times *= 10)
    unit = rounded(step, times);
  const isWithin = withinOf(limits);
  const low = Math.max(limits.minimum, limits.exclusiveMinimum);
  const high = Math.min(limits.maximum, limits.exclusiveMaximum);
  const least = Math.max(Math.ceil(low / unit), -1e6);
  const most = Math.min(Math.floor(high / unit), 1e6);
  // Skip a limit that is excluded, or that rounding moved out of the range.
  const from = [least, least + 1].find((count) => isWithin(rounded(unit, count)));
  const to = [most, most - 1].find((count) => isWithin(rounded(unit, count)));
  if (from === undefined || to === undefined || from > to) return undefined;
  const [min, max] = [Math.max(from, Math.min(-100, to - 100)), Math.min(to, Math.max(100, from + 100))];
  return fc.integer({ min, max }).map((count) => rounded(unit, count) + 0);
}

/** A multiple, with no more decimals than its factor: 3 * 0.1 is 0.3. */
function rounded(unit: number, count: number): number {
  const [digits = '', exponent = '0'] = String(unit).split('e');
  const decimals = (digits.split('.')[1] ?? '').length - Number(exponent);
  return decimals > 0 ? Number((unit * count).toFixed(Math.min(100, decimals))) : unit * count;
}
