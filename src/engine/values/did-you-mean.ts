import leven from 'leven';
import { fact, type Sentence } from './error-facts.ts';

/** Maps other names for something to the name used here. */
export type Aliases = Readonly<Record<string, string>>;

/** " Did you mean …?" if a known name is similar, otherwise ''. */
export function didYouMean(given: string, known: readonly string[], aliases?: Aliases): string {
  const meant = meantBy(given, known, aliases);
  return meant === undefined ? '' : ` Did you mean "${meant}"?`;
}

/** The same as a part of a sentence, with the name as its `suggestion`. */
export function suggested(given: string, known: readonly string[], aliases?: Aliases): Sentence {
  const suggestion = meantBy(given, known, aliases);
  return suggestion === undefined ? fact({}) : fact({ suggestion }, ` Did you mean "${suggestion}"?`);
}

/** The known name that has this one as an alias, or that is spelled similarly; otherwise undefined. */
export function meantBy(given: string, known: readonly string[], aliases: Aliases = {}): string | undefined {
  if (Object.hasOwn(aliases, given)) return aliases[given];
  const [nearest] = known.toSorted((left, right) => distance(left, given) - distance(right, given));
  return nearest !== undefined && distance(nearest, given) <= Math.max(2, given.length / 3)
    ? nearest
    : undefined;
}

/** Snake case, as in Python, counts as the same name. */
function distance(known: string, given: string): number {
  return Math.min(leven(known, given), leven(known.toLowerCase(), given.replaceAll('_', '').toLowerCase()));
}
