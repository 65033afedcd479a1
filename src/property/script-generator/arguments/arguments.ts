import fc, { type Arbitrary } from 'fast-check';
import type { JsonSchema } from '../../../engine/tools/json-schema.ts';
import type { ArgumentValues } from '../../shown-values/argument-values.ts';
import { filtered } from './filtered.ts';
import { mistakesBy, withMistake } from './mistakes.ts';
import { validityOf } from './validity.ts';
import { SchemaValues } from './schema-values.ts';

/** The arguments that a model could send to a tool with a given schema. */
export interface ToolArguments {
  /** Whether the engine would accept the arguments. */
  isValid: (args: object) => boolean;
  /** Undefined where no valid arguments were found. Half of them have shown values, if the schema allows some. */
  valid: Arbitrary<object> | undefined;
  /** Valid arguments with characters of all writing systems, where the schema allows any text. */
  unicode: Arbitrary<object> | undefined;
  /** Undefined if no invalid arguments were found. */
  wrong: Arbitrary<object> | undefined;
}

/**
 * Arguments of every kind, also with the values in `others`. This takes a while, so callers do it once for each schema.
 */
export function toolArguments(schema: JsonSchema, others?: ArgumentValues): ToolArguments {
  const isValid = validityOf(schema);
  const plain = validArguments(schema, isValid, false);
  const shown = others && validArguments(schema, isValid, false, others);
  // Plain arguments come first, so that shown ones shrink to them.
  const valid = plain && shown ? fc.oneof({ withCrossShrink: true }, plain, shown) : (plain ?? shown);
  const unicode = valid && validArguments(schema, isValid, true, others);
  return { isValid, valid, unicode, wrong: wrongArguments(schema, isValid, valid) };
}

/**
 * Generates arguments that pass the schema. If none were found, generates empty arguments, which may fail. That
 * happens if the schema contradicts itself, cannot be used, or requires more than can be guessed.
 */
export function argumentsFor(schema: JsonSchema): Arbitrary<object> {
  return validArguments(schema, validityOf(schema), false) ?? noArguments;
}

/**
 * Generates arguments that pass the schema, nearly all of whose values are from `others` where the schema allows it.
 * Undefined if `others` has no value for it.
 */
export function argumentsWith(schema: JsonSchema, others: ArgumentValues): Arbitrary<object> | undefined {
  return validArguments(schema, validityOf(schema), false, others);
}

/**
 * Generates arguments that fail the schema by one mistake: an argument is missing, undeclared, of another type, or
 * just beyond a limit. If no mistake fails, because the schema accepts everything, generates valid arguments.
 */
export function wrongArgumentsFor(schema: JsonSchema): Arbitrary<object> {
  const isValid = validityOf(schema);
  const valid = validArguments(schema, isValid, false);
  return wrongArguments(schema, isValid, valid) ?? valid ?? noArguments;
}

const noArguments: Arbitrary<object> = fc.constant(null).map(() => ({}));

function validArguments(
  schema: JsonSchema,
  isValid: (args: object) => boolean,
  isUnicode: boolean,
  others?: ArgumentValues,
): Arbitrary<object> | undefined {
  const values = new SchemaValues(schema, isUnicode, others);
  const all = values.all({ allOf: [schema, { type: 'object' }] }) as Arbitrary<object> | undefined;
  if (!all || (others && !isUnicode && !values.hasOthers)) return undefined;
  // Samples show whether a schema cannot be used at all, for example because a `$ref` has no target.
  const isSure = !values.isLoose && fc.sample(all, { seed: 1, numRuns: 10 }).every(isValid);
  return isSure ? all : filtered(all, isValid);
}

function wrongArguments(
  schema: JsonSchema,
  isValid: (args: object) => boolean,
  valid: Arbitrary<object> | undefined,
): Arbitrary<object> | undefined {
  const some = valid ?? noArguments;
  const samples = fc.sample(some, { seed: 1, numRuns: 6 });
  const mistakes = mistakesBy(schema).filter((mistake) =>
    samples.some((args) => !isValid(withMistake(args, mistake))),
  );
  if (mistakes.length === 0) return undefined;
  const wrong = fc
    .tuple(fc.constantFrom(...mistakes), some)
    .map(([mistake, args]) => withMistake(args, mistake));
  return filtered(wrong, (args) => !isValid(args));
}
