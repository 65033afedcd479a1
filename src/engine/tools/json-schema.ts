import type { StandardJSONSchemaV1 } from '@standard-schema/spec';
import { copyData, freezeData, isPlainObject } from '../values/copy.ts';
import { sentence } from '../values/error-facts.ts';
import { UsageError } from '../values/engine-errors.ts';
import { isSlowPattern } from './slow-patterns.ts';

/** A JSON Schema with any keywords. */
export type JsonSchema = { readonly [keyword: string]: unknown };

const derivedKey = Symbol('swarmcheck.derived');

/**
 * Copies and freezes a schema, and adds an empty object under a symbol, for data that is derived from the schema
 * later. A WeakMap from schemas to the data would also work. But if a run's agents are created only for that run, the
 * map costs as much as the rest of the run.
 */
export function ownSchema(schema: JsonSchema): JsonSchema {
  const copy = copyData(schema);
  Object.defineProperty(copy, derivedKey, { value: {} });
  return freezeData(copy);
}

/** The object that `ownSchema` added for derived data; undefined for other schemas. */
export function derivedFrom(schema: JsonSchema): object | undefined {
  return (schema as { [derivedKey]?: object } | undefined)?.[derivedKey];
}

/**
 * The JSON Schema of a tool's parameters. Throws a TypeError that names the tool if `parameters` is not a schema.
 */
export function toJsonSchema(toolName: string, parameters: unknown): JsonSchema {
  if (parameters === undefined) return { type: 'object', properties: {} };
  const fromLibrary = standardJsonSchema(parameters);
  if (fromLibrary === undefined && !isPlainObject(parameters)) {
    throw new UsageError(
      sentence`The ${{ field: 'parameters' }} of tool "${{ tool: toolName }}" are not a schema. Pass a JSON Schema of an object, or a zod, arktype or valibot schema.`,
    );
  }
  const { $schema: _dialect, ...schema } = fromLibrary
    ? convert(toolName, fromLibrary)
    : (parameters as JsonSchema);
  return schema;
}

function standardJsonSchema(parameters: unknown): StandardJSONSchemaV1['~standard'] | undefined {
  if ((typeof parameters !== 'object' && typeof parameters !== 'function') || parameters === null)
    return undefined;
  return (parameters as Partial<StandardJSONSchemaV1>)['~standard'];
}

function convert(toolName: string, standard: Partial<StandardJSONSchemaV1['~standard']>): JsonSchema {
  if (!standard.jsonSchema) {
    const advice =
      standard.vendor === 'valibot'
        ? 'wrap them in toStandardJsonSchema() of @valibot/to-json-schema'
        : 'update the library, or pass a JSON Schema';
    throw new UsageError(
      sentence`The ${{ field: 'parameters' }} of tool "${{ tool: toolName }}" (${String(standard.vendor)}) do not provide a JSON Schema, which the model needs: ${advice}.`,
    );
  }
  try {
    return standard.jsonSchema.input({ target: 'draft-2020-12' });
  } catch (error) {
    throw new UsageError(
      sentence`The ${{ field: 'parameters' }} of tool "${{ tool: toolName }}" (${String(standard.vendor)}) cannot be expressed as JSON Schema, which the model needs: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    );
  }
}

/** The arguments that a schema declares. */
export interface DeclaredArguments {
  names: ReadonlySet<string>;
  /** The names that are declared by pattern. */
  patterns: readonly RegExp[];
  /** Whether `additionalProperties` allows more. */
  others: boolean;
}

/**
 * Finds the arguments that a schema declares, including those that its parts declare. Follows references and
 * combinations (`allOf`, `if`, …).
 */
export function declaredArguments(schema: JsonSchema): DeclaredArguments {
  const names = new Set<string>();
  const patterns: RegExp[] = [];
  let others = false;
  const seen = new Set<unknown>();
  const visit = (part: unknown) => {
    if (!isPlainObject(part) || seen.has(part)) return;
    seen.add(part);
    for (const name of Object.keys(part['properties'] ?? {})) names.add(name);
    for (const pattern of Object.keys(part['patternProperties'] ?? {})) {
      if (isSlowPattern(pattern)) others = true;
      else patterns.push(new RegExp(pattern, 'u'));
    }
    const { additionalProperties } = part;
    if (additionalProperties === true || isPlainObject(additionalProperties)) others = true;
    if (typeof part['$ref'] === 'string') visit(atPointer(schema, part['$ref']));
    for (const keyword of ['allOf', 'anyOf', 'oneOf']) {
      const parts = part[keyword];
      if (Array.isArray(parts)) parts.forEach(visit);
    }
    for (const keyword of ['if', 'then', 'else']) visit(part[keyword]);
    Object.values(part['dependentSchemas'] ?? {}).forEach(visit);
  };
  visit(schema);
  return { names, patterns, others };
}

/**
 * The part of a schema that a JSON pointer names, following references on the way; undefined if it does not exist.
 */
export function atPointer(schema: JsonSchema, pointer: string): unknown {
  let part: unknown = schema;
  for (const segment of pointer.replace(/^#\/?/, '').split('/')) {
    if (segment === '') continue;
    const key = decodePointerSegment(segment);
    if (typeof part !== 'object' || part === null || !Object.hasOwn(part, key)) return undefined;
    part = (part as Record<string, unknown>)[key];
    if (key === '$ref' && typeof part === 'string') part = atPointer(schema, part);
  }
  return part;
}

/** Decodes one segment of a JSON pointer (RFC 6901), URI-encoded or not. */
export function decodePointerSegment(segment: string): string {
  const plain = segment.replaceAll('~1', '/').replaceAll('~0', '~');
  try {
    return decodeURIComponent(plain);
  } catch {
    return plain;
  }
}
