/** Names of tests and scenarios, which may be any text, become file names. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { basename, join } from 'node:path';
import { fileName, isInside } from '../../../src/files/path.ts';
import { assertProperty } from '../../support/property.ts';

test.for([
  ['A refund, issued once', 'a-refund-issued-once'],
  ['../../x', 'x'],
  [String.raw`..\..\x`, 'x'],
  ['/etc/passwd', 'etc-passwd'],
  ['C:\\Windows', 'c-windows'],
  ['~/.ssh/id_rsa', 'ssh-id-rsa'],
  ['a\0b\nc', 'a-b-c'],
  ['$(rm -rf /)', 'rm-rf'],
  ['__proto__', 'proto'],
  ['.hidden', 'hidden'],
  ['50 % more', '50-more'],
  ['Größe 日本', 'größe-日本'],
  ['***', ''],
  ['', ''],
])('the name %j gives the file name %j', ([name, file]) => {
  expect(fileName(name!)).toBe(file);
});

test('a letter with an accent gives one file name, whether it is typed as one character or two', () => {
  expect(fileName('e\u0301te\u0301')).toBe(fileName('\u00E9t\u00E9'));
});

/** Names with parts that could lead to another place. */
const names = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 200 }),
  fc
    .array(fc.constantFrom('..', '/', '\\', '.', '\0', 'a', 'é', '🙂', '日', '%2e', ':', ' ', '𝒳'), {
      maxLength: 300,
    })
    .map((parts) => parts.join('')),
);

/** With letters of three bytes, and of four bytes (two UTF-16 units each). */
const examples: [string][] = [['日'.repeat(150)], ['𝒳'.repeat(120)], [`a${'𝒳'.repeat(120)}`]];

test('each file name stays in its folder, and is valid in file systems', () => {
  const property = fc.property(names, (name) => {
    const file = fileName(name);
    if (file === '') return;
    const path = join('/folder', `${file}.json`);
    expect(isInside(path, '/folder')).toBe(true);
    expect(basename(path)).toBe(`${file}.json`);
    expect(file).toMatch(/^[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?$/u);
    // With the suffix of the temporary file; 255 bytes is the limit of file systems.
    expect(Buffer.byteLength(`${file}.json.tmp`)).toBeLessThanOrEqual(255);
    expect(Buffer.from(file).toString()).toBe(file);
  });
  assertProperty(property, { examples, seed: 10 });
});

test('the name of a file is its own file name', () => {
  assertProperty(
    fc.property(names, (name) => {
      expect(fileName(fileName(name))).toBe(fileName(name));
    }),
    { seed: 11 },
  );
});
