/** Names from outside, of tests and scenarios, as the names of files. */
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
])('%j is named %j', ([name, file]) => {
  expect(fileName(name!)).toBe(file);
});

test('a letter and its accent are one, however they were typed', () => {
  expect(fileName('e\u0301te\u0301')).toBe(fileName('\u00E9t\u00E9'));
});

/** Names with what leads elsewhere in them. */
const names = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 200 }),
  fc
    .array(fc.constantFrom('..', '/', '\\', '.', '\0', 'a', 'é', '🙂', '日', '%2e', ':', ' ', '𝒳'), {
      maxLength: 300,
    })
    .map((parts) => parts.join('')),
);

/** With letters of three bytes, and of four, which are two characters each. */
const examples: [string][] = [['日'.repeat(150)], ['𝒳'.repeat(120)], [`a${'𝒳'.repeat(120)}`]];

test('no name leads out of a folder, or to another one in it, and each is one that file systems take', () => {
  const property = fc.property(names, (name) => {
    const file = fileName(name);
    if (file === '') return;
    const path = join('/folder', `${file}.json`);
    expect(isInside(path, '/folder')).toBe(true);
    expect(basename(path)).toBe(`${file}.json`);
    expect(file).toMatch(/^[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?$/u);
    // With what is written beside it: 255 bytes are the longest.
    expect(Buffer.byteLength(`${file}.json.tmp`)).toBeLessThanOrEqual(255);
    expect(Buffer.from(file).toString()).toBe(file);
  });
  assertProperty(property, { examples, seed: 10 });
});

test('the name of a file is named as itself', () => {
  assertProperty(
    fc.property(names, (name) => {
      expect(fileName(fileName(name))).toBe(fileName(name));
    }),
    { seed: 11 },
  );
});
