import leven from 'leven';

/** " Did you mean …?" when a known name is near, else nothing. */
export function didYouMean(given: string, known: readonly string[]): string {
  const [nearest] = known.toSorted((left, right) => distance(left, given) - distance(right, given));
  return nearest !== undefined && distance(nearest, given) <= Math.max(2, given.length / 3)
    ? ` Did you mean "${nearest}"?`
    : '';
}

/** Snake case, as in Python, counts as the same word. */
function distance(known: string, given: string): number {
  return Math.min(leven(known, given), leven(known.toLowerCase(), given.replaceAll('_', '').toLowerCase()));
}
