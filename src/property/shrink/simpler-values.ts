import { isPlainObject, setOwn } from '../../engine/values/copy.ts';

/**
 * A list or text is cut into at most this many parts. So a longer list first loses several items at once, until it is
 * short enough to lose single items.
 */
const mostParts = 32;

/** Smaller lists: without all items, without each half, without each quarter, and so on. */
export function* withoutParts<T>(list: readonly T[]): Generator<T[]> {
  for (let size = list.length; size >= 1 && list.length / size <= mostParts; size = Math.floor(size / 2))
    for (let start = 0; start < list.length; start += size)
      yield [...list.slice(0, start), ...list.slice(start + size)];
}

/** Shorter texts, then one of the same length that is all "a". */
export function* simplerTexts(text: string): Generator<string> {
  // Split into characters, not into UTF-16 units, because half of a surrogate pair would not survive being sent.
  const characters = Array.from(text);
  for (const fewer of withoutParts(characters)) yield fewer.join('');
  const plain = 'a'.repeat(characters.length);
  if (plain !== text) yield plain;
}

/**
 * Simpler numbers: 0, then the positive number. Then rounded numbers for a fraction, or numbers nearer to 0 for a
 * whole number.
 */
export function* simplerNumbers(value: number): Generator<number> {
  if (value === 0) return;
  yield 0;
  if (value < 0) yield -value;
  if (!Number.isInteger(value)) {
    const whole = Math.trunc(value);
    if (whole !== 0) yield whole;
    yield whole + Math.sign(value);
    for (const digits of [1, 2]) {
      const rounded = Number(value.toFixed(digits));
      if (rounded !== value && rounded !== whole) yield rounded;
    }
    return;
  }
  if (Math.abs(value) > Number.MAX_SAFE_INTEGER) yield Math.sign(value) * Number.MAX_SAFE_INTEGER;
  else for (let gap = Math.trunc(value / 2); gap !== 0; gap = Math.trunc(gap / 2)) yield value - gap;
}

/** Simpler JSON values, the largest reductions first. Each value keeps its type. */
function* simplerJson(value: unknown): Generator {
  if (typeof value === 'string') yield* simplerTexts(value);
  else if (typeof value === 'number') yield* simplerNumbers(value);
  else if (value === true) yield false;
  else if (Array.isArray(value)) {
    yield* withoutParts(value);
    for (const [index, item] of value.entries())
      for (const simpler of simplerJson(item)) yield value.with(index, simpler);
  } else if (isPlainObject(value)) yield* simplerObjects(value);
}

/** Simpler objects: with fewer fields, then with simpler values. */
export function* simplerObjects(value: object): Generator<object> {
  const fields = Object.entries(value);
  for (const fewer of withoutParts(fields)) yield ofFields(fewer);
  for (const [index, [key, item]] of fields.entries())
    for (const simpler of simplerJson(item)) yield ofFields(fields.with(index, [key, simpler]));
}

function ofFields(fields: readonly (readonly [string, unknown])[]): object {
  const made = {};
  for (const [key, item] of fields) setOwn(made, key, item);
  return made;
}
