import fc, { type Arbitrary } from 'fast-check';
import { copyData } from '../../engine/values/copy.ts';
import type { Candidate, Dictionary } from './dictionary.ts';
import { isTelling, wordsOf, type ArgumentWords } from './words.ts';

/** How many values of the dictionary an argument draws from at most. */
const mostCandidates = 40;
/** How finely the candidates are weighted: the number of slots that they share. */
const slots = 200;
/** How often a value of the option `values` is drawn, when 1 is how often all other values are. */
const givenWeight = 4;

/** Values for arguments by tool and argument, as the option `values` gives them. */
export type GivenValues = Readonly<
  Record<string, Readonly<Record<string, readonly unknown[] | Arbitrary<unknown>>>>
>;

/** The place of a value in the arguments: the nearest two names on its path, and the description of the last one. */
export interface ArgumentPlace {
  readonly name: string;
  readonly parent: string;
  readonly description?: string;
}

/** The values for the arguments of one tool, besides those that are generated from the schema alone. */
export class ArgumentValues {
  readonly #tool: string;
  readonly #dictionary: Dictionary | undefined;
  readonly #given: GivenValues[string];

  constructor(tool: string, dictionary: Dictionary | undefined, given: GivenValues[string] = {}) {
    this.#tool = tool;
    this.#dictionary = dictionary;
    this.#given = given;
  }

  /** The values of the option `values` for an argument, mixed with others; undefined if the option does not name the argument. */
  given(argument: string, others: Arbitrary<unknown> | undefined): Arbitrary<unknown> | undefined {
    const given = Object.hasOwn(this.#given, argument) ? this.#given[argument] : undefined;
    if (given === undefined) return undefined;
    // Copies, so that cases do not share values.
    const values = isList(given) ? fc.constantFrom(...given).map(copyData) : given;
    if (!others) return values;
    return fc.oneof(
      { withCrossShrink: true },
      { weight: 1, arbitrary: others },
      { weight: givenWeight, arbitrary: values },
    );
  }

  /** The shown values of a type that an argument allows, the fitting ones most often; undefined if no value fits. */
  shown(
    place: ArgumentPlace,
    type: string,
    listed: readonly unknown[],
    isAllowed: (value: unknown) => boolean,
  ): Arbitrary<unknown> | undefined {
    const words = this.#wordsOf(place);
    const fitting: { value: unknown; weight: number }[] = [];
    for (const { value, weight } of this.#dictionary?.candidatesFor(words) ?? []) {
      const typed = typedAs(type, value);
      if (typed !== undefined && isAllowed(typed)) fitting.push({ value: typed, weight });
      if (fitting.length === mostCandidates) break;
    }
    const weight = fitting[0]?.weight ?? 1;
    for (const value of listed)
      if (typeof value !== 'object' && isAllowed(value)) fitting.push({ value, weight });
    return fitting.length === 0 ? undefined : fc.constantFrom(...inSlots(fitting));
  }

  #wordsOf({ name, parent, description = '' }: ArgumentPlace): ArgumentWords {
    const around = [...wordsOf(this.#tool), ...wordsOf(parent), ...wordsOf(description).filter(isTelling)];
    return { name: new Set(wordsOf(name)), around: new Set(around) };
  }
}

function isList(given: readonly unknown[] | Arbitrary<unknown>): given is readonly unknown[] {
  return Array.isArray(given);
}

/** A value of the dictionary as a type of JSON Schema, or as any type; undefined if it has another type. */
function typedAs(type: string, value: string): unknown {
  if (type === 'string' || type === 'any') return value;
  if (!/^-?\d{1,15}(?:\.\d{1,6})?$/.test(value)) return undefined;
  return type === 'number' || Number.isInteger(Number(value)) ? Number(value) : undefined;
}

/** Each value as often as its weight says, the heaviest first. A choice of these is faster than a weighted choice. */
function inSlots(fitting: readonly { value: unknown; weight: Candidate['weight'] }[]): unknown[] {
  const total = fitting.reduce((sum, { weight }) => sum + weight, 0);
  return fitting.flatMap(({ value, weight }) =>
    Array<unknown>(Math.max(1, Math.round((slots * weight) / total))).fill(value),
  );
}
