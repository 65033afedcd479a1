import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Folder } from '../folder.ts';

/** The secrets that are in some file of a folder, in any encoding. */
export function leaksIn({ path }: Folder, values: readonly string[]): string[] {
  const files = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return leaksInTexts(
    files.flatMap((file) => [file.name, readFileSync(join(file.parentPath, file.name), 'utf8')]),
    values,
  );
}

/** The same for texts; texts that are JSON are also parsed. */
export function leaksInTexts(texts: readonly string[], values: readonly string[]): string[] {
  const all = texts.flatMap((text) => [text, joinedStrings(text)]).join('\n');
  return values.filter((value) => formsOf(value).some((form) => all.includes(form)));
}

/** The ways in which a text may be written within another one. */
function formsOf(value: string): string[] {
  const bytes = Buffer.from(value);
  const escaped = JSON.stringify(value).slice(1, -1);
  return [
    value,
    escaped,
    JSON.stringify(escaped).slice(1, -1),
    encodeURIComponent(value),
    ...(['base64', 'base64url', 'hex'] as const).map((encoding) => bytes.toString(encoding)),
    // As probabilities list the bytes of a text.
    [...bytes].join(','),
  ];
}

/** All strings of a document, joined, so that a secret that is spread over several is found. */
function joinedStrings(text: string): string {
  let joined = '';
  const add = (value: unknown) => {
    if (typeof value === 'string') joined += value;
    else if (typeof value === 'object' && value !== null) Object.values(value).forEach(add);
  };
  try {
    add(JSON.parse(text));
  } catch {
    // Not JSON: only the text itself is searched.
  }
  return joined;
}
