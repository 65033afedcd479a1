import { isPlainObject, setOwn } from '../../../engine/values/copy.ts';
import { atPointer, type JsonSchema } from '../../../engine/tools/json-schema.ts';
import { typesIn } from './merge.ts';

/** A mistake at one place in arguments. */
export interface Mistake {
  /** Property names, and indexes of arrays. */
  readonly path: readonly (string | number)[];
  /** The wrong value; absent if a value is missing. */
  readonly value?: unknown;
}

/** How deep in the arguments the search for mistakes goes, and after how many mistakes it stops. */
const deepest = 4;
const most = 300;

/**
 * Mistakes that a model might make with this schema: an argument is missing, undeclared, of another type, or just
 * beyond a limit. Some of them may be valid after all, if the schema allows the value in another way.
 */
export function mistakesBy(schema: JsonSchema): Mistake[] {
  const mistakes: Mistake[] = [];
  const visit = (part: unknown, path: Mistake['path'], seen: readonly unknown[]): void => {
    if (!isPlainObject(part) || path.length > deepest || seen.includes(part) || mistakes.length > most)
      return;
    const within = [...seen, part];
    if (path.length > 0) for (const value of wrongValues(part)) mistakes.push({ path, value });
    const { required, properties, items, $ref } = part;
    for (const name of Array.isArray(required) ? (required as string[]) : [])
      mistakes.unshift({ path: [...path, name] });
    for (const [name, property] of Object.entries((properties as object | undefined) ?? {})) {
      visit(property, [...path, name], within);
      // The name in the style of another language: camelCase instead of snake_case, or the reverse.
      mistakes.push({ path: [...path, misspelt(name)], value: 'a' });
    }
    mistakes.push({ path: [...path, 'extra'], value: 'a' }, { path: [...path, 'constructor'], value: {} });
    visit(items, [...path, 0], within);
    if (typeof $ref === 'string') visit(atPointer(schema, $ref), path, within);
    for (const keyword of ['allOf', 'anyOf', 'oneOf']) {
      const parts = part[keyword];
      if (Array.isArray(parts)) for (const one of parts as unknown[]) visit(one, path, within);
    }
  };
  visit(schema, [], []);
  return mistakes;
}

/** A copy of the arguments that contains the mistake. */
export function withMistake(args: object, { path, ...wrong }: Mistake): object {
  const copy = structuredClone(args);
  const last = path.at(-1)!;
  let place: object = copy;
  for (const key of path.slice(0, -1)) {
    const part: unknown = Object.hasOwn(place, key) ? (place as Record<string, unknown>)[key] : undefined;
    const next = typeof part === 'object' && part !== null ? part : {};
    if (next !== part) setOwn(place, String(key), next);
    place = next;
  }
  if ('value' in wrong) setOwn(place, String(last), structuredClone(wrong.value));
  else if (Object.hasOwn(place, last)) delete (place as Record<string, unknown>)[String(last)];
  return copy;
}

function misspelt(name: string): string {
  const camel = name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return camel === name ? name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`) + '_' : camel;
}

function wrongValues(schema: JsonSchema): unknown[] {
  const values: unknown[] = [];
  const types = typesIn(schema['type']);
  for (const type of types) values.push(...(otherTypes[type] ?? []));
  if (types.length === 0) values.push(null, 17, 'a', [], {}, true);
  const limit = (keyword: string) => (typeof schema[keyword] === 'number' ? schema[keyword] : undefined);
  const [minimum, maximum] = [limit('minimum'), limit('maximum')];
  const [above, below] = [limit('exclusiveMinimum'), limit('exclusiveMaximum')];
  const [least, longest, step] = [limit('minLength'), limit('maxLength'), limit('multipleOf')];
  if (minimum !== undefined) values.push(minimum - 1);
  if (maximum !== undefined) values.push(maximum + 1);
  if (above !== undefined) values.push(above);
  if (below !== undefined) values.push(below);
  if (step !== undefined) values.push(step / 2);
  if (least !== undefined && least > 0) values.push('a'.repeat(Math.min(least - 1, 1000)));
  if (longest !== undefined && longest < 10_000) values.push('a'.repeat(longest + 1));
  if (typeof schema['format'] === 'string' || schema['pattern'] !== undefined)
    values.push('', 'no such thing');
  if (Array.isArray(schema['enum'])) values.push('no such thing', '', null);
  if ('const' in schema) values.push('no such thing', null);
  if (limit('minItems') !== undefined) values.push([]);
  return values;
}

/** For each type, values of other types that models send instead. */
const otherTypes: Readonly<Record<string, readonly unknown[]>> = {
  string: [17, null, ['a'], {}],
  number: ['17', null, true, [1]],
  integer: ['17', 0.5, null, true],
  boolean: ['true', 1, null],
  array: ['a', null, {}],
  object: ['a', null, [], '{}'],
  null: ['null', 0],
};
