import { isPlainObject } from '../values/copy.ts';
import { isSlowPattern } from './slow-patterns.ts';
import type { JsonSchema } from './json-schema.ts';

/** A pattern in a schema. */
interface PlacedPattern {
  /** The property that it is for: `address.zip`; empty for the whole schema. */
  readonly place: string;
  readonly pattern: string;
  /** The part of the schema that has it, and the keyword there. */
  readonly part: Record<string, unknown>;
  readonly keyword: 'pattern' | 'patternProperties';
  /** Whether the whole schema accepts less if the part accepts more. */
  readonly isInCondition: boolean;
}

/** Keywords whose values are data, not schemas. */
const data = new Set(['enum', 'const', 'default', 'examples']);
/** Keywords whose value has schemas under names. */
const conditions = new Set(['not', 'if', 'oneOf', 'contains']);
const named = new Set(['properties', '$defs', 'definitions', 'dependentSchemas', 'patternProperties']);

/** The patterns of a schema whose search may take exponentially long. */
export function slowPatternsIn(schema: JsonSchema): PlacedPattern[] {
  const found: PlacedPattern[] = [];
  // A list and no recursion, because a schema may be nested deeply.
  const waiting: [part: unknown, place: string, isInCondition: boolean][] = [[schema, '', false]];
  for (const [part, place, isInside] of waiting) {
    if (Array.isArray(part)) for (const one of part as unknown[]) waiting.push([one, place, isInside]);
    if (!isPlainObject(part)) continue;
    for (const [keyword, value] of Object.entries(part)) {
      const isInCondition = isInside || conditions.has(keyword);
      if (keyword === 'pattern' && typeof value === 'string' && isSlowPattern(value))
        found.push({ place, pattern: value, part, keyword, isInCondition });
      if (data.has(keyword)) continue;
      if (!named.has(keyword) || !isPlainObject(value)) {
        waiting.push([value, keyword === 'items' ? `${place}[]` : place, isInCondition]);
        continue;
      }
      for (const [name, inner] of Object.entries(value)) {
        if (keyword === 'patternProperties' && isSlowPattern(name))
          found.push({ place, pattern: name, part, keyword, isInCondition });
        waiting.push([inner, place === '' ? name : `${place}.${name}`, isInCondition]);
      }
    }
  }
  return found;
}

/**
 * Removes the slow patterns from a schema that belongs to the caller, and returns it. It then accepts more. If it
 * would accept less, returns a schema that accepts every object.
 */
export function withoutSlowPatterns(schema: JsonSchema): JsonSchema {
  const slow = slowPatternsIn(schema);
  for (const { part, keyword } of slow) Reflect.deleteProperty(part, keyword);
  return slow.some(({ isInCondition }) => isInCondition) ? { type: 'object' } : schema;
}
