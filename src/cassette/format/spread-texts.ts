import { isPlainObject, setOwn } from '../../engine/values/copy.ts';
import type { Path } from '../../secrets/redactor.ts';
import { isSecretName } from '../../engine/values/secrets.ts';
import { changesTokens, type MapCompletionText } from './answer-record.ts';

/** A text that is spread over several chunks, and the places in the chunks that hold its pieces. */
interface SpreadText {
  readonly path: Path;
  readonly places: [holder: Record<string | number, unknown>, field: string | number][];
}

/**
 * Maps each text of a stream as a whole, because a secret may be spread over several chunks. Cuts the mapped text
 * into as many pieces as before, and replaces each piece in its chunk by the value that `put` returns for the piece.
 * Returns whether any text changed.
 */
export function mapTexts(
  chunks: readonly unknown[],
  map: MapCompletionText,
  put: (piece: string) => unknown,
): boolean {
  let isChanged = false;
  for (const { path, places } of textsIn(chunks)) {
    const pieces = places.map(([holder, field]) => holder[field] as string);
    const text = pieces.join('');
    const mapped = map(text, path);
    isChanged ||= mapped !== text;
    for (const [index, piece] of (mapped === text ? pieces : recut(pieces, mapped)).entries()) {
      const [holder, field] = places[index]!;
      holder[field] = put(piece);
    }
  }
  return isChanged;
}

/** Fields whose values are one word and are never split. */
const words = new Set(['role', 'id', 'type', 'index']);

function textsIn(chunks: readonly unknown[]): SpreadText[] {
  const texts = new Map<string, SpreadText>();
  const add = (holder: Record<string | number, unknown>, field: string | number, path: Path) => {
    const value = holder[field];
    if (typeof value === 'string') {
      const key = JSON.stringify(path);
      const known = texts.get(key);
      if (known) known.places.push([holder, field]);
      else texts.set(key, { path, places: [[holder, field]] });
    } else if (Array.isArray(value)) {
      for (const [place, item] of value.entries()) {
        const index: unknown = isPlainObject(item) ? item['index'] : undefined;
        add(value as never, place, [...path, typeof index === 'number' ? index : place]);
      }
    } else if (isPlainObject(value)) {
      // A field whose name says that its value is secret is left to the redactor, which hides the whole value.
      for (const name of Object.keys(value))
        if (!words.has(name) && !isSecretName(name)) add(value, name, [...path, name]);
    }
  };
  for (const chunk of chunks) {
    for (const [place, choice] of choicesOf(chunk).entries()) {
      const index = typeof choice['index'] === 'number' ? choice['index'] : place;
      if (isPlainObject(choice['delta'])) add(choice, 'delta', ['response', 'choices', index, 'message']);
    }
  }
  return [...texts.values()];
}

/** Whether `map` changes the text of the joined tokens in the log probabilities of all chunks. */
export function spellsSecret(chunks: readonly unknown[], map: MapCompletionText): boolean {
  const lists: Record<string, unknown[]> = {};
  for (const { logprobs } of chunks.flatMap(choicesOf)) {
    for (const [name, list] of Object.entries(isPlainObject(logprobs) ? logprobs : {})) {
      if (!Array.isArray(list)) continue;
      if (!Object.hasOwn(lists, name)) setOwn(lists, name, []);
      lists[name]!.push(...(list as unknown[]));
    }
  }
  return changesTokens(lists, map);
}

/** The choices of a chunk, without values that are not objects. */
export function choicesOf(chunk: unknown): Record<string, unknown>[] {
  const choices: unknown = isPlainObject(chunk) ? chunk['choices'] : undefined;
  return Array.isArray(choices) ? choices.filter(isPlainObject) : [];
}

/**
 * Cuts `text` into as many pieces as `pieces` has. In the beginning and the end that `text` shares with the joined
 * pieces, the cuts stay in place. The changed middle goes into one piece, so that a replacement is not spread over
 * several.
 */
function recut(pieces: readonly string[], text: string): string[] {
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
