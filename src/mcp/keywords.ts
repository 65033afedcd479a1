import { isPlainObject } from '../engine/values/copy.ts';
import { atPointer, type JsonSchema } from '../engine/tools/json-schema.ts';

/** Keywords with a schema in them; of older drafts "items" may have a list of them. */
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

/** Keywords with a list of schemas. */
export const lists: ReadonlySet<string> = new Set(['allOf', 'anyOf', 'oneOf', 'prefixItems']);

/** Keywords with schemas by name. */
export const maps: ReadonlySet<string> = new Set([
  'properties',
  'patternProperties',
  'dependentSchemas',
  'dependencies',
  '$defs',
  'definitions',
]);

/** Keywords under which a schema that refuses less makes the whole refuse more. */
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

/** Whether the validator can use what stands under a keyword. What is no keyword of its own is none of its affair. */
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
      // What every object has is no format.
      return typeof value === 'string' && !(value in {});
    case '$ref':
      return leadsToSchema(value, root);
    case '$recursiveRef':
      return value === '#';
    default:
      return true;
  }
}

/** Whether a keyword names the schema itself: references within it would lead elsewhere, and the model is told nothing by it. */
export function isForAddresses(keyword: string, value: unknown): boolean {
  return keyword === '$id' || (keyword === 'id' && typeof value === 'string');
}

/** Whether arguments may be declared under a keyword. */
export function mayDeclare(keyword: string): boolean {
  return lists.has(keyword) || maps.has(keyword) || ['$ref', 'if', 'then', 'else'].includes(keyword);
}

/** Whether a reference, and the one it leads to, and so on, comes to an end within the whole. */
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

/** Whether this can be a schema at all. */
export function isSchema(value: unknown): boolean {
  return typeof value === 'boolean' || isPlainObject(value);
}

/** Whether this is a regular expression as JSON Schema has them. */
export function isPattern(value: string): boolean {
  try {
    return new RegExp(value, 'u') instanceof RegExp;
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
