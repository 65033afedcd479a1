import fc, { type Arbitrary } from 'fast-check';
import { isPlainObject } from '../../../engine/values/copy.ts';
import type { JsonSchema } from '../../../engine/tools/json-schema.ts';
import { arraysOf, objectsOf } from './containers.ts';
import { mergedSchema, typesIn, type MergedSchema } from './merge.ts';
import { numbersWithin } from './numbers.ts';
import { stringsWithin } from './strings.ts';

type Values = Arbitrary<unknown> | undefined;

/** Nothing that people write refers on deeper than this before it comes to an end. */
const mostReferences = 16;

/** Beyond what a value needs: how deep recursive ones become. */
const moreReferences = 3;

/** The values of one JSON Schema. */
export class SchemaValues {
  /** Whether values may fail the schema, because it asks for more than is seen here. Known once they were made. */
  isLoose = false;
  readonly #root: JsonSchema;
  readonly #isUnicode: boolean;
  /** By the references that may still be followed. */
  readonly #made: Map<object, Values>[] = [];

  constructor(root: JsonSchema, isUnicode: boolean) {
    this.#root = root;
    this.#isUnicode = isUnicode;
  }

  /** Those of the whole schema, which end also where it refers to itself; undefined where there are none. */
  all(schema: unknown): Values {
    for (let references = 0; references <= mostReferences; references++) {
      if (this.of(schema, references) === undefined) continue;
      return this.of(schema, references + moreReferences);
    }
    return undefined;
  }

  /** Those of a part, following so many references at most; undefined where there are none. */
  of(schema: unknown, references: number): Values {
    if (!isPlainObject(schema)) return schema === false ? undefined : anyValue;
    const made = (this.#made[references] ??= new Map());
    if (!made.has(schema)) made.set(schema, this.#make(schema, references));
    return made.get(schema);
  }

  #make(schema: unknown, references: number): Values {
    const result = mergedSchema(this.#root, schema, references);
    if (!result) return undefined;
    const { merged, left } = result;
    if (merged.isLoose) this.isLoose = true;
    const [choice, ...choices] = merged.choices;
    if (!choice) return this.#ofMerged(merged, left);
    const { patterns, keywords } = merged;
    const rest = [
      keywords,
      ...patterns.map((pattern) => ({ pattern })),
      ...choices.map((anyOf) => ({ anyOf })),
    ];
    return oneOf(choice.map((part) => this.of({ allOf: [part, ...rest] }, left)));
  }

  #ofMerged(merged: MergedSchema, references: number): Values {
    const { keywords } = merged;
    const types = typesIn(keywords['type']);
    const listed = 'const' in keywords ? [keywords['const']] : keywords['enum'];
    if (Array.isArray(listed)) {
      // What else is asked for says what is left of the list.
      const others = Object.keys(keywords).filter((keyword) => !besideLists.has(keyword));
      if (others.length + merged.patterns.length > 0 || 'const' in keywords === 'enum' in keywords)
        this.isLoose = true;
      return constants(
        listed.filter((value) => !('type' in keywords) || types.some((type) => isOf(type, value))),
      );
    }
    // None is left of those that two parts ask for.
    if (types.length === 0 && 'type' in keywords) return undefined;
    if (types.length === 0) types.push(...typesOfKeywords(merged));
    if (types.length === 0) return anyValue;
    return oneOf(types.map((type) => this.#ofType(type, merged, references)));
  }

  #ofType(type: string, { keywords, patterns }: MergedSchema, references: number): Values {
    const number = (keyword: string, otherwise: number) =>
      typeof keywords[keyword] === 'number' ? keywords[keyword] : otherwise;
    const { format, multipleOf } = keywords;
    switch (type) {
      case 'null':
        return fc.constant(null);
      case 'boolean':
        return fc.boolean();
      case 'string':
        return stringsWithin(
          {
            minLength: number('minLength', 0),
            maxLength: number('maxLength', Infinity),
            patterns,
            format: typeof format === 'string' ? format : undefined,
          },
          this.#isUnicode,
        );
      case 'integer':
      case 'number':
        return numbersWithin({
          isInteger: type === 'integer',
          minimum: number('minimum', -Infinity),
          maximum: number('maximum', Infinity),
          exclusiveMinimum: number('exclusiveMinimum', -Infinity),
          exclusiveMaximum: number('exclusiveMaximum', Infinity),
          multipleOf: typeof multipleOf === 'number' ? multipleOf : undefined,
        });
      case 'array':
        return arraysOf(
          keywords,
          (part) => this.of(part, references),
          () => (this.isLoose = true),
        );
      case 'object':
        return objectsOf(
          keywords,
          (part) => this.of(part, references),
          () => (this.isLoose = true),
        );
      default:
        return undefined;
    }
  }
}

/** What usually stands beside a list of values. */
const besideLists = new Set(['type', 'enum', 'const', 'title', 'description', 'default', 'examples']);

/** Made anew each time, so that nobody shares a container. */
function constants(values: readonly unknown[]): Values {
  if (values.length === 0) return undefined;
  const chosen = fc.constantFrom(...values);
  return values.some((value) => typeof value === 'object' && value !== null)
    ? chosen.map((value) => JSON.parse(JSON.stringify(value)) as unknown)
    : chosen;
}

/** For what a schema says nothing about. */
const anyValue: Arbitrary<unknown> = fc
  .constantFrom('"a"', 'null', 'true', '0', '-1.5', '""', '[]', '{}', '[[1,"b"],null]', '{"a":{"b":false}}')
  .map((text) => JSON.parse(text) as unknown);

function oneOf(all: readonly Values[]): Values {
  const possible = all.filter((one) => one !== undefined);
  return possible.length <= 1 ? possible[0] : fc.oneof({ withCrossShrink: true }, ...possible);
}

function isOf(type: string, value: unknown): boolean {
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'null') return value === null;
  if (type === 'array') return Array.isArray(value);
  return type === 'object' ? isPlainObject(value) : typeof value === type;
}

/** Without a type, of all that satisfies the keywords, what they are about. */
function typesOfKeywords({ keywords, patterns }: MergedSchema): string[] {
  const has = (...names: string[]) => names.some((name) => Object.hasOwn(keywords, name));
  if (has('properties', 'required', 'additionalProperties', 'patternProperties', 'minProperties'))
    return ['object'];
  if (has('items', 'prefixItems', 'minItems', 'maxItems', 'uniqueItems', 'contains')) return ['array'];
  if (patterns.length > 0 || has('minLength', 'maxLength')) return ['string'];
  if (has('minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf')) return ['number'];
  return has('format') ? ['string'] : [];
}
