import { isPlainObject } from '../values/copy.ts';
import { suggested, meantBy } from '../values/did-you-mean.ts';
import { UsageError } from '../values/engine-errors.ts';
import { unknownWords } from '../values/known-fields.ts';
import { valueWords } from '../values/value-words.ts';
import type { JsonSchema } from './json-schema.ts';
import { slowPatternsIn } from './schema-patterns.ts';
import { fact, sentence, type Sentence } from '../values/error-facts.ts';

const toolFields = ['name', 'description', 'parameters', 'execute'];
/** Names that other libraries and the API use for these fields. */
const toolAliases = { run: 'execute', handler: 'execute', schema: 'parameters', inputSchema: 'parameters' };

/** Throws a TypeError for an invalid definition of a tool. */
export function assertValidDefinition(definition: unknown): void {
  if (typeof definition !== 'object' || definition === null || Array.isArray(definition)) {
    throw new UsageError(
      sentence`${{ where: 'tool' }} takes ${{ expected: 'one object' }}: tool({ name, execute }). It was given ${{ given: valueWords(definition) }}.`,
    );
  }
  const { name, description, execute } = definition as Record<string, unknown>;
  const what = typeof name === 'string' ? sentence`The tool "${{ tool: name }}"` : 'A tool';
  const misspelt = misspeltField(definition);
  if (misspelt !== undefined)
    throw new UsageError(
      sentence`${what} has no ${unknownWords('field', misspelt, toolFields, toolAliases)}`,
    );
  if (typeof name !== 'string') {
    throw new UsageError(
      name === undefined
        ? sentence`A tool needs a ${{ field: 'name' }}, by which the model calls it: tool({ name, execute }).`
        : sentence`The ${{ field: 'name' }} of ${{ where: 'a tool' }} must be ${{ expected: 'a string' }}, but is ${{ given: valueWords(name) }}.`,
    );
  }
  if (typeof execute !== 'function') {
    throw new UsageError(
      sentence`${what} has no ${{ field: 'execute' }} function. Give it one: execute(args, { contextVariables }) { … }.`,
    );
  }
  if (description !== undefined && typeof description !== 'string')
    throw new UsageError(
      sentence`The ${{ field: 'description' }} of tool "${{ tool: name }}" must be ${{ expected: 'a string' }}, but is ${{ given: valueWords(description) }}.`,
    );
}

/**
 * Finds an unknown field that was probably meant as a missing one. Other unknown fields are allowed: `execute` may
 * read them from `this`.
 */
function misspeltField(definition: object): string | undefined {
  if (!isPlainObject(definition)) return undefined;
  return Object.keys(definition).find((field) => {
    if (toolFields.includes(field)) return false;
    const meant = meantBy(field, toolFields, toolAliases);
    return meant !== undefined && definition[meant] === undefined;
  });
}

const types = ['string', 'number', 'integer', 'boolean', 'object', 'array', 'null'];

/** Keywords that declare arguments outside `properties`. */
const otherDeclarations = [
  '$ref',
  'allOf',
  'anyOf',
  'oneOf',
  'if',
  'patternProperties',
  'dependentSchemas',
  'additionalProperties',
];

/**
 * Throws a TypeError for a JSON Schema of arguments that cannot be intended: it is valid, but no call could satisfy
 * it, or a part of it would be ignored. Checks `properties` and `required`, which are the parts most often written by
 * hand.
 */
export function assertValidParameters(toolName: string, schema: JsonSchema): void {
  if (schema['type'] !== 'object') return;
  const { properties = {}, required = [] } = schema;
  if (!isPlainObject(properties)) {
    throw new UsageError(
      sentence`The ${{ field: 'properties' }} of tool "${{ tool: toolName }}" must be ${{ expected: 'an object that has a schema for each argument' }}, not ${{ given: valueWords(properties) }}.`,
    );
  }
  for (const [name, property] of Object.entries(properties)) {
    const problem = propertyProblem(property);
    if (problem !== undefined)
      throw new UsageError(
        sentence`The property "${{ field: name }}" of tool "${{ tool: toolName }}" ${problem}`,
      );
  }
  if (!isListOfNames(required)) {
    throw new UsageError(
      sentence`The parameters of tool "${{ tool: toolName }}" have a "${{ field: 'required' }}" that must be ${{ expected: 'a list of names' }}, but is ${{ given: valueWords(required) }}.`,
    );
  }
  if (otherDeclarations.some((keyword) => schema[keyword])) return;
  const names = Object.keys(properties);
  const missing = required.find((name) => !names.includes(name));
  if (missing !== undefined) {
    throw new UsageError(
      sentence`The tool "${{ tool: toolName }}" ${fact({ field: 'required' })}requires "${{ given: missing }}", which is not among its properties, so no call could be valid.${suggested(missing, names)} Its properties: ${{ known: names }}.`,
    );
  }
}

/** Throws a TypeError for a schema with a pattern whose search may take exponentially long. */
export function assertQuickPatterns(toolName: string, schema: JsonSchema): void {
  const [slow] = slowPatternsIn(schema);
  if (slow) {
    const { place, pattern } = slow;
    throw new UsageError(
      sentence`The pattern ${{ given: pattern }} of ${place === '' ? 'the parameters' : sentence`the property "${{ field: place }}"`} of tool "${{ tool: toolName }}" can take minutes to search a short text: a part that repeats can match the same text in two ways. Use ${{ expected: 'a pattern that can match a text in one way only' }}: a+ instead of (a+)+, or (\\w+\\s)* instead of (\\w+\\s?)*.`,
    );
  }
}

function propertyProblem(property: unknown): string | Sentence | undefined {
  if (typeof property === 'boolean') return undefined;
  const isObject = typeof property === 'object' && property !== null;
  if ((isObject || typeof property === 'function') && '~standard' in property)
    return 'is a schema of a library inside a JSON Schema. Use the library for the schema of the whole object.';
  if (!isObject)
    return sentence`must be ${{ expected: 'a schema, such as { type: "string" }' }}, but is ${{ given: valueWords(property) }}.`;
  const { type } = property as { type?: unknown };
  const listed = typeof type === 'string' ? [type] : (type ?? []);
  if (!isListOfNames(listed))
    return sentence`has a "type" that must be ${{ expected: 'a string' }}, but is ${{ given: valueWords(type) }}.`;
  const unknown = listed.find((one) => !types.includes(one));
  return unknown === undefined
    ? undefined
    : sentence`has the type "${{ given: unknown }}", which JSON Schema does not know.${suggested(unknown, types)} Its types: ${{ known: types }}.`;
}

function isListOfNames(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((name) => typeof name === 'string');
}
