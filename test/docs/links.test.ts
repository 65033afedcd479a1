/** Links in the documentation lead to files and headings that exist, in the repository and in the package. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

const documents = [
  ...readdirSync('.').filter((file) => file.endsWith('.md')),
  ...['docs', 'scenarios'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.md'))
      .map((file) => join(folder, file)),
  ),
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

interface Link {
  link: string;
  target: string;
  anchor: string | undefined;
}

/** The links of a document to files of the repository. */
function linksOf(file: string, text: string): Link[] {
  return [...text.replaceAll(/`[^`\n]*`/g, '').matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link]) => link!)
    .filter((link) => !/^[a-z]+:/.test(link))
    .map((link) => {
      const [path, anchor] = link.split('#') as [string, string?];
      return { link, target: path === '' ? file : join(dirname(file), path), anchor };
    });
}

/** Links that lead nowhere, each with its document. */
function broken(file: string, text = textOf(file)): string[] {
  return linksOf(file, text)
    .filter(
      ({ target, anchor }) =>
        !existsSync(target) || (anchor !== undefined && !anchorsOf(target).includes(anchor)),
    )
    .map(({ link }) => `${file} links to ${link}`);
}

const { files } = JSON.parse(readFileSync('package.json', 'utf8')) as { files: string[] };
/** What npm packs: `files`, and three files without being listed. */
const packed = [...files, 'README.md', 'LICENSE', 'package.json'];
const isPacked = (path: string) =>
  packed.some((entry) => `${path.replace(/\/$/, '')}/`.startsWith(`${entry}/`));

/** Links of a packed document to files that are not packed. */
function unpacked(file: string, text = textOf(file)): string[] {
  if (!isPacked(file)) return [];
  return linksOf(file, text)
    .filter(({ target }) => !isPacked(target))
    .map(({ link }) => `${file} links to ${link}, which is not packed. Name it in code style instead.`);
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

test('the links of packed documents lead to packed files', () => {
  expect(documents.flatMap((file) => unpacked(file))).toEqual([]);
});

test('a link from a packed document to a file that is not packed is found', () => {
  const text =
    '[a](../docs/words.md) [b](../scenarios/clients) [c](../SECURITY.md) [d](#here) [e](../LICENSE)';
  expect(unpacked('docs/guide-clients.md', text)).toEqual(
    ['../scenarios/clients', '../SECURITY.md'].map((link) => expect.stringContaining(` ${link}, `)),
  );
  expect(unpacked('CONTRIBUTING.md', text)).toEqual([]);
});
