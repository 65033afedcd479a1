import { isPlainObject, setOwn } from '../../../engine/values/copy.ts';
import { atPointer, type JsonSchema } from '../../../engine/tools/json-schema.ts';

/** What a schema and all that it refers to, or is made of, ask for together. */
export interface MergedSchema {
  keywords: Record<string, unknown>;
  patterns: string[];
  /** Of each list one has to be satisfied. */
  choices: unknown[][];
  /** Whether it asks for something that is not seen in the rest: values have to be held against the schema. */
  isLoose: boolean;
}

/** Keywords that say nothing of values. */
const annotations = new Set([
  'title',
  'description',
  'default',
  'examples',
  'deprecated',
  'readOnly',
  'writeOnly',
  'format',
  '$schema',
  '$id',
  '$comment',
  '$defs',
  'definitions',
]);

/** Keywords of which a value is made; any other is left to the validator. */
const understood = new Set([
  'type',
  'enum',
  'const',
  'properties',
  'required',
  'additionalProperties',
  'items',
  'prefixItems',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
]);

const lowerLimits = new Set(['minimum', 'exclusiveMinimum', 'minLength', 'minItems', 'minProperties']);
const upperLimits = new Set(['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems', 'maxProperties']);

/**
 * Follows references, at most so many, and puts the parts of allOf together. Undefined where nothing satisfies it, or more
 * references would have to be followed.
 */
export function mergedSchema(
  root: JsonSchema,
  schema: unknown,
  references: number,
): { merged: MergedSchema; left: number } | undefined {
  const merged: MergedSchema = { keywords: {}, patterns: [], choices: [], isLoose: false };
  let left = references;
  const add = (part: unknown): boolean => {
    if (part === false) return false;
    if (!isPlainObject(part)) return true;
    for (const [keyword, value] of Object.entries(part)) {
      if (keyword === '$ref') {
        const target = typeof value === 'string' ? atPointer(root, value) : undefined;
        if (target === undefined) merged.isLoose = true;
        else if (--left < 0 || !add(target)) return false;
      } else if (keyword === 'allOf') {
        if (Array.isArray(value) && !value.every(add)) return false;
      } else {
        addKeyword(merged, part, keyword, value);
      }
    }
    return true;
  };
  return add(schema) ? { merged, left } : undefined;
}

function addKeyword(merged: MergedSchema, part: JsonSchema, keyword: string, value: unknown): void {
  const { keywords, patterns, choices } = merged;
  if (keyword === 'pattern') {
    patterns.push(String(value));
  } else if (keyword === 'anyOf' || keyword === 'oneOf') {
    if (!Array.isArray(value)) return;
    choices.push(value);
    if (keyword === 'oneOf' && !areDisjoint(value)) merged.isLoose = true;
  } else if (keyword === 'if') {
    choices.push([{ allOf: [value, part['then'] ?? true] }, part['else'] ?? true]);
    merged.isLoose = true;
  } else if (keyword !== 'then' && keyword !== 'else') {
    if (!understood.has(keyword) && !annotations.has(keyword)) merged.isLoose = true;
    if (!Object.hasOwn(keywords, keyword)) setOwn(keywords, keyword, value);
    else setOwn(keywords, keyword, both(merged, keyword, keywords[keyword], value));
  }
}

/** What a keyword asks for that stands in two parts. */
function both(merged: MergedSchema, keyword: string, one: unknown, other: unknown): unknown {
  if (annotations.has(keyword)) return keyword === 'format' ? one : other;
  if (lowerLimits.has(keyword)) return Math.max(Number(one), Number(other));
  if (upperLimits.has(keyword)) return Math.min(Number(one), Number(other));
  if (keyword === 'type') return commonTypes(one, other);
  if (keyword === 'required') return [...new Set([one, other].flat())];
  if (keyword === 'items') return { allOf: [one, other] };
  // What one of them declares the other may forbid.
  merged.isLoose = true;
  if (keyword === 'properties' && isPlainObject(one) && isPlainObject(other)) {
    const properties: Record<string, unknown> = { ...one };
    for (const [name, value] of Object.entries(other))
      setOwn(properties, name, Object.hasOwn(one, name) ? { allOf: [one[name], value] } : value);
    return properties;
  }
  if (keyword === 'enum' && Array.isArray(one) && Array.isArray(other)) {
    const texts = new Set(other.map((value) => JSON.stringify(value)));
    return one.filter((value) => texts.has(JSON.stringify(value)));
  }
  return one;
}

function commonTypes(one: unknown, other: unknown): string[] {
  const [left, right] = [typesIn(one), typesIn(other)];
  return [...new Set([...typesAmong(left, right), ...typesAmong(right, left)])];
}

/** The whole numbers are among the numbers. */
function typesAmong(types: readonly string[], others: readonly string[]): string[] {
  return types.filter((type) => others.includes(type) || (type === 'integer' && others.includes('number')));
}

/** The names of types in a `type`, which is one or a list. */
export function typesIn(type: unknown): string[] {
  return [type].flat().filter((name) => typeof name === 'string');
}

/** Whether no value can satisfy two of these: of different types, or told apart by a property that is constant in each. */
function areDisjoint(parts: readonly unknown[]): boolean {
  const schemas = parts.filter(isPlainObject);
  if (schemas.length < parts.length) return false;
  const types = schemas.map(({ type }) => (type === 'integer' ? 'number' : type));
  if (types.every((type) => typeof type === 'string') && new Set(types).size === parts.length) return true;
  const [first] = schemas;
  const names = Object.keys((first?.['properties'] as object | undefined) ?? {});
  return names.some((name) => new Set(schemas.map((schema) => tagOf(schema, name))).size === parts.length);
}

/** The value that a property must have, as text; of those that may have any, all are alike. */
function tagOf(schema: Record<string, unknown>, name: string): string | undefined {
  const { properties, required } = schema;
  if (!isPlainObject(properties) || !Array.isArray(required) || !required.includes(name)) return undefined;
  const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
  return isPlainObject(property) && 'const' in property ? JSON.stringify(property['const']) : undefined;
}
