/** Links in the documentation lead to files and headings that exist. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

const documents = [
  ...readdirSync('.').filter((file) => file.endsWith('.md')),
  ...readdirSync('docs', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => join('docs', file)),
];

const textOf = (file: string) => readFileSync(file, 'utf8').replaceAll(/^```[^]*?^```/gm, '');

/** The anchors of a document's headings, as GitHub makes them. */
function anchorsOf(file: string): string[] {
  return [...textOf(file).matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(/\s/g, '-'),
  );
}

/** Links that lead nowhere, each with its document. */
function broken(file: string, text = textOf(file)): string[] {
  const links = [...text.replaceAll(/`[^`\n]*`/g, '').matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link!);
  return links
    .filter((link) => !/^[a-z]+:/.test(link))
    .filter((link) => {
      const [path, anchor] = link.split('#') as [string, string?];
      const target = path === '' ? file : join(dirname(file), path);
      return !existsSync(target) || (anchor !== undefined && !anchorsOf(target).includes(anchor));
    })
    .map((link) => `${file} links to ${link}`);
}

test('every link leads to a file, and to a heading in it', () => {
  expect(documents.flatMap((file) => broken(file))).toEqual([]);
});

test('a link to a missing file or heading is found', () => {
  const text =
    '[a](docs/words.md) [b](docs/no.md) [c](docs/words.md#a-test) [d](docs/words.md#no) [e](https://a.b/c)';
  expect(broken('README.md', text)).toEqual([
    'README.md links to docs/no.md',
    'README.md links to docs/words.md#no',
  ]);
});
