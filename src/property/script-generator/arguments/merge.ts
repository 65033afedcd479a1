import { isPlainObject, setOwn } from '../../../engine/values/copy.ts';
import { atPointer, type JsonSchema } from '../../../engine/tools/json-schema.ts';

/** Everything that a schema requires, including its references and its parts. */
export interface MergedSchema {
  keywords: Record<string, unknown>;
  patterns: string[];
  /** A value must satisfy one schema of each list. */
  choices: unknown[][];
  /** Whether the schema has requirements that the other fields do not contain, so that values must be validated. */
  isLoose: boolean;
}

/** Keywords that need no validation: annotations, and `format`, which `stringsWithin` handles. */
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

/** Keywords from which values are made; the validator handles all others. */
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
 * Merges a schema with its references and the parts of allOf. `left` is the number of references that may still be
 * followed. Undefined if no value satisfies the schema, or if it has more references than `references`.
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

/** Combines the values of a keyword that two parts contain. */
function both(merged: MergedSchema, keyword: string, one: unknown, other: unknown): unknown {
  if (annotations.has(keyword)) return keyword === 'format' ? one : other;
  if (lowerLimits.has(keyword)) return Math.max(Number(one), Number(other));
  if (upperLimits.has(keyword)) return Math.min(Number(one), Number(other));
  if (keyword === 'type') return commonTypes(one, other);
  if (keyword === 'required') return [...new Set([one, other].flat())];
  if (keyword === 'items') return { allOf: [one, other] };
  // One part may forbid what the other allows.
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

/** The types that `others` allow as well. A "number" allows an "integer". */
function typesAmong(types: readonly string[], others: readonly string[]): string[] {
  return types.filter((type) => others.includes(type) || (type === 'integer' && others.includes('number')));
}

/** The type names in a `type`, which is one name or a list. */
export function typesIn(type: unknown): string[] {
  return [type].flat().filter((name) => typeof name === 'string');
}

/**
 * Whether no value can satisfy two of these schemas: they have different types, or a required property with a
 * different constant in each.
 */
function areDisjoint(parts: readonly unknown[]): boolean {
  const schemas = parts.filter(isPlainObject);
  if (schemas.length < parts.length) return false;
  const types = schemas.map(({ type }) => (type === 'integer' ? 'number' : type));
  if (types.every((type) => typeof type === 'string') && new Set(types).size === parts.length) return true;
  const [first] = schemas;
  const names = Object.keys((first?.['properties'] as object | undefined) ?? {});
  return names.some((name) => new Set(schemas.map((schema) => tagOf(schema, name))).size === parts.length);
}

/**
 * The constant that a required property must equal, as text; undefined if the property is optional or may have other
 * values.
 */
function tagOf(schema: Record<string, unknown>, name: string): string | undefined {
  const { properties, required } = schema;
  if (!isPlainObject(properties) || !Array.isArray(required) || !required.includes(name)) return undefined;
  const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
  return isPlainObject(property) && 'const' in property ? JSON.stringify(property['const']) : undefined;
}
