import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { callTool, say, user } from 'swarmcheck/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  readFailure,
  savedFailures,
  saveFailure,
  type SavedFailure,
} from '../../../src/property/check-agent/saved-failure.ts';
import { withoutSecrets } from '../../../src/engine/values/secrets.ts';
import { storableVariables } from '../../../src/property/check-agent/storable.ts';
import { shownPath } from '../../../src/files/path.ts';
import { factsOf } from '../../support/facts-of.ts';
import { errorOf } from '../../support/failures.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'failures-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const failure: SavedFailure = {
  version: 1,
  name: 'Refund desk',
  invariant: 'verified first',
  message: 'refunded before',
  seed: 1,
  path: '3:0',
  contextVariables: { user: 'Ann' },
  maxTurns: 20,
  steps: [user('hi'), callTool('issue_refund', { amount: 1 }), say('ok')],
};

test('a failure is saved as people would write it, and read back unchanged', () => {
  const file = saveFailure(folder, failure);
  expect(readFileSync(file, 'utf8')).toMatchInlineSnapshot(`
    "{
      "version": 1,
      "name": "Refund desk",
      "invariant": "verified first",
      "message": "refunded before",
      "seed": 1,
      "path": "3:0",
      "contextVariables": { "user": "Ann" },
      "maxTurns": 20,
      "steps": [
        { "user": "hi" },
        { "calls": [{ "tool": "issue_refund", "args": { "amount": 1 } }] },
        { "say": "ok" }
      ]
    }
    "
  `);
  expect(readFailure(file)).toEqual(failure);
  expect(savedFailures(folder, 'Refund desk')).toEqual([{ file, failure }]);
});

test('the same failure has one file, and another failure has another', () => {
  const file = saveFailure(folder, failure);
  expect(saveFailure(folder, { ...failure, seed: 9, message: 'told otherwise' })).toBe(file);
  expect(saveFailure(folder, { ...failure, invariant: 'another' })).not.toBe(file);
  expect(saveFailure(folder, { ...failure, steps: [user('hi'), say('ok')] })).not.toBe(file);
  expect(readdirSync(folder)).toHaveLength(3);
});

test('names that are not valid file names stay in the folder, and are kept apart', () => {
  const names = [
    '../../etc/passwd',
    '..',
    '/',
    '',
    '__proto__',
    'a\0b',
    'x'.repeat(5000),
    '☃',
    'Ünïcode',
    'a\n#b',
    'A b',
    'a-b',
  ];
  const inner = join(folder, 'inner');
  for (const name of names) saveFailure(inner, { ...failure, name });
  expect(readdirSync(folder)).toEqual(['inner']);
  expect(readdirSync(inner)).toHaveLength(names.length);
  for (const name of names)
    expect(savedFailures(inner, name).map((saved) => saved.failure.name)).toEqual([name]);
});

test('a name that begins another one finds only its own failures', () => {
  saveFailure(folder, { ...failure, name: 'desk' });
  saveFailure(folder, { ...failure, name: 'desk-two' });
  expect(savedFailures(folder, 'desk').map((saved) => saved.failure.name)).toEqual(['desk']);
});

test('failures are sorted by the names of their files', () => {
  for (let seed = 0; seed < 20; seed++) saveFailure(folder, { ...failure, invariant: `invariant ${seed}` });
  const files = savedFailures(folder, failure.name).map(({ file }) => file);
  expect(files).toEqual(files.toSorted());
  expect(files).toHaveLength(20);
});

test('other files are ignored', () => {
  writeFileSync(join(folder, 'refund-desk-notes.json'), 'not ours');
  writeFileSync(join(folder, 'refund-desk-0123abcd.json.tmp'), 'not ours');
  expect(savedFailures(folder, failure.name)).toEqual([]);
});

test('a folder that does not exist has no failures', () => {
  expect(savedFailures(join(folder, 'none'), 'x')).toEqual([]);
});

test('a failed write leaves no temporary file', () => {
  writeFileSync(join(folder, 'file'), '');
  expect(() => saveFailure(join(folder, 'file'), failure)).toThrow(/EEXIST|ENOTDIR/);
  const path = saveFailure(folder, failure);
  rmSync(path);
  mkdirSync(path);
  expect(() => saveFailure(folder, failure)).toThrow(/EISDIR|EPERM/);
  expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
});

const remedy = 'or remove the file: a check that still fails writes a new one.';

test.each<[text: string, facts: object, problem?: string]>([
  ['{"version": 1, "name": "x"', { line: 1 }, `:1: The file ends too early. Correct it, ${remedy}`],
  [
    '{\n  "version": 1\n  "name": "x"\n}',
    { line: 3, column: 3 },
    `:3: The file is not valid JSON: there is a mistake at column 3. Correct it, ${remedy}`,
  ],
  [
    '<<<<<<< HEAD\n{}',
    { line: 1 },
    `:1: The file has the markers of a merge conflict. Resolve the conflict, ${remedy}`,
  ],
  [
    '[]',
    { expected: 'an object', given: 'an array of 0 items' },
    `: The file must contain an object, but contains an array of 0 items. Restore the file, ${remedy}`,
  ],
  [
    JSON.stringify({ ...failure, version: 2 }),
    { field: 'version', given: '2' },
    `: The file has version 2, but this swarmcheck reads version 1. Update swarmcheck, ${remedy}`,
  ],
  [
    JSON.stringify({ ...failure, version: 'one' }),
    { field: 'version', expected: 'the number 1', given: 'the string "one"' },
    `: Its "version" must be the number 1, but is the string "one". Restore the file, ${remedy}`,
  ],
  [
    JSON.stringify({ ...failure, invariant: 7 }),
    { field: 'invariant', expected: 'a string', given: 'the number 7' },
  ],
  [
    JSON.stringify({ ...failure, maxTurns: 'x' }),
    { field: 'maxTurns', expected: 'a whole number', given: 'the string "x"' },
  ],
  [
    JSON.stringify({ ...failure, steps: undefined }),
    { field: 'steps', expected: 'a list' },
    `: It has no "steps", which must be a list. Restore the file, ${remedy}`,
  ],
  [
    JSON.stringify({ ...failure, steps: undefined, stps: [] }),
    { field: 'steps', expected: 'a list' },
    `: It has no "steps", which must be a list, but an unknown field "stps". Restore the file, ${remedy}`,
  ],
  [
    JSON.stringify({ ...failure, steps: {} }),
    {},
    `: The steps of a script must be a list, not an object. Write [user(…), say(…), …]. Correct it, ${remedy}`,
  ],
  [JSON.stringify({ ...failure, steps: [{ user: 'hi' }, { sya: 'x' }] }), { step: 2 }],
])('the error for a damaged file names the file and the problem: %s', async (text, facts, problem) => {
  const file = join(folder, 'refund-desk-0123abcd.json');
  writeFileSync(file, text);
  const error = await errorOf(() => savedFailures(folder, 'Refund desk'));
  const shown = shownPath(file);
  expect(factsOf(error, 'expected')).toEqual({ error: 'SavedFailureError', file: shown, ...facts });
  expect(error.message).toBe(problem === undefined ? error.message : `${shown}${problem}`);
});

test('a file with a byte order mark is not damaged', () => {
  const file = saveFailure(folder, failure);
  writeFileSync(file, `\uFEFF${readFileSync(file, 'utf8')}`);
  expect(readFailure(file)).toEqual(failure);
});

test('arguments with names that every object has are read back unchanged', () => {
  const args = JSON.parse('{"__proto__":{"a":1},"constructor":2}') as object;
  const file = saveFailure(folder, { ...failure, steps: [user('hi'), callTool('a', args), say('ok')] });
  const [, step] = readFailure(file).steps;
  expect(JSON.stringify(step)).toBe('{"calls":[{"tool":"a","args":{"__proto__":{"a":1},"constructor":2}}]}');
});

test('context variables are saved if they are JSON and not secret', () => {
  const circle: Record<string, unknown> = {};
  circle['self'] = circle;
  const stored = storableVariables({
    user: 'Ann',
    email: 'ann@example.org',
    list: [1, { a: null }],
    apiKey: 'abcdef',
    nested: { deep: [{ password: 'x1' }] },
    pin: 1234,
    note: 'Bearer abcdefgh12345678',
    db: new Map(),
    when: new Date(0),
    run: () => {},
    big: 1n,
    nothing: undefined,
    half: Number.NaN,
    circle,
  });
  expect(stored.variables).toEqual({ user: 'Ann', email: 'ann@example.org', list: [1, { a: null }] });
  expect(stored.leftOut).toEqual([
    '"apiKey" (possibly a secret)',
    '"nested" (possibly a secret)',
    '"pin" (possibly a secret)',
    '"note" (possibly a secret)',
    '"db" (not JSON)',
    '"when" (not JSON)',
    '"run" (not JSON)',
    '"big" (not JSON)',
    '"nothing" (not JSON)',
    '"half" (not JSON)',
    '"circle" (not JSON)',
  ]);
});

test('a text is saved without its secrets', () => {
  expect(withoutSecrets('asked with Bearer abcdefgh12345678, by ann@example.org')).toBe(
    'asked with Bearer <token>, by ann@example.org',
  );
});
