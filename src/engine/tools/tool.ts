import type { StandardSchemaV1 } from '@standard-schema/spec';
import { isPlainObject } from '../values/copy.ts';
import { assertValidDefinition, assertValidParameters } from './valid-tool.ts';
import { ownSchema, toJsonSchema, type JsonSchema } from './json-schema.ts';

/**
 * What a tool may return: strings pass as they are; an Agent hands off; a Result may do both;
 * undefined is ''; the rest is JSON.stringify'd. A promise of any of these is awaited.
 *
 * `any`, not `unknown`: otherwise agents that refer to each other fail with TS7022.
 */
export type ToolReturn = any;

/**
 * A tool, or a plain named function that takes nothing from the model:
 * `function transferToSales() { return sales }`.
 *
 * A plain function receives the context variables as its only parameter and is offered without
 * parameters; arguments from the model are answered with an error that points to `tool()`. A
 * function with two or more parameters, without a name or with a name outside [a-zA-Z0-9_-]{1,64},
 * and two functions of one name in an agent, make `run` reject with a TypeError before the model is
 * called.
 */
export type AgentFunction<C extends object = any> = Tool<C> | ((contextVariables: C) => ToolReturn);

/** What a tool is given besides its arguments. */
export interface ToolContext<C extends object = any> {
  /** The run's live object: what a tool writes, later tools and instructions see. Never the caller's own object. */
  contextVariables: C;
  /** Aborted with the run. */
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
  /** Names of the arguments that must be there. */
  required?: readonly string[];
  /** Whether arguments beyond `properties` are allowed; without it they are not. */
  additionalProperties?: boolean | object;
  /** Shown to the model. */
  description?: string;
  /** Schemas that others refer to as `#/$defs/name`. */
  $defs?: Record<string, object>;
}

/** The type of `args` that follows from a schema. */
export type InferArguments<Schema> =
  Schema extends StandardSchemaV1<any, object>
    ? StandardSchemaV1.InferOutput<Schema>
    : Schema extends JsonObjectSchema
      ? Record<string, any>
      : {};

/** A function the model may call with arguments. Made by `tool()`. */
export interface Tool<C extends object = any> {
  /** The name the model calls, [a-zA-Z0-9_-]{1,64}. */
  readonly name: string;
  /** Tells the model when to call it; '' when there is none. */
  readonly description: string;
  /** JSON Schema of the arguments, as it is sent to the model; frozen. */
  readonly parameters: object;
  /** Runs the tool with validated arguments. */
  execute(args: any, context: ToolContext<C>): ToolReturn;
}

/** Where a tool keeps the schema it was made from; registered, so that another copy of the package finds it. */
const standardSchemaKey = Symbol.for('swarmcheck.standardSchema');

/**
 * A tool from its definition.
 *
 * `parameters` is a Standard Schema that can give its JSON Schema (zod 4, arktype, valibot through
 * `toStandardJsonSchema` of @valibot/to-json-schema) or a JSON Schema of an object (draft 2020-12).
 * Arguments are validated before `execute`; invalid ones are answered with an error message to the
 * model, never thrown. With every kind of schema alike, an argument that is not declared is invalid
 * unless `additionalProperties` allows it. Empty arguments mean {}.
 *
 * Throws a TypeError for a definition that is none, when `parameters` cannot be expressed as JSON Schema, and when no call
 * could fit them. Parameters that are not those of an object make `run` reject with one before the model is called.
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
  const made = makeTool(name, description, toJsonSchema(name, parameters), (args, context) =>
    definition.execute(args as InferArguments<Schema>, context),
  );
  if (isStandardSchema(parameters)) {
    const origin: SchemaOrigin = { schema: parameters, parameters: made.parameters };
    Object.assign(made, { [standardSchemaKey]: origin });
  }
  return made;
}

/** A tool of parts that are known to be right. */
export function makeTool(
  name: string,
  description: string,
  schema: JsonSchema,
  execute: (args: unknown, context: ToolContext) => unknown,
): Tool {
  return { name, description, parameters: ownSchema(schema), execute };
}

/** The schema a tool was made from, and the parameters that came of it. */
interface SchemaOrigin {
  schema: StandardSchemaV1;
  parameters: object;
}

/** The Standard Schema a tool was made from, if it was. A copy that was given other parameters has none. */
export function standardSchemaOf(value: Tool): StandardSchemaV1 | undefined {
  const origin = (value as { [standardSchemaKey]?: SchemaOrigin })[standardSchemaKey];
  if (origin) return origin.parameters === value.parameters ? origin.schema : undefined;
  return isStandardSchema(value.parameters) ? value.parameters : undefined;
}

/** Libraries differ in whether a schema is an object or a function. */
function isStandardSchema(value: unknown): value is StandardSchemaV1 {
  return (
    ((typeof value === 'object' && value !== null) || typeof value === 'function') && '~standard' in value
  );
}
