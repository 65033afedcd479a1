import { isPlainObject } from '../data/copy.ts';
import { didYouMean, meantBy } from '../data/did-you-mean.ts';
import { UsageError } from '../data/errors.ts';
import { unknownWords } from '../data/known-fields.ts';
import { valueWords } from '../data/value-words.ts';
import type { JsonSchema } from './json-schema.ts';

const toolFields = ['name', 'description', 'parameters', 'execute'];
/** As other libraries and the API call them. */
const toolAliases = { run: 'execute', handler: 'execute', schema: 'parameters', inputSchema: 'parameters' };

/** Throws a TypeError for what is no definition of a tool. */
export function checkDefinition(definition: unknown): void {
  if (typeof definition !== 'object' || definition === null || Array.isArray(definition)) {
    throw new TypeError(
      `tool takes one object: tool({ name, execute }). It was given ${valueWords(definition)}.`,
    );
  }
  const { name, description, execute } = definition as Record<string, unknown>;
  const what = typeof name === 'string' ? `The tool "${name}"` : 'A tool';
  const misspelt = misspeltField(definition);
  if (misspelt !== undefined)
    throw new UsageError(`${what} has no ${unknownWords('field', misspelt, toolFields, toolAliases)}`);
  if (typeof name !== 'string') {
    throw new TypeError(
      name === undefined
        ? 'A tool needs a name, by which the model calls it: tool({ name, execute }).'
        : `The name of a tool must be a string, but is ${valueWords(name)}.`,
    );
  }
  if (typeof execute !== 'function') {
    throw new TypeError(
      `${what} has no execute function. Give it one: execute(args, { contextVariables }) { … }.`,
    );
  }
  if (description !== undefined && typeof description !== 'string')
    throw new TypeError(
      `The description of tool "${name}" must be a string, but is ${valueWords(description)}.`,
    );
}

/** A definition may have fields of its own, which `execute` reads from `this`; but not one that stands where a field of ours is missing. */
function misspeltField(definition: object): string | undefined {
  if (!isPlainObject(definition)) return undefined;
  return Object.keys(definition).find((field) => {
    if (toolFields.includes(field)) return false;
    const meant = meantBy(field, toolFields, toolAliases);
    return meant !== undefined && definition[meant] === undefined;
  });
}

const types = ['string', 'number', 'integer', 'boolean', 'object', 'array', 'null'];

/** Keywords that declare arguments elsewhere than in `properties`. */
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
 * Throws a TypeError for a JSON Schema of arguments as none could mean it: it would hold, but no call would ever fit it, or
 * a part of it would be ignored. Looks at what is written by hand most, the properties and which are required.
 */
export function checkParameters(toolName: string, schema: JsonSchema): void {
  if (schema['type'] !== 'object') return;
  const { properties = {}, required = [] } = schema;
  if (!isPlainObject(properties)) {
    throw new UsageError(
      `The properties of tool "${toolName}" must be an object that has a schema for each argument, not ${valueWords(properties)}.`,
    );
  }
  for (const [name, property] of Object.entries(properties)) {
    const problem = propertyProblem(property);
    if (problem !== undefined)
      throw new UsageError(`The property "${name}" of tool "${toolName}" ${problem}`);
  }
  if (!isListOfNames(required)) {
    throw new UsageError(
      `The parameters of tool "${toolName}" have a "required" that must be a list of names, but is ${valueWords(required)}.`,
    );
  }
  if (otherDeclarations.some((keyword) => schema[keyword])) return;
  const names = Object.keys(properties);
  const missing = required.find((name) => !names.includes(name));
  if (missing !== undefined) {
    throw new UsageError(
      `The tool "${toolName}" requires "${missing}", which is not among its properties, so no call could be valid.${didYouMean(missing, names)} Its properties: ${names.join(', ') || 'none'}.`,
    );
  }
}

function propertyProblem(property: unknown): string | undefined {
  if (typeof property === 'boolean') return undefined;
  const isObject = typeof property === 'object' && property !== null;
  if ((isObject || typeof property === 'function') && '~standard' in property)
    return 'is a schema of a library inside a JSON Schema. Let the library make the schema of the whole object.';
  if (!isObject) return `must be a schema, such as { type: "string" }, but is ${valueWords(property)}.`;
  const { type } = property as { type?: unknown };
  const listed = typeof type === 'string' ? [type] : (type ?? []);
  if (!isListOfNames(listed)) return `has a "type" that must be a string, but is ${valueWords(type)}.`;
  const unknown = listed.find((one) => !types.includes(one));
  return unknown === undefined
    ? undefined
    : `has the type "${unknown}", which JSON Schema does not know.${didYouMean(unknown, types)} Its types: ${types.join(', ')}.`;
}

function isListOfNames(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((name) => typeof name === 'string');
}
