import type { OutputUnit } from '@cfworker/json-schema';
import { isPlainObject } from '../values/copy.ts';
import { shorten } from '../values/engine-errors.ts';
import { valueWords } from '../values/value-words.ts';
import { atPointer, decodePointerSegment, type JsonSchema } from './json-schema.ts';

/** Keywords that only report that a subschema failed. The subschema reports its own problem. */
const containers = new Set([
  'properties',
  'patternProperties',
  'additionalProperties',
  'items',
  'prefixItems',
  'additionalItems',
  'allOf',
  '$ref',
  '$recursiveRef',
  'if',
  'then',
  'else',
  'dependentSchemas',
  'unevaluatedProperties',
  'unevaluatedItems',
]);

/**
 * Matches a location inside one of these keywords. Problems there are left out, because the keyword itself reports
 * one problem.
 */
const alternatives = /\/(anyOf|oneOf|not|contains|propertyNames)\//;

/**
 * Matches the parts of a location that name a property. They are ignored, because a property may be called "not",
 * like a keyword.
 */
const names = /\/(properties|patternProperties|\$defs|definitions|dependentSchemas)\/[^/]*/g;

/**
 * What is wrong with arguments, one sentence for each problem. The sentences are written here, so that they are the
 * same whichever library found the problem.
 */
export function schemaProblems(schema: JsonSchema, args: unknown, units: readonly OutputUnit[]): string[] {
  const problems = new Set<string>();
  for (const unit of units) {
    if (containers.has(unit.keyword) || alternatives.test(unit.keywordLocation.replaceAll(names, '')))
      continue;
    const found = at(args, unit.instanceLocation);
    for (const problem of problemsOf(schema, unit, found)) problems.add(problem);
  }
  // The list is never empty, because the arguments were rejected.
  return problems.size > 0 ? [...problems] : ['They do not satisfy the schema of this tool.'];
}

function problemsOf(schema: JsonSchema, unit: OutputUnit, found: unknown): string[] {
  const path = readablePath(unit.instanceLocation);
  const name = path === '' ? 'The whole' : `"${path}"`;
  const limit = atPointer(schema, unit.keywordLocation);
  switch (unit.keyword) {
    case 'false':
      return [`${name} is not an argument of this tool.`];
    case 'type':
      return [`${name} must be ${typeWords(limit)}, but is ${valueWords(found)}.`];
    case 'required':
      return missingNames(limit, found).map((missing) => {
        const property = atPointer(
          schema,
          `${unit.keywordLocation.replace(/required$/, 'properties')}/${encodeSegment(missing)}`,
        );
        return `"${path === '' ? missing : `${path}.${missing}`}" is missing (${schemaWords(property)}).`;
      });
    case 'enum':
      return [`${name} must be ${schemaWords({ enum: limit })}, but is ${valueWords(found)}.`];
    case 'const':
      return [`${name} must be ${JSON.stringify(limit)}, but is ${valueWords(found)}.`];
    case 'minimum':
      return [`${name} must be at least ${String(limit)}, but is ${valueWords(found)}.`];
    case 'maximum':
      return [`${name} must be at most ${String(limit)}, but is ${valueWords(found)}.`];
    case 'exclusiveMinimum':
      return [`${name} must be more than ${String(limit)}, but is ${valueWords(found)}.`];
    case 'exclusiveMaximum':
      return [`${name} must be less than ${String(limit)}, but is ${valueWords(found)}.`];
    case 'multipleOf':
      return [`${name} must be a multiple of ${String(limit)}, but is ${valueWords(found)}.`];
    case 'minLength':
      return [`${name} must have at least ${String(limit)} characters, but is ${valueWords(found)}.`];
    case 'maxLength':
      return [`${name} must have at most ${String(limit)} characters, but is ${valueWords(found)}.`];
    case 'pattern':
      return [`${name} must match the pattern ${String(limit)}, but is ${valueWords(found)}.`];
    case 'format':
      return [`${name} must have the format ${String(limit)}, but is ${valueWords(found)}.`];
    case 'minItems':
      return [`${name} must have at least ${String(limit)} items, but is ${valueWords(found)}.`];
    case 'maxItems':
      return [`${name} must have at most ${String(limit)} items, but is ${valueWords(found)}.`];
    case 'uniqueItems':
      return [`${name} must not have an item twice, but is ${valueWords(found)}.`];
    case 'anyOf':
    case 'oneOf':
      return [`${name} must be ${schemaWords({ [unit.keyword]: limit })}, but is ${valueWords(found)}.`];
    default:
      return [`${name} does not satisfy "${unit.keyword}": ${shorten(limit, 100)} of its schema.`];
  }
}

/** The arguments of a tool in one line: `orderId (string, required), amount (number)`. */
export function argumentsWords(schema: JsonSchema): string {
  const properties = isPlainObject(schema['properties']) ? schema['properties'] : {};
  const required = new Set(Array.isArray(schema['required']) ? (schema['required'] as unknown[]) : []);
  const words = Object.entries(properties).map(
    ([name, property]) =>
      `${name} (${schemaWords(resolve(schema, property))}${required.has(name) ? ', required' : ''})`,
  );
  return words.length === 0 ? 'none' : words.join(', ');
}

function resolve(schema: JsonSchema, part: unknown): unknown {
  return isPlainObject(part) && typeof part['$ref'] === 'string' ? atPointer(schema, part['$ref']) : part;
}

/** The values that a schema accepts, in a few words. */
function schemaWords(schema: unknown): string {
  if (!isPlainObject(schema)) return 'any value';
  if ('const' in schema) return JSON.stringify(schema['const']);
  if (Array.isArray(schema['enum']))
    return `one of ${schema['enum'].map((item) => JSON.stringify(item)).join(', ')}`;
  const parts = schema['anyOf'] ?? schema['oneOf'];
  if (Array.isArray(parts)) return [...new Set(parts.map(schemaWords))].join(' or ');
  if (schema['type'] === 'array' && isPlainObject(schema['items']))
    return `array of ${schemaWords(schema['items'])}`;
  if (Array.isArray(schema['type'])) return schema['type'].join(' or ');
  return typeof schema['type'] === 'string' ? schema['type'] : 'any value';
}

function typeWords(type: unknown): string {
  const types = Array.isArray(type) ? (type as string[]) : [String(type)];
  return types
    .map((name) => (name === 'null' ? 'null' : `${/^[aio]/.test(name) ? 'an' : 'a'} ${name}`))
    .join(' or ');
}

function missingNames(required: unknown, found: unknown): string[] {
  if (!Array.isArray(required) || !isPlainObject(found)) return [];
  return (required as string[]).filter((name) => !Object.hasOwn(found, name));
}

function segmentsOf(location: string): string[] {
  return location
    .replace(/^#\/?/, '')
    .split('/')
    .filter((segment) => segment !== '')
    .map(decodePointerSegment);
}

function encodeSegment(name: string): string {
  return encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'));
}

function readablePath(location: string): string {
  return segmentsOf(location).reduce((path, segment) => {
    if (/^\d+$/.test(segment)) return `${path}[${segment}]`;
    return path === '' ? segment : `${path}.${segment}`;
  }, '');
}

function at(value: unknown, location: string): unknown {
  let part = value;
  for (const key of segmentsOf(location)) {
    if (typeof part !== 'object' || part === null || !Object.hasOwn(part, key)) return undefined;
    part = (part as Record<string, unknown>)[key];
  }
  return part;
}
