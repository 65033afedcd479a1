import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { extract, writeDocsTests } from '../../scripts/docs.ts';

/** A document with these code blocks, each a list of lines, and a sentence before each block. */
const documentOf = (...blocks: string[][]) =>
  blocks.map((lines) => ['Some text.', '```ts', ...lines, '```', ''].join('\n')).join('');

const lineOf = (text: string, part: string) => text.split('\n').findIndex((line) => line.includes(part)) + 1;

test('a block without tests becomes one test, and its imports stay outside', () => {
  const markdown = documentOf([
    "import { a } from 'a';",
    'import {',
    '  b,',
    "} from 'b';",
    '',
    'await a(b);',
  ]);
  const [file, ...others] = extract(markdown, 'README.md');
  expect(others).toEqual([]);
  expect(file?.path).toBe('line-2.test.ts');
  expect(file?.text.trim().split('\n')).toEqual([
    "import { test as block } from 'vitest';",
    "import { a } from 'a';",
    'import {',
    '  b,',
    "} from 'b'; block('README.md:2', async () => {",
    '',
    'await a(b);',
    '});',
  ]);
});

test('the test of a block without imports starts on the line of the fence', () => {
  const [file] = extract(documentOf(['await import("a");']), 'docs/a.md');
  expect(file?.text).toBe(
    "\nimport { test as block } from 'vitest'; block('docs/a.md:2', async () => {\nawait import(\"a\");\n});\n",
  );
});

test.each([['test('], ['test.each([1])('], ['scenarioTest('], ['  it('], ['describe(']])(
  'a block that contains %s becomes a test file unchanged',
  (call) => {
    const code = `${call}'one', () => {});`;
    expect(extract(documentOf([code]), 'a.md')).toEqual([
      { path: 'line-2.test.ts', text: `\n// a.md:2\n${code}\n` },
    ]);
  },
);

test('lines keep the numbers that they have in the document', () => {
  const markdown = documentOf(['one();'], ['// two.ts', 'two();'], ["test('3', () => {", 'three();', '});']);
  const found = ['one();', 'two();', 'three();'].map((part) => {
    const file = extract(markdown, 'a.md').find(({ text }) => text.includes(part));
    return lineOf(file?.text ?? '', part);
  });
  expect(found).toEqual(['one();', 'two();', 'three();'].map((part) => lineOf(markdown, part)));
});

test('a named block is written to the file of that name, and a test imports it', () => {
  const files = extract(documentOf(['// lib/support.ts', 'export const a = 1;']), 'a.md');
  expect(files.map(({ path }) => path)).toEqual(['lib/support.ts', 'line-2.test.ts']);
  expect(files[0]?.text).toContain('export const a = 1;');
  expect(files[1]?.text).toContain("import './lib/support.ts';");
});

test('a block named as a test file is written as that test file only', () => {
  const files = extract(documentOf(['// refund.test.ts', 'a();']), 'a.md');
  expect(files.map(({ path }) => path)).toEqual(['refund.test.ts']);
});

test('a test runs the scenarios of a scenario file', () => {
  const files = extract(documentOf(['// scenarios/a.scenario.ts', 'export default {};']), 'a.md');
  expect(files.map(({ path }) => path)).toEqual(['scenarios/a.scenario.ts', 'line-2.test.ts']);
  expect(files[1]?.text).toContain('expect((await runScenario(value)).failures).toEqual([])');
});

test('blocks of other languages, and blocks inside of them, are ignored', () => {
  const markdown = '```bash\nnpm test\n```\n````md\n```ts\nwrong(\n```\n````\n~~~\n```ts\n~~~\n';
  expect(extract(markdown, 'a.md')).toEqual([]);
});

test.each([
  ['is not closed', 'Text.\n\n```ts\nconst a = 1;\n', 'a.md:3: This block has no end. Close it with ```.'],
  ['is closed too early', '````ts\n```\n', 'a.md:1: This block has no end. Close it with ````.'],
  ['is marked as another language', '\n```typescript\n```\n', 'a.md:2: Only blocks of ts are executed.'],
  [
    'has the name of a block above',
    documentOf(['// b.ts'], ['// b.ts']),
    'a.md:6: A block above is named b.ts, too.',
  ],
  [
    "is named outside the documentation's folder",
    documentOf(['// ../b.ts']),
    "a.md:2: ../b.ts is outside of the documentation's folder.",
  ],
])('a block that %s throws an error with its line', (_, markdown, message) => {
  expect(() => extract(markdown, 'a.md')).toThrow(message);
});

test('the files of blocks that no document contains any more are removed', ({ onTestFinished }) => {
  const root = mkdtempSync(join(tmpdir(), 'docs-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  const written = (markdown: string) => {
    writeFileSync(join(root, 'README.md'), markdown);
    writeDocsTests(root);
    return readdirSync(join(root, '.docs-tests/README.md'));
  };
  expect(written(documentOf(['one();'], ['two();']))).toEqual(['line-2.test.ts', 'line-6.test.ts']);
  expect(written(documentOf(['three();']))).toEqual(['line-2.test.ts']);
  expect(readFileSync(join(root, '.docs-tests/README.md/line-2.test.ts'), 'utf8')).toContain('three();');
});
