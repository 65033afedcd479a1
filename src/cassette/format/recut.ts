/**
 * Cuts a text into as many pieces as another one was in. The cuts stay where they were in what both begin with, and in what
 * both end with; what stands between goes into one piece, so that nothing of a replaced part is spread over several.
 */
export function recut(pieces: readonly string[], text: string): string[] {
  const before = pieces.join('');
  if (before === text) return [...pieces];
  const shortest = Math.min(before.length, text.length);
  let start = 0;
  while (start < shortest && before[start] === text[start]) start++;
  let end = 0;
  while (end < shortest - start && before.at(-1 - end) === text.at(-1 - end)) end++;
  const moved = (at: number): number => {
    if (at <= start) return at;
    return at >= before.length - end ? at + text.length - before.length : text.length - end;
  };
  let at = 0;
  return pieces.map((piece) => {
    const from = moved(at);
    at += piece.length;
    return text.slice(from, moved(at));
  });
}
