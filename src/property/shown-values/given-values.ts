import { suggested } from '../../engine/values/did-you-mean.ts';
import { UsageError } from '../../engine/values/engine-errors.ts';
import { fact, sentence } from '../../engine/values/error-facts.ts';
import { valueWords } from '../../engine/values/value-words.ts';
import { atPointer, declaredArguments, type JsonSchema } from '../../engine/tools/json-schema.ts';
import { validityOf } from '../script-generator/arguments/validity.ts';
import type { Surface } from '../surface.ts';
import type { GivenValues } from './argument-values.ts';

/**
 * Throws a TypeError if the option `values` names a tool that no agent offers, an argument that the tool does not have,
 * or a listed value that does not fit the schema of its argument.
 */
export function assertKnownValues(what: string, values: GivenValues, { agents }: Surface): void {
  const tools = agents.flatMap((agent) => agent.tools);
  const known = [...new Set(tools.map(({ name }) => name))];
  for (const [tool, byArgument] of Object.entries(values)) {
    const schemas = tools.filter(({ name }) => name === tool).map(({ parameters }) => parameters);
    if (schemas.length === 0)
      throw new UsageError(
        sentence`The option "values" of ${{ where: what }} names the tool "${{ tool }}"${fact({ field: 'values' })}, which none of the agents that were reached has.${suggested(tool, known)} Their tools: ${{ known }}.`,
      );
    for (const [argument, given] of Object.entries(byArgument))
      assertFits(what, tool, argument, given, schemas);
  }
}

function assertFits(
  what: string,
  tool: string,
  argument: string,
  given: GivenValues[string][string],
  schemas: readonly JsonSchema[],
): void {
  const declared = schemas.map(declaredArguments);
  const known = [...new Set(declared.flatMap(({ names }) => [...names]))];
  const isKnown = declared.some(
    ({ names, patterns, others }) =>
      others || names.has(argument) || patterns.some((pattern) => pattern.test(argument)),
  );
  if (!isKnown)
    throw new UsageError(
      sentence`The option "values" of ${{ where: what }} names the argument "${{ field: argument }}", which the tool "${{ tool }}" does not have.${suggested(argument, known)} Its arguments: ${{ known }}.`,
    );
  if (!Array.isArray(given)) return;
  const index = given.findIndex((value) => !schemas.some((schema) => fits(schema, argument, value)));
  if (index !== -1)
    throw new UsageError(
      sentence`The value ${fact({ field: `values.${tool}.${argument}[${index}]` }, `values.${tool}.${argument}[${index}]`)} of ${{ where: what }} must be ${{ expected: 'a value that the schema of the argument allows' }}, but is ${{ given: valueWords(given[index]) }}. The tool "${{ tool }}" would never be called with it.`,
    );
}

/** Whether the schema of one argument allows a value, as far as that can be said without the other arguments. */
function fits(schema: JsonSchema, argument: string, value: unknown): boolean {
  const part = atPointer(schema, `#/properties/${argument.replaceAll('~', '~0').replaceAll('/', '~1')}`);
  if (part === undefined) return true;
  const { $defs, definitions } = schema;
  const isValid = validityOf({
    ...($defs !== undefined && { $defs }),
    ...(definitions !== undefined && { definitions }),
    properties: { value: part },
  });
  return isValid({ value });
}
