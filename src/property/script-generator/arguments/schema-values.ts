import fc, { type Arbitrary } from 'fast-check';
import { isPlainObject } from '../../../engine/values/copy.ts';
import type { JsonSchema } from '../../../engine/tools/json-schema.ts';
import type { ArgumentPlace, ArgumentValues } from '../../shown-values/argument-values.ts';
import { arraysOf, objectsOf } from './containers.ts';
import { mergedSchema, typesIn, type MergedSchema } from './merge.ts';
import { numbersWithin } from './numbers.ts';
import { stringsWithin } from './strings.ts';
import { leafValidity } from './validity.ts';

type Values = Arbitrary<unknown> | undefined;

/** How many references may be followed to find a first value. Schemas that people write need fewer. */
const mostReferences = 16;

/**
 * How many more references may be followed after a first value was found. This limits the depth of recursive values.
 */
const moreReferences = 3;

/** How often a shown value is drawn instead of a plain one, where a schema allows shown values. */
const shownWeight = 9;

/** In place of a type, where a schema allows all types. */
const anyType = 'any';

/** The place of the arguments as a whole. */
const allArguments: ArgumentPlace = { name: '', parent: '' };

/** Generates the values of one JSON Schema. */
export class SchemaValues {
  /**
   * Whether values may fail the schema, because the schema requires more than this class handles. Known after `all`
   * was called.
   */
  isLoose = false;
  /** Whether some values are shown ones or values of the option `values`. Known after `all` was called. */
  hasOthers = false;
  readonly #root: JsonSchema;
  readonly #isUnicode: boolean;
  readonly #others: ArgumentValues | undefined;
  /** The values of each schema in each place, by how many references may still be followed. */
  readonly #made: Map<string, Map<object, Values>>[] = [];

  constructor(root: JsonSchema, isUnicode: boolean, others?: ArgumentValues) {
    this.#root = root;
    this.#isUnicode = isUnicode;
    this.#others = others;
  }

  /**
   * The values of the whole schema; undefined if none exist. Each value is finite, even if the schema refers to
   * itself.
   */
  all(schema: unknown): Values {
    for (let references = 0; references <= mostReferences; references++) {
      if (this.of(schema, references) === undefined) continue;
      return this.of(schema, references + moreReferences);
    }
    return undefined;
  }

  /** The values of a part, following at most this many references; undefined if none exist. */
  of(schema: unknown, references: number, place = allArguments): Values {
    if (!isPlainObject(schema)) return schema === false ? undefined : anyValue;
    const byPlace = (this.#made[references] ??= new Map());
    const key = `${place.parent}\n${place.name}`;
    let made = byPlace.get(key);
    if (!made) byPlace.set(key, (made = new Map()));
    if (!made.has(schema)) made.set(schema, this.#make(schema, references, place));
    return made.get(schema);
  }

  #make(schema: unknown, references: number, place: ArgumentPlace): Values {
    const result = mergedSchema(this.#root, schema, references);
    if (!result) return undefined;
    const { merged, left } = result;
    if (merged.isLoose) this.isLoose = true;
    const [choice, ...choices] = merged.choices;
    if (!choice) return this.#ofMerged(merged, left, place);
    const { patterns, keywords } = merged;
    const rest = [
      keywords,
      ...patterns.map((pattern) => ({ pattern })),
      ...choices.map((anyOf) => ({ anyOf })),
    ];
    return oneOf(choice.map((part) => this.of({ allOf: [part, ...rest] }, left, place)));
  }

  #ofMerged(merged: MergedSchema, references: number, place: ArgumentPlace): Values {
    const { keywords } = merged;
    const types = typesIn(keywords['type']);
    const listed = 'const' in keywords ? [keywords['const']] : keywords['enum'];
    if (Array.isArray(listed)) {
      // Other keywords may exclude some of the listed values.
      const others = Object.keys(keywords).filter((keyword) => !besideLists.has(keyword));
      if (others.length + merged.patterns.length > 0 || 'const' in keywords === 'enum' in keywords)
        this.isLoose = true;
      return constants(
        listed.filter((value) => !('type' in keywords) || types.some((type) => isOf(type, value))),
      );
    }
    // Two parts require different types, so no type is left.
    if (types.length === 0 && 'type' in keywords) return undefined;
    if (types.length === 0) types.push(...typesOfKeywords(merged));
    if (types.length === 0) return this.#withShown(anyType, merged, references, place);
    return oneOf(types.map((type) => this.#withShown(type, merged, references, place)));
  }

  /** The values of one type, and shown values of that type if the schema allows some. */
  #withShown(type: string, merged: MergedSchema, references: number, place: ArgumentPlace): Values {
    const plain = this.#ofType(type, merged, references, place);
    // Strings stay beyond ASCII where Unicode is wanted.
    if (!this.#others || !leafTypes.has(type) || (this.#isUnicode && !isNumeric(type))) return plain;
    const { description, default: fallback, examples } = merged.keywords;
    const listed = [...(Array.isArray(examples) ? (examples as unknown[]) : []), fallback];
    const shown = this.#others.shown(
      typeof description === 'string' ? { ...place, description } : place,
      type,
      listed.filter((value) => isOf(type, value)),
      leafValidity(type, merged),
    );
    if (!shown) return plain;
    this.hasOthers = true;
    if (!plain) return shown;
    return fc.oneof(
      { withCrossShrink: true },
      { weight: 1, arbitrary: plain },
      { weight: shownWeight, arbitrary: shown },
    );
  }

  /** The values of a property. The option `values` has more values for an argument of the tool. */
  #property(schema: unknown, references: number, place: ArgumentPlace, name: string): Values {
    const own = this.of(schema, references, { parent: place.name, name });
    const all = place === allArguments ? this.#others?.given(name, own) : undefined;
    if (!all) return own;
    this.hasOthers = true;
    // A given value need not fit.
    this.isLoose = true;
    return all;
  }

  #ofType(
    type: string,
    { keywords, patterns }: MergedSchema,
    references: number,
    place: ArgumentPlace,
  ): Values {
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
          (part) => this.of(part, references, place),
          () => (this.isLoose = true),
        );
      case 'object':
        return objectsOf(
          keywords,
          (part, name) =>
            name === undefined
              ? this.of(part, references, place)
              : this.#property(part, references, place, name),
          () => (this.isLoose = true),
        );
      case anyType:
        return anyValue;
      default:
        return undefined;
    }
  }
}

function isNumeric(type: string): boolean {
  return type === 'integer' || type === 'number';
}

/** The types of values that a dictionary can have. */
const leafTypes = new Set(['string', 'integer', 'number', anyType]);

/** Keywords that do not restrict a list of values any further. */
const besideLists = new Set(['type', 'enum', 'const', 'title', 'description', 'default', 'examples']);

/** Containers are copied each time, so that cases do not share them. */
function constants(values: readonly unknown[]): Values {
  if (values.length === 0) return undefined;
  const chosen = fc.constantFrom(...values);
  return values.some((value) => typeof value === 'object' && value !== null)
    ? chosen.map((value) => JSON.parse(JSON.stringify(value)) as unknown)
    : chosen;
}

/** Values for a schema without restrictions. */
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

/** The types that the keywords suggest, if the schema names none. Other types would be valid, too. */
function typesOfKeywords({ keywords, patterns }: MergedSchema): string[] {
  const has = (...names: string[]) => names.some((name) => Object.hasOwn(keywords, name));
  if (has('properties', 'required', 'additionalProperties', 'patternProperties', 'minProperties'))
    return ['object'];
  if (has('items', 'prefixItems', 'minItems', 'maxItems', 'uniqueItems', 'contains')) return ['array'];
  if (patterns.length > 0 || has('minLength', 'maxLength')) return ['string'];
  if (has('minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf')) return ['number'];
  return has('format') ? ['string'] : [];
}
