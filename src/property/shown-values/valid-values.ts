import type { Arbitrary } from 'fast-check';
import { isPlainObject } from '../../engine/values/copy.ts';
import { UsageError } from '../../engine/values/engine-errors.ts';
import { sentence } from '../../engine/values/error-facts.ts';
import { valueWords } from '../../engine/values/value-words.ts';

/** Throws a TypeError unless the option `values` has a list or an arbitrary for each argument. */
export function assertValidValues(what: string, values: unknown): void {
  const expected = 'an object with values by tool and argument, such as { book_room: { room: [101, 102] } }';
  const problem = (field: string, given: unknown, wanted: string) =>
    new UsageError(
      sentence`The option "${{ field }}" of ${{ where: what }} must be ${{ expected: wanted }}, but is ${{ given: valueWords(given) }}.`,
    );
  if (!isPlainObject(values)) throw problem('values', values, expected);
  for (const [tool, byArgument] of Object.entries(values)) {
    if (!isPlainObject(byArgument))
      throw problem(`values.${tool}`, byArgument, 'an object with values by argument');
    for (const [argument, given] of Object.entries(byArgument))
      if (!(Array.isArray(given) ? given.length > 0 : isArbitrary(given)))
        throw problem(
          `values.${tool}.${argument}`,
          given,
          'a list of at least one value, or an arbitrary of fast-check',
        );
  }
}

/** An arbitrary of any copy of fast-check. */
function isArbitrary(given: unknown): given is Arbitrary<unknown> {
  if (typeof given !== 'object' || given === null) return false;
  const { generate, shrink } = given as Partial<Arbitrary<unknown>>;
  return typeof generate === 'function' && typeof shrink === 'function';
}
