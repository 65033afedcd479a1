/**
 * Executes the documentation: every `ts` block of the markdown files becomes a file under .docs-tests/, which vitest
 * runs and tsc checks. Line numbers are kept, so line 31 of `.docs-tests/README.md/…` is line 31 of README.md.
 */
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A file made from a block. Its path is relative to the folder of its document. */
export interface DocsFile {
  path: string;
  text: string;
}

/**
 * Returns the files for the blocks of a document.
 *
 * A block that begins with a file name (`// support.ts`) is written under that name, so that other blocks can import
 * it. It is also loaded by a test, unless it is a test or a configuration; the scenarios of a `.scenario.ts` file are
 * run. Any other block is a test file: unchanged if it has tests, otherwise as the body of one test, which begins
 * after the last import. Tests that use a mocked model are named `.mocked.test.ts`.
 */
export function extract(markdown: string, document: string): DocsFile[] {
  const files = new Map<string, string>();
  for (const { line, code } of blocksOf(markdown, document)) {
    const place = `${document}:${line}`;
    const add = (path: string, text: string) => {
      if (files.has(path)) throw new Error(`${place}: A block above is named ${path}, too. Rename one.`);
      files.set(path, text);
    };
    // Text on the line of the fence precedes the code, so that no line moves.
    const fence = (text: string) => `${'\n'.repeat(line - 1)}${text}\n`;
    const name = mockedName(/^\s*\/\/ (\S+\.ts)\n/.exec(code)?.[1], code);
    const test = mockedName(`line-${line}.test.ts`, code)!;
    if (name?.startsWith('/') || name?.includes('..')) {
      throw new Error(`${place}: ${name} is outside of the documentation's folder. Name a file inside.`);
    } else if (name !== undefined) {
      add(name, fence(`// ${place}`) + code);
      if (name.endsWith('.scenario.ts')) add(test, runScenarios(name, place));
      else if (!/\.(test|config)\.ts$/.test(name)) add(test, load(name, place));
    } else if (/^\s*(test|it|describe|scenarioTest)\b[.(]/m.test(code)) {
      add(test, fence(`// ${place}`) + code);
    } else {
      const imports = /[^]*^\s*import\b(?![(.])[^;]*;/m.exec(code)?.[0] ?? '';
      const begin = `block('${place}', async () => {`;
      const head = "import { test as block } from 'vitest';";
      const body = `${code.slice(imports.length)}});\n`;
      add(test, imports ? `${fence(head)}${imports} ${begin}${body}` : `${fence(`${head} ${begin}`)}${body}`);
    }
  }
  return [...files].map(([path, text]) => ({ path, text }));
}

/** Marks tests of code with its own client by their names, because they run with the setup file. */
function mockedName(name: string | undefined, code: string): string | undefined {
  const isMocked = /\(\{ model\b|\bmockModel\(|\bstartMocking\(/.test(code);
  return isMocked ? name?.replace(/\.test\.ts$/, '.mocked.test.ts') : name;
}

/** Brings .docs-tests/ up to date: writes new and changed files, and removes the others. */
export function writeDocsTests(root: string): void {
  const list = (folder: string, recursive: boolean) =>
    existsSync(join(root, folder))
      ? readdirSync(join(root, folder), { recursive, encoding: 'utf8' }).map((path) => join(folder, path))
      : [];
  const files = new Map<string, string>();
  for (const document of [...list('', false), ...list('docs', true)].filter((path) => path.endsWith('.md'))) {
    for (const { path, text } of extract(readFileSync(join(root, document), 'utf8'), document)) {
      files.set(join('.docs-tests', document, path), text);
    }
  }
  for (const path of list('.docs-tests', true)) {
    if (path.endsWith('.ts') && !files.has(path)) rmSync(join(root, path));
  }
  for (const [path, text] of files) {
    const target = join(root, path);
    if (existsSync(target) && readFileSync(target, 'utf8') === text) continue;
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text);
  }
}

interface Block {
  /** The line of the opening fence, from 1. The code begins on the next line. */
  line: number;
  code: string;
}

function blocksOf(markdown: string, document: string): Block[] {
  const blocks: Block[] = [];
  let open: (Block & { fence: string; language: string }) | undefined;
  for (const [index, text] of markdown.split('\n').entries()) {
    const [, fence, info = ''] = /^\s*(`{3,}|~{3,})(.*)$/.exec(text) ?? [];
    if (open && fence?.startsWith(open.fence) && info.trim() === '') {
      if (open.language === 'ts') blocks.push(open);
      open = undefined;
    } else if (open) {
      open.code += `${text}\n`;
    } else if (fence !== undefined) {
      const language = /^\s*(\w*)/.exec(info)?.[1] ?? '';
      if (/^(typescript|javascript|js|[cm]ts|tsx)$/i.test(language)) {
        throw new Error(
          `${document}:${index + 1}: Only blocks of ts are executed. Write ts, not ${language}.`,
        );
      }
      open = { line: index + 1, fence, language, code: '' };
    }
  }
  if (open) throw new Error(`${document}:${open.line}: This block has no end. Close it with ${open.fence}.`);
  return blocks;
}

const load = (name: string, place: string) => `import { test } from 'vitest';
import './${name}';
test('${place} loads', () => {});
`;

const runScenarios = (name: string, place: string) => `import { expect, test } from 'vitest';
import { runScenario, type Scenario } from 'swarmcheck/testing';
import * as exported from './${name}';
const isScenario = (value: unknown): value is Scenario =>
  typeof value === 'object' && value !== null && 'agent' in value && 'steps' in value;
const scenarios = Object.entries<unknown>(exported).flatMap(([name, value]) => (isScenario(value) ? [{ name, value }] : []));
test('${place} exports scenarios', () => expect(scenarios).not.toEqual([]));
test.each(scenarios)('${place} $name passes', async ({ value }) => {
  expect((await runScenario(value)).failures).toEqual([]);
});
`;

// When run as a script, before tsc. vitest.config.ts calls the function.
if (process.argv[1]?.endsWith('docs.ts')) writeDocsTests('.');
