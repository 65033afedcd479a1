import { isPlainObject, setOwn } from '../../engine/values/copy.ts';

/** More parts of one list or text are not tried one by one: it is halved first, until there are no more. */
const mostParts = 32;

/** A list with less in it: with nothing, without each half, without each quarter, and so on. */
export function* withoutParts<T>(list: readonly T[]): Generator<T[]> {
  for (let size = list.length; size >= 1 && list.length / size <= mostParts; size = Math.floor(size / 2))
    for (let start = 0; start < list.length; start += size)
      yield [...list.slice(0, start), ...list.slice(start + size)];
}

/** Shorter texts, then one of as many letters that nobody has to look at. */
export function* simplerTexts(text: string): Generator<string> {
  // By characters, not by their halves, which no text has once it was sent.
  const characters = Array.from(text);
  for (const fewer of withoutParts(characters)) yield fewer.join('');
  const plain = 'a'.repeat(characters.length);
  if (plain !== text) yield plain;
}

/** Numbers nearer to 0, whole ones first. */
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

/** JSON with less in it, the largest steps first. The kinds of values stay as they are. */
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

/** The same for an object: fewer fields, then simpler ones. */
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
