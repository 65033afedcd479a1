/**
 * Gives as many wanted items as possible a candidate of their own: a maximum bipartite matching, by augmenting paths
 * (Kuhn 1955). First come, first served could give away a candidate that only a later item can use. Returns a map
 * from each candidate that was given to its wanted item.
 */
export function pairUp(
  wanted: number,
  candidates: readonly number[],
  fits: (wanted: number, candidate: number) => boolean,
): Map<number, number> {
  const ownerOf = new Map<number, number>();
  const find = (index: number, tried: Set<number>): boolean => {
    for (const candidate of candidates) {
      if (tried.has(candidate) || !fits(index, candidate)) continue;
      tried.add(candidate);
      const owner = ownerOf.get(candidate);
      if (owner === undefined || find(owner, tried)) {
        ownerOf.set(candidate, index);
        return true;
      }
    }
    return false;
  };
  for (let index = 0; index < wanted; index++) find(index, new Set());
  return ownerOf;
}
