import type { StandardSchemaV1 } from '@standard-schema/spec';
import { isPlainObject } from '../values/copy.ts';
import { assertQuickPatterns, assertValidDefinition, assertValidParameters } from './valid-tool.ts';
import { ownSchema, toJsonSchema, type JsonSchema } from './json-schema.ts';

/**
 * The return value of a tool. A string is sent unchanged; an Agent hands off; a Result may do both; undefined becomes
 * ''; any other value is JSON.stringify'd. A promise of any of these is awaited.
 *
 * `any`, because with `unknown` agents that refer to each other do not compile (TS7022).
 */
export type ToolReturn = any;

/**
 * A tool, or a plain named function that takes nothing from the model: `function transferToSales() { return sales }`.
 *
 * A plain function receives the context variables as its only parameter, and is offered to the model without
 * parameters. If the model sends arguments, the call is answered with an error that points to `tool()`. `run` rejects
 * with a TypeError, before the model is called, for a function with two or more parameters, without a name or with a
 * name outside [a-zA-Z0-9_-]{1,64}, and for two functions with the same name in one agent.
 */
export type AgentFunction<C extends object = any> = Tool<C> | ((contextVariables: C) => ToolReturn);

/** The context that a tool gets besides its arguments. */
export interface ToolContext<C extends object = any> {
  /** The run's live object, never the caller's own. Later tools and instructions see a tool's changes to it. */
  contextVariables: C;
  /** Aborted when the run is aborted. */
  signal: AbortSignal;
  /** The id the model gave this call. */
  toolCallId: string;
}

/** A JSON Schema of an object; anything else does not compile. */
export interface JsonObjectSchema {
  /** Arguments are always an object. */
  type: 'object';
  /** The arguments by name. */
  properties?: Record<string, object>;
  /** Names of the required arguments. */
  required?: readonly string[];
  /** Whether arguments other than `properties` are allowed. By default they are not. */
  additionalProperties?: boolean | object;
  /** Shown to the model. */
  description?: string;
  /** Schemas that others refer to as `#/$defs/name`. */
  $defs?: Record<string, object>;
}

/** The type of `args` for a schema. */
export type InferArguments<Schema> =
  Schema extends StandardSchemaV1<any, object>
    ? StandardSchemaV1.InferOutput<Schema>
    : Schema extends JsonObjectSchema
      ? Record<string, any>
      : {};

/** A function that the model may call with arguments. Created by `tool()`. */
export interface Tool<C extends object = any> {
  /** The name that the model calls: [a-zA-Z0-9_-]{1,64}. */
  readonly name: string;
  /** Tells the model when to call the tool; '' if omitted. */
  readonly description: string;
  /** The JSON Schema of the arguments that is sent to the model; frozen. */
  readonly parameters: object;
  /** Runs the tool with validated arguments. */
  execute(args: any, context: ToolContext<C>): ToolReturn;
}

/**
 * The key under which a tool keeps the schema it was created from. A registered symbol, so that another copy of the
 * package finds the schema.
 */
const standardSchemaKey = Symbol.for('swarmcheck.standardSchema');

/**
 * Creates a tool from its definition.
 *
 * `parameters` is a Standard Schema that can give its JSON Schema (zod 4, arktype, valibot through
 * `toStandardJsonSchema` of @valibot/to-json-schema) or a JSON Schema of an object (draft 2020-12). Arguments are
 * validated before `execute`. Invalid ones are answered with an error message to the model, never thrown. For every
 * kind of schema, an undeclared argument is invalid unless `additionalProperties` allows it. Empty arguments mean {}.
 *
 * Throws a TypeError if the definition is invalid, if `parameters` cannot be expressed as JSON Schema, or if no call
 * could satisfy them. If `parameters` is not the schema of an object, `run` rejects with a TypeError before the model
 * is called.
 */
export function tool<
  const Schema extends StandardSchemaV1<any, object> | JsonObjectSchema | undefined = undefined,
  C extends object = any,
>(definition: {
  name: string;
  description?: string | undefined;
  parameters?: Schema;
  execute(args: InferArguments<Schema>, context: ToolContext<C>): ToolReturn;
}): Tool<C> {
  assertValidDefinition(definition);
  const { name, description = '', parameters } = definition;
  if (isPlainObject(parameters) && !isStandardSchema(parameters)) assertValidParameters(name, parameters);
  const schema = toJsonSchema(name, parameters);
  assertQuickPatterns(name, schema);
  const made = makeTool(name, description, schema, (args, context) =>
    definition.execute(args as InferArguments<Schema>, context),
  );
  if (isStandardSchema(parameters)) {
    const origin: SchemaOrigin = { schema: parameters, parameters: made.parameters };
    Object.assign(made, { [standardSchemaKey]: origin });
  }
  return made;
}

/** Creates a tool from parts that are known to be valid. */
export function makeTool(
  name: string,
  description: string,
  schema: JsonSchema,
  execute: (args: unknown, context: ToolContext) => unknown,
): Tool {
  return { name, description, parameters: ownSchema(schema), execute };
}

/** The schema that a tool was created from, and the parameters derived from it. */
interface SchemaOrigin {
  schema: StandardSchemaV1;
  parameters: object;
}

/** The Standard Schema that a tool was created from, if any. Undefined for a copy with other parameters. */
export function standardSchemaOf(value: Tool): StandardSchemaV1 | undefined {
  const origin = (value as { [standardSchemaKey]?: SchemaOrigin })[standardSchemaKey];
  if (origin) return origin.parameters === value.parameters ? origin.schema : undefined;
  return isStandardSchema(value.parameters) ? value.parameters : undefined;
}

/** A schema is an object in some libraries, and a function in others. */
function isStandardSchema(value: unknown): value is StandardSchemaV1 {
  return (
    ((typeof value === 'object' && value !== null) || typeof value === 'function') && '~standard' in value
  );
}
