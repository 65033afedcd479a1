/**
 * The documentation is executed: every `ts` block of the markdown files becomes a file under .docs-tests/, which vitest
 * runs and tsc checks. Lines keep their numbers, so line 31 of `.docs-tests/README.md/…` is line 31 of README.md.
 */
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A file made of a block. Its path is relative to the folder that its document gets. */
export interface DocsFile {
  path: string;
  text: string;
}

/**
 * The files that the blocks of a document make.
 *
 * A block that begins with the name of a file (`// support.ts`) is written under that name, where the others can import
 * it, and loaded, but for one of vitest's configuration; the scenarios in a `.scenario.ts` are run. Tests that use a mocked model are named `.mocked.test.ts`. Any other block is a test file: as it stands when it has
 * tests, else as the body of one test, which begins after its last import.
 */
export function extract(markdown: string, document: string): DocsFile[] {
  const files = new Map<string, string>();
  for (const { line, code } of blocksOf(markdown, document)) {
    const place = `${document}:${line}`;
    const add = (path: string, text: string) => {
      if (files.has(path)) throw new Error(`${place}: A block above is named ${path}, too. Rename one.`);
      files.set(path, text);
    };
    // What is on the line of the fence comes before the code and moves nothing.
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

/** Tests with clients of their own are run with the setup file; which they are shows in their names. */
function mockedName(name: string | undefined, code: string): string | undefined {
  const isMocked = /\(\{ model\b|\bmockModel\(|\bstartMocking\(/.test(code);
  return isMocked ? name?.replace(/\.test\.ts$/, '.mocked.test.ts') : name;
}

/** Makes .docs-tests/ what the documents say: writes what is new or changed, removes what is not theirs. */
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
  /** Of the opening fence, from 1. The code begins on the next line. */
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

// Run as a script, before tsc; vitest.config.ts calls the function.
if (process.argv[1]?.endsWith('docs.ts')) writeDocsTests('.');
