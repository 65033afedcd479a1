import { readFileSync } from 'node:fs';
import { expect } from 'vitest';

/** The `text` blocks of a document, which show output. */
export function shownIn(document: string): string[] {
  const markdown = readFileSync(document, 'utf8');
  return [...markdown.matchAll(/^```text\n(.*?)^```$/gms)].map((match) => match[1]!.trimEnd());
}

/** Expects each part of an excerpt in the output, in order. A line `…` stands between two parts. */
export function expectExcerpt(shown: string, output: string): void {
  let rest = `\n${output}\n`;
  for (const part of shown.split('\n…\n')) {
    expect(rest).toContain(`\n${part}\n`);
    rest = rest.slice(rest.indexOf(`\n${part}\n`) + part.length + 1);
  }
}
