import { isPlainObject, setOwn } from '../engine/values/copy.ts';
import { UsageError } from '../engine/values/engine-errors.ts';
import { problemsBySchema, ToolSchemaError } from '../engine/tools/arguments.ts';
import { assertValidParameters } from '../engine/tools/valid-tool.ts';
import { declaredArguments, type JsonSchema } from '../engine/tools/json-schema.ts';
import type { JsonObjectSchema } from '../engine/tools/tool.ts';
import {
  conditions,
  isForAddresses,
  isKeywordUsable,
  isPattern,
  isSchema,
  lists,
  maps,
  mayDeclare,
  places,
} from './keywords.ts';

/**
 * A server's schema in the form that `tool()` and its validator accept. Keywords that the validator cannot use (from
 * another draft, a reference without a target, a pattern in another syntax) are left out, so that no call fails
 * because of them. The server validates the arguments by its own schema anyway. All other keywords stay the same. If
 * the result is still unusable, any object is accepted.
 */
export async function usableSchema(name: string, schema: object): Promise<JsonObjectSchema> {
  const parameters = new UsableSchema(schema as JsonSchema).ofObject();
  try {
    assertValidParameters(name, parameters);
    await problemsBySchema(name, parameters, {});
  } catch (error) {
    if (error instanceof UsageError || error instanceof ToolSchemaError)
      return { type: 'object', additionalProperties: true };
    throw error;
  }
  return parameters as unknown as JsonObjectSchema;
}

class UsableSchema {
  readonly #root: JsonSchema;
  /** How many parts of the schema were left out so far. */
  #gone = 0;
  /** Whether the declaration of an argument may be among the parts that were left out. */
  #isPartial = false;

  constructor(root: JsonSchema) {
    this.#root = root;
  }

  /** The usable form of the root schema, with the type "object", which the arguments of a tool must have. */
  ofObject(): JsonSchema {
    const schema = this.#schema(this.#root) as Record<string, unknown>;
    schema['type'] = 'object';
    // Accept arguments whose declaration may have been left out.
    if (this.#isPartial) schema['additionalProperties'] ??= true;
    const declared = declaredArguments(schema);
    const required = (schema['required'] ?? []) as string[];
    const undeclared = declared.others ? [] : required.filter((name) => !declared.names.has(name));
    if (undeclared.length === 0) return schema;
    // A required name is an argument, even if nothing declares it.
    const properties = { ...(schema['properties'] as object | undefined) };
    for (const name of undeclared) setOwn(properties, name, {});
    return { ...schema, properties };
  }

  #schema(schema: unknown): unknown {
    if (!isPlainObject(schema)) return schema;
    const usable = {};
    for (const [keyword, value] of Object.entries(schema)) {
      if (isForAddresses(keyword, value)) continue;
      const before = this.#gone;
      const part = isKeywordUsable(keyword, value, this.#root) ? this.#value(keyword, value) : this.#leave();
      // A condition with a part left out is another condition, and may refuse valid arguments.
      const isWhole = this.#gone === before;
      if (isWhole || (part !== undefined && !conditions.has(keyword))) setOwn(usable, keyword, part);
      else if (mayDeclare(keyword)) this.#isPartial = true;
    }
    return usable;
  }

  #leave(): undefined {
    this.#gone++;
  }

  #value(keyword: string, value: unknown): unknown {
    if (lists.has(keyword) || (places.has(keyword) && Array.isArray(value)))
      return (value as unknown[]).map((part) => this.#schema(part));
    if (places.has(keyword)) return this.#schema(value);
    return maps.has(keyword) ? this.#map(keyword, value as object) : value;
  }

  #map(keyword: string, map: object): object {
    const usable = {};
    for (const [key, part] of Object.entries(map)) {
      if (keyword === 'patternProperties' && !isPattern(key)) {
        this.#leave();
        this.#isPartial = true;
      } else if (isSchema(part)) setOwn(usable, key, this.#schema(part));
      else if (keyword === 'dependencies' && Array.isArray(part)) setOwn(usable, key, part);
      else {
        this.#leave();
        // The value is not a schema, so accept anything in its place.
        setOwn(usable, key, {});
      }
    }
    return usable;
  }
}
