/** Which modules a thread can load, and the errors for those it cannot load. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { workerTool } from 'swarmcheck/worker';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { called } from '../support/called.ts';

const folder = mkdtempSync(join(tmpdir(), 'swarmcheck-worker-'));
const urlOf = (file: string) => pathToFileURL(join(folder, file));

const files: Record<string, string> = {
  'package.json': '{}',
  'module.mjs': 'export const answer = () => "of a module";',
  'script.cjs': 'exports.answer = () => "of a script";',
  'common.js': 'module.exports = { answer: () => "of a package without a type" };',
  // An enum: Node itself could strip types, but not compile this.
  'module.mts': 'enum Kind { Module = "of an enum" } export const answer = (): string => Kind.Module;',
  'common.ts': 'import { part } from "./part"; export function answer(): string { return part; }',
  'part.ts': 'export const part: string = "of a part without a suffix";',
  'view.tsx': 'export const answer = (): string => "of a view";',
  'waits.mjs': 'const text = await Promise.resolve("waited for"); export const answer = () => text;',
  'fails.mjs': 'throw new Error("no licence"); export const answer = () => 1;',
  'typo.mjs': 'export const answer = ( => 1;',
  'without.mjs': 'import "not-installed-anywhere"; export const answer = () => 1;',
  'exits.mjs': 'process.exit(4);',
  'empty.mjs': '',
};

beforeAll(() => {
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
});
afterAll(() => rmSync(folder, { recursive: true }));

const answer = async (file: string, name = 'answer') =>
  (await called([workerTool(urlOf(file), name)], name)).content;

const loadable: Record<string, string> = {
  'module.mjs': 'of a module',
  'script.cjs': 'of a script',
  'common.js': 'of a package without a type',
  'module.mts': 'of an enum',
  'common.ts': 'of a part without a suffix',
  'view.tsx': 'of a view',
  'waits.mjs': 'waited for',
};

test.for(Object.entries(loadable))('a thread loads %s', async ([file, content]) => {
  expect(await answer(file)).toBe(content);
});

test('a URL may be a string, and have a query', async () => {
  const url = `${urlOf('module.mjs').href}?again`;
  expect((await called([workerTool(url, 'answer')], 'answer')).content).toBe('of a module');
});

const shown = folder.replaceAll('\\', '/');
const broken: [file: string, name: string, words: string][] = [
  [
    'module.mjs',
    'ansewr',
    `Its module ${shown}/module.mjs has no export "ansewr". Did you mean "answer"? Its exports: answer.`,
  ],
  ['module.mjs', 'toString', `Its module ${shown}/module.mjs has no export "toString". Its exports: answer.`],
  ['empty.mjs', 'answer', `Its module ${shown}/empty.mjs has no export "answer". Its exports: none.`],
  [
    'common.js',
    'other',
    `Its module ${shown}/common.js has no export "other". Its exports: answer, default.`,
  ],
  [
    'part.ts',
    'part',
    `Its module ${shown}/part.ts exports the string "of a part without a suffix" as "part", not a function. Its exports: part.`,
  ],
  ['fails.mjs', 'answer', `Its module ${shown}/fails.mjs could not be loaded: no licence`],
  ['typo.mjs', 'answer', `Its module ${shown}/typo.mjs could not be loaded: a SyntaxError`],
  ['exits.mjs', 'answer', 'Its worker thread ended with exit code 4 before it answered.'],
];

test.for(broken)('%s, "%s" is an error that names the cause', async ([file, name, words]) => {
  expect(await answer(file, name)).toBe(`Error: Tool ${name} failed: ${words}`);
});

test('a missing package that a module imports is named', async () => {
  expect(await answer('without.mjs')).toMatch(
    /^Error: Tool answer failed: Its module .*without\.mjs could not be loaded: .*not-installed-anywhere/,
  );
});
