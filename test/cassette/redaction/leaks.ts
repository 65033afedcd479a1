import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Folder } from '../folder.ts';

/** Those of these secrets that some file in a folder has in it, however they are written there. */
export function leaksIn({ path }: Folder, values: readonly string[]): string[] {
  const files = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return leaksInTexts(
    files.flatMap((file) => [file.name, readFileSync(join(file.parentPath, file.name), 'utf8')]),
    values,
  );
}

/** The same for texts, of which those that are JSON are also read. */
export function leaksInTexts(texts: readonly string[], values: readonly string[]): string[] {
  const all = texts.flatMap((text) => [text, joinedStrings(text)]).join('\n');
  return values.filter((value) => formsOf(value).some((form) => all.includes(form)));
}

/** How a text may be written in another one. */
function formsOf(value: string): string[] {
  const bytes = Buffer.from(value);
  const escaped = JSON.stringify(value).slice(1, -1);
  return [
    value,
    escaped,
    JSON.stringify(escaped).slice(1, -1),
    encodeURIComponent(value),
    ...(['base64', 'base64url', 'hex'] as const).map((encoding) => bytes.toString(encoding)),
    // As probabilities spell texts out.
    [...bytes].join(','),
  ];
}

/** All strings and bytes of a document, one after the other: so a secret is found that is spread over several. */
function joinedStrings(text: string): string {
  let joined = '';
  const add = (value: unknown) => {
    if (typeof value === 'string') joined += value;
    else if (typeof value === 'object' && value !== null) Object.values(value).forEach(add);
  };
  try {
    add(JSON.parse(text));
  } catch {
    // No JSON: as it stands.
  }
  return joined;
}
