/** A file is written whole or not at all, and no temporary file is left. */
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

test('a new file is written, and an existing one is replaced', () => {
  for (const text of ['one', 'two']) {
    writeWhole(file(), text);
    expect(read()).toBe(text);
  }
  expect(readdirSync(folder)).toEqual(['a.txt']);
});

test('a file that may not be replaced is kept, and no temporary file is left', () => {
  writeWhole(file(), 'one', { mayReplace: false });
  expect(() => writeWhole(file(), 'two', { mayReplace: false })).toThrow(
    expect.objectContaining({ code: 'EEXIST' }),
  );
  expect(read()).toBe('one');
  expect(readdirSync(folder)).toEqual(['a.txt']);
});

test('the temporary file is removed if it cannot be renamed', () => {
  mkdirSync(file());
  writeFileSync(join(file(), 'inside'), '');
  expect(() => writeWhole(file(), 'one', { temporary: file('b.tmp') })).toThrow(
    expect.objectContaining({ syscall: 'rename' }),
  );
  expect(readdirSync(folder)).toEqual(['a.txt']);
});

test('nothing is written if a folder has the name of the temporary file', () => {
  mkdirSync(file('a.txt.tmp'));
  expect(() => writeWhole(file(), 'one')).toThrow(expect.objectContaining({ code: 'EISDIR' }));
  expect(readdirSync(folder)).toEqual(['a.txt.tmp']);
});
