import fc, { type Arbitrary } from 'fast-check';
import type { JsonSchema } from '../../../engine/tools/json-schema.ts';
import { filtered } from './filtered.ts';
import { mistakesBy, withMistake } from './mistakes.ts';
import { validityOf } from './validity.ts';
import { SchemaValues } from './schema-values.ts';

/** What a model could send a tool of this schema. */
export interface ToolArguments {
  /** As the engine would tell it. */
  isValid: (args: object) => boolean;
  /** Undefined where no valid arguments were found. */
  valid: Arbitrary<object> | undefined;
  /** The same with letters of all scripts in them, where a text may be any. */
  unicode: Arbitrary<object> | undefined;
  /** Undefined where no arguments were found that fail. */
  wrong: Arbitrary<object> | undefined;
}

/** Arguments of all kinds; made once for a schema, which takes a while. */
export function toolArguments(schema: JsonSchema): ToolArguments {
  const isValid = validityOf(schema);
  const valid = validArguments(schema, isValid, false);
  const unicode = valid && validArguments(schema, isValid, true);
  return { isValid, valid, unicode, wrong: wrongArguments(schema, isValid, valid) };
}

/**
 * Arguments that pass the schema. Where none were found, because it contradicts itself, cannot be used, or asks for more than
 * can be guessed: the empty ones, which may fail.
 */
export function argumentsFor(schema: JsonSchema): Arbitrary<object> {
  return validArguments(schema, validityOf(schema), false) ?? noArguments;
}

/**
 * Arguments that fail the schema, by one mistake: an argument is missing, not declared, of another type, or just beyond a
 * limit. Where there are none, because the schema takes everything: any arguments.
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
): Arbitrary<object> | undefined {
  const values = new SchemaValues(schema, isUnicode);
  const all = values.all({ allOf: [schema, { type: 'object' }] }) as Arbitrary<object> | undefined;
  if (!all) return undefined;
  // The samples find out what cannot be used at all, such as a reference to nothing.
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
