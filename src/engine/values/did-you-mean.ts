import leven from 'leven';
import { fact, type Sentence } from './error-facts.ts';

/** Maps aliases to known names, for example `tools` to `functions`. */
export type Aliases = Readonly<Record<string, string>>;

/** " Did you mean …?" if a known name is similar, otherwise ''. */
export function didYouMean(given: string, known: readonly string[], aliases?: Aliases): string {
  const meant = meantBy(given, known, aliases);
  return meant === undefined ? '' : ` Did you mean "${meant}"?`;
}

/** `didYouMean` as a Sentence, which has the known name as its fact `suggestion`. */
export function suggested(given: string, known: readonly string[], aliases?: Aliases): Sentence {
  const suggestion = meantBy(given, known, aliases);
  return suggestion === undefined ? fact({}) : fact({ suggestion }, ` Did you mean "${suggestion}"?`);
}

/**
 * The known name that has `given` as an alias, or that is spelled similarly to `given`. Undefined if no name is similar.
 */
export function meantBy(given: string, known: readonly string[], aliases: Aliases = {}): string | undefined {
  if (Object.hasOwn(aliases, given)) return aliases[given];
  const [nearest] = known.toSorted((left, right) => distance(left, given) - distance(right, given));
  return nearest !== undefined && distance(nearest, given) <= Math.max(2, given.length / 3)
    ? nearest
    : undefined;
}

/** A name in snake case, as in Python, counts as equal to the name in camel case. */
function distance(known: string, given: string): number {
  return Math.min(leven(known, given), leven(known.toLowerCase(), given.replaceAll('_', '').toLowerCase()));
}
