// A static import, because values are validated synchronously. The engine loads the validator only when it needs one,
// but property tests may always load it.
import { Validator } from '@cfworker/json-schema';
import { copyData } from '../../../engine/values/copy.ts';
import { declaredArguments, type JsonSchema } from '../../../engine/tools/json-schema.ts';

/**
 * Returns a synchronous test for whether the engine would accept arguments: they pass the schema, and none is
 * undeclared. If the schema cannot be used, no arguments pass.
 */
export function validityOf(schema: JsonSchema): (args: object) => boolean {
  let passes: ((args: object) => boolean) | undefined;
  return (args) => (passes ??= passingBy(schema))(args);
}

/** The keywords that restrict strings and numbers. */
const leafKeywords = [
  'minLength',
  'maxLength',
  'format',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
];

/** Returns a test for whether a string or a number is within the limits of a merged schema. */
export function leafValidity(
  type: string,
  { keywords, patterns }: { keywords: Readonly<Record<string, unknown>>; patterns: readonly string[] },
): (value: unknown) => boolean {
  const limits = leafKeywords.filter((keyword) => Object.hasOwn(keywords, keyword));
  if (limits.length + patterns.length === 0) return () => true;
  const schema = {
    ...(type !== 'any' && { type }),
    ...Object.fromEntries(limits.map((keyword) => [keyword, keywords[keyword]])),
    allOf: patterns.map((pattern) => ({ pattern })),
  };
  let validator: Validator | undefined;
  return (value) => {
    try {
      validator ??= new Validator(schema as ConstructorParameters<typeof Validator>[0], '2020-12', true);
      return validator.validate(value).valid;
    } catch {
      return false;
    }
  };
}

function passingBy(schema: JsonSchema): (args: object) => boolean {
  let validator: Validator;
  let declares: (name: string) => boolean;
  try {
    // The validator writes into the schema it is given.
    validator = new Validator(copyData(schema), '2020-12', true);
    declares = declaring(schema);
  } catch {
    return () => false;
  }
  return (args) => {
    try {
      return Object.keys(args).every(declares) && validator.validate(args).valid;
    } catch {
      return false;
    }
  };
}

/** Returns a test for whether the schema allows an argument with a given name. Throws for an invalid pattern. */
function declaring(schema: JsonSchema): (name: string) => boolean {
  const { names, patterns, others } = declaredArguments(schema);
  return (name) => others || names.has(name) || patterns.some((pattern) => pattern.test(name));
}
