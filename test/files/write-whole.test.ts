/** A file is written whole or not at all, and nothing is left beside it. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeWhole } from '../../src/files/write-whole.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'swarmcheck-files-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const file = (name = 'a.txt') => join(folder, name);
const read = () => readFileSync(file(), 'utf8');

test('a new file is written, and one that is there is replaced', () => {
  for (const text of ['one', 'two']) {
    writeWhole(file(), text);
    expect(read()).toBe(text);
  }
  expect(readdirSync(folder)).toEqual(['a.txt']);
});

test('a file that may not be replaced is left, and nothing stands beside it', () => {
  writeWhole(file(), 'one', { mayReplace: false });
  expect(() => writeWhole(file(), 'two', { mayReplace: false })).toThrow(
    expect.objectContaining({ code: 'EEXIST' }),
  );
  expect(read()).toBe('one');
  expect(readdirSync(folder)).toEqual(['a.txt']);
});

test('where it cannot take its name, what was written is removed', () => {
  mkdirSync(file());
  writeFileSync(join(file(), 'inside'), '');
  expect(() => writeWhole(file(), 'one', { temporary: file('b.tmp') })).toThrow(
    expect.objectContaining({ syscall: 'rename' }),
  );
  expect(readdirSync(folder)).toEqual(['a.txt']);
});

test('a folder in place of the temporary file is why nothing is written', () => {
  mkdirSync(file('a.txt.tmp'));
  expect(() => writeWhole(file(), 'one')).toThrow(expect.objectContaining({ code: 'EISDIR' }));
  expect(readdirSync(folder)).toEqual(['a.txt.tmp']);
});
