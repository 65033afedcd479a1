import fc, { type Arbitrary } from 'fast-check';
import { isPlainObject, setOwn } from '../../../engine/values/copy.ts';

type Values = Arbitrary<unknown> | undefined;
type Keywords = Readonly<Record<string, unknown>>;
type ValuesOf = (schema: unknown, name?: string) => Values;

/** How many items or undeclared properties an array or object may have beyond the required ones. */
const most = 3;

/** Arrays that satisfy the keywords; undefined if none exist. Calls `loosen` if some may fail the schema. */
export function arraysOf(keywords: Keywords, valuesOf: ValuesOf, loosen: () => void): Values {
  const { contains, uniqueItems } = keywords;
  const min = countOf(keywords['minItems'], 0);
  const max = countOf(keywords['maxItems'], Infinity);
  if (min > max) return undefined;
  const items: unknown = keywords['items'] ?? true;
  // In earlier drafts of JSON Schema, a list in `items` means what `prefixItems` means now.
  const first: unknown = Array.isArray(items) ? items : keywords['prefixItems'];
  const others: unknown = Array.isArray(items) ? (keywords['additionalItems'] ?? true) : items;
  const leading: Arbitrary<unknown>[] = [];
  if (contains !== undefined) {
    loosen();
    const one = valuesOf({ allOf: [others, contains] });
    if (!one) return undefined;
    leading.push(one);
  }
  for (const part of Array.isArray(first) ? first : []) {
    const one = valuesOf(part);
    if (!one || leading.length >= max) break;
    leading.push(one);
  }
  const prefix = Array.isArray(first) ? first.length : 0;
  const item = leading.length < prefix ? undefined : valuesOf(others);
  if (!item) return leading.length < min ? undefined : fc.tuple(...leading);
  const minLength = Math.max(0, min - leading.length);
  const room = Math.max(0, max - leading.length);
  const isUnique = uniqueItems === true;
  // Unique arrays begin with more items than needed, because `distinct` drops equal items.
  const maxLength = Math.min(room, isUnique ? 3 * minLength + most : minLength + most);
  // `distinct` keeps items that differ only in the order of their keys, and may leave too few items.
  if (isUnique) loosen();
  const following = fc.array(item, {
    minLength: isUnique ? Math.min(maxLength, 3 * minLength) : minLength,
    maxLength,
  });
  const all =
    leading.length === 0
      ? following
      : fc.tuple(fc.tuple(...leading), following).map(([one, more]) => [...one, ...more]);
  return isUnique ? all.map(distinct) : all;
}

function distinct(values: readonly unknown[]): unknown[] {
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];
}

const absent = Symbol('absent');

/** Objects that satisfy the keywords; undefined if none exist. Calls `loosen` if some may fail the schema. */
export function objectsOf(keywords: Keywords, valuesOf: ValuesOf, loosen: () => void): Values {
  const { properties, required, patternProperties, propertyNames } = keywords;
  const declared = isPlainObject(properties) ? properties : {};
  const needed = new Set(Array.isArray(required) ? (required as string[]) : []);
  const names: string[] = [];
  const values: Arbitrary<unknown>[] = [];
  for (const name of new Set([...Object.keys(declared), ...needed])) {
    const isDeclared = Object.hasOwn(declared, name);
    // Other keywords may restrict an undeclared property.
    if (!isDeclared) loosen();
    const one = valuesOf(isDeclared ? declared[name] : undeclaredIn(keywords), name);
    if (!one && needed.has(name)) return undefined;
    if (!one) continue;
    names.push(name);
    values.push(needed.has(name) ? one : fc.option(one, { nil: absent, freq: 2 }));
  }
  const own = fc.tuple(...values).map((all) => objectOf(names.map((name, index) => [name, all[index]])));
  const more: Arbitrary<[string, unknown]>[] = [];
  const { additionalProperties } = keywords;
  if (additionalProperties === true || isPlainObject(additionalProperties)) {
    const keys = isPlainObject(propertyNames)
      ? valuesOf({ allOf: [{ type: 'string' }, propertyNames] })
      : fc.constantFrom('a', 'b', 'some key', 'constructor', '0');
    const one = valuesOf(additionalProperties);
    if (keys && one) more.push(fc.tuple(keys as Arbitrary<string>, one));
  }
  for (const [pattern, part] of Object.entries((patternProperties as object | undefined) ?? {})) {
    const keys = valuesOf({ type: 'string', pattern });
    const one = valuesOf(part);
    if (keys && one) more.push(fc.tuple(keys as Arbitrary<string>, one));
  }
  if (more.length === 0) return own;
  const minLength = Math.max(0, countOf(keywords['minProperties'], 0) - needed.size);
  const others = fc.array(fc.oneof(...more), { minLength, maxLength: minLength + most });
  return fc.tuple(own, others).map(([object, entries]) => {
    // A copy, because fast-check uses the object again while it shrinks the entries.
    const whole = { ...object };
    for (const [name, value] of entries) if (!Object.hasOwn(object, name)) setOwn(whole, name, value);
    return whole;
  });
}

/** Builds an object in which any name is a plain key, `__proto__` included. */
function objectOf(entries: readonly [string, unknown][]): object {
  const object = {};
  for (const [name, value] of entries) if (value !== absent) setOwn(object, name, value);
  return object;
}

function undeclaredIn({ patternProperties, additionalProperties }: Keywords): unknown {
  return patternProperties === undefined ? (additionalProperties ?? true) : true;
}

function countOf(value: unknown, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise;
}
