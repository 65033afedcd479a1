// Loaded at once, as this whole entry is for tests: values are made, and held against their schema, without a promise.
import { Validator } from '@cfworker/json-schema';
import { copyData } from '../../../engine/values/copy.ts';
import { declaredArguments, type JsonSchema } from '../../../engine/tools/json-schema.ts';

/**
 * How to tell, at once, whether the engine would let these arguments pass: the schema holds, and no argument is undeclared.
 * By a schema that cannot be used nothing passes.
 */
export function validityOf(schema: JsonSchema): (args: object) => boolean {
  let passes: ((args: object) => boolean) | undefined;
  return (args) => (passes ??= passingBy(schema))(args);
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

/** Which arguments may be there at all. Throws for a pattern that is none. */
function declaring(schema: JsonSchema): (name: string) => boolean {
  const { names, patterns, others } = declaredArguments(schema);
  return (name) => others || names.has(name) || patterns.some((pattern) => pattern.test(name));
}
