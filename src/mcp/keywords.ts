import { isPlainObject } from '../engine/values/copy.ts';
import { atPointer, type JsonSchema } from '../engine/tools/json-schema.ts';
import { isSlowPattern } from '../engine/tools/slow-patterns.ts';

/** Keywords whose value is a schema. In older drafts, "items" may also be a list of schemas. */
export const places: ReadonlySet<string> = new Set([
  'items',
  'additionalItems',
  'unevaluatedItems',
  'contains',
  'additionalProperties',
  'unevaluatedProperties',
  'propertyNames',
  'not',
  'if',
  'then',
  'else',
]);

/** Keywords whose value is a list of schemas. */
export const lists: ReadonlySet<string> = new Set(['allOf', 'anyOf', 'oneOf', 'prefixItems']);

/** Keywords whose value is an object of schemas by name. */
export const maps: ReadonlySet<string> = new Set([
  'properties',
  'patternProperties',
  'dependentSchemas',
  'dependencies',
  '$defs',
  'definitions',
]);

/** Keywords that act as conditions: if the schema inside accepts more, the whole schema may accept less. */
export const conditions: ReadonlySet<string> = new Set(['not', 'if', 'oneOf', 'contains']);

const numbers = new Set(['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum']);

const counts = new Set([
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'minContains',
  'maxContains',
  'minProperties',
  'maxProperties',
]);

const types: readonly unknown[] = ['string', 'number', 'integer', 'boolean', 'object', 'array', 'null'];

/**
 * Whether the validator can use the value of a keyword. Any value of an unknown keyword is usable, because the
 * validator ignores unknown keywords.
 */
export function isKeywordUsable(keyword: string, value: unknown, root: JsonSchema): boolean {
  if (places.has(keyword)) return isSchema(value) || (keyword === 'items' && isListOfSchemas(value));
  if (lists.has(keyword)) return isListOfSchemas(value);
  if (maps.has(keyword)) return isPlainObject(value);
  if (numbers.has(keyword)) return typeof value === 'number';
  if (counts.has(keyword)) return Number.isInteger(value) && (value as number) >= 0;
  switch (keyword) {
    case 'type':
      return [value].flat().every((type) => types.includes(type));
    case 'enum':
      return Array.isArray(value);
    case 'required':
      return isListOfNames(value);
    case 'dependentRequired':
      return isPlainObject(value) && Object.values(value).every(isListOfNames);
    case 'multipleOf':
      return typeof value === 'number' && value > 0;
    case 'pattern':
      return typeof value === 'string' && isPattern(value);
    case 'format':
      // Names inherited from Object.prototype, such as "constructor", are not formats, but the validator would call
      // them.
      return typeof value === 'string' && !(value in {});
    case '$ref':
      return leadsToSchema(value, root);
    case '$recursiveRef':
      return value === '#';
    default:
      return true;
  }
}

/**
 * Whether a keyword gives the schema an identifier of its own. The identifier would change the target of references
 * inside the schema, and tells the model nothing.
 */
export function isForAddresses(keyword: string, value: unknown): boolean {
  return keyword === '$id' || (keyword === 'id' && typeof value === 'string');
}

/** Whether the value of a keyword may declare arguments. */
export function mayDeclare(keyword: string): boolean {
  return lists.has(keyword) || maps.has(keyword) || ['$ref', 'if', 'then', 'else'].includes(keyword);
}

/** Whether a reference, followed through further references, ends at a schema within the root. */
function leadsToSchema(reference: unknown, root: JsonSchema): boolean {
  const seen = new Set<unknown>();
  let next = reference;
  while (next !== undefined) {
    if (typeof next !== 'string' || !next.startsWith('#') || seen.has(next)) return false;
    seen.add(next);
    const target = atPointer(root, next);
    if (!isSchema(target)) return false;
    next = isPlainObject(target) ? target['$ref'] : undefined;
  }
  return true;
}

/** Whether a value can be a schema. */
export function isSchema(value: unknown): boolean {
  return typeof value === 'boolean' || isPlainObject(value);
}

/** Whether a text is a regular expression as JSON Schema defines it, and its search cannot take minutes. */
export function isPattern(value: string): boolean {
  try {
    return new RegExp(value, 'u') instanceof RegExp && !isSlowPattern(value);
  } catch {
    return false;
  }
}

function isListOfSchemas(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every(isSchema);
}

function isListOfNames(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((name) => typeof name === 'string');
}
