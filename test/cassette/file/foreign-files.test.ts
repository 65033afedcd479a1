/** Files that are not cassettes, or not of this version: every reader refuses them and leaves them unchanged. */
import { expect, test } from 'vitest';
import { CassetteFileError } from 'swarmcheck/testing';
import { thrown } from '../../support/failures.ts';
import { Folder } from '../folder.ts';
import { inPlainEnvironment } from '../modes/environment.ts';
import { said } from '../replay/tapes.ts';
import { readers, recorded } from './recorded.ts';

inPlainEnvironment();

/** A recording of Polly, which could be in the same folder. */
const polly = {
  log: { _recordingName: 'refund', version: '1.2', creator: { name: 'Polly.JS' }, entries: [] },
};
const empty = { problem: 'damaged' };
const noCassette = { problem: 'foreign' };
const noJson = (line: number, column: number) => ({ problem: 'damaged', line, column });

const files: [what: string, content: string, fields: object][] = [
  ['empty', '', empty],
  ['blank', ' \n\t\n', empty],
  ['a text', 'Hello.\n', noJson(1, 1)],
  ['HTML', '<!doctype html>\n<p>Not found</p>\n', noJson(1, 1)],
  ['YAML', 'format: swarmcheck-cassette\nversion: 1\n', noJson(1, 1)],
  [
    'a pointer of Git LFS',
    'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n',
    noJson(1, 1),
  ],
  ['a package.json', '{ "name": "shop", "version": "1.0.0" }\n', noCassette],
  ['a recording of Polly', JSON.stringify(polly, null, 2), noCassette],
  ['another format', '{ "format": "cassette", "version": 1, "lanes": [] }', noCassette],
  ['a list', '[]', noCassette],
  ['a list with a cassette', '[{ "format": "swarmcheck-cassette", "version": 1 }]', noCassette],
  ['null', 'null', noCassette],
  ['a number', '1', noCassette],
  ['a string', '"swarmcheck-cassette"', noCassette],
  [
    'an object with the format in "__proto__"',
    '{ "__proto__": { "format": "swarmcheck-cassette", "version": 1 } }',
    noCassette,
  ],
  [
    'an object with a cassette inside',
    '{ "cassette": { "format": "swarmcheck-cassette", "version": 1 } }',
    noCassette,
  ],
];

for (const [name, read] of readers) {
  test.for(files)(`${name} refuses a file that is %s`, ([, content, fields]) => {
    using folder = new Folder();
    const error = thrown(() => read(folder.write(content)));
    expect(error).toBeInstanceOf(CassetteFileError);
    expect(error).toMatchObject({ ...fields, file: folder.file() });
    expect(folder.read()).toBe(content);
  });
}

test('bytes that are not text are refused', () => {
  using folder = new Folder();
  const bytes = Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 1, 0xff, 0xfe]);
  const error = thrown(() => readers[0]![1](folder.write(bytes.toString('latin1'))));
  expect(error).toMatchObject(noJson(1, 1));
});

test('the message says that a file does not exist', ({ expect }) => {
  using folder = new Folder();
  const errors = readers.slice(0, 2).map(([, read]) => thrown(() => read(folder.file())));
  expect(errors.map((error) => said(error, folder))).toMatchInlineSnapshot(`
    [
      "…/c.json: The file does not exist. Check the path, or record the cassette first.",
      "…/c.json: The file does not exist. Check the path, or record the cassette first.",
    ]
  `);
  expect(errors.map(({ name }) => name)).toEqual(['CassetteFileError', 'CassetteFileError']);
});

/** The marks of a merge conflict, in two styles, around two lines of a cassette. */
const marks = [
  (ours: string, theirs: string) => ['<<<<<<< HEAD', ours, '=======', theirs, '>>>>>>> theirs'],
  (ours: string, theirs: string) => [
    '<<<<<<< HEAD',
    ours,
    '||||||| base',
    ours,
    '=======',
    theirs,
    '>>>>>>> it',
  ],
];

for (const end of ['\n', '\r\n']) {
  test.for(marks)(
    `an unresolved merge conflict is reported with its first line, %# ${JSON.stringify(end)}`,
    async (of) => {
      using folder = new Folder();
      await recorded(folder);
      const lines = folder.read().split('\n');
      const at = lines.findIndex((line) => line.includes('"object"'));
      lines.splice(at, 1, ...of(lines[at]!, lines[at]!.replace('chat', 'talk')));
      const error = thrown(() => readers[0]![1](folder.write(lines.join(end))));
      expect(error).toMatchObject({ problem: 'damaged', file: folder.file(), line: at + 1 });
    },
  );
}

test('conflict marks within a text are accepted', async () => {
  using folder = new Folder();
  await recorded(folder);
  folder.write(folder.read().replace('Refund A-17.', '<<<<<<< HEAD'));
  expect(() => readers[0]![1](folder.file())).not.toThrow();
});

test('a newer version is refused, and the message says what to do', async ({ expect }) => {
  using folder = new Folder();
  await recorded(folder);
  folder.change((cassette) => (cassette.version = 2));
  const errors = readers.map(([, read]) => thrown(() => read(folder.file())));
  expect(new Set(errors.map((error) => said(error, folder)))).toMatchInlineSnapshot(`
    Set {
      "…/c.json:3: A newer swarmcheck wrote this file, in version 2 of the format. This swarmcheck reads version 1. Update swarmcheck.",
    }
  `);
});

test('a newer version is refused before its fields are checked', () => {
  using folder = new Folder();
  const cassette = folder.write('{ "format": "swarmcheck-cassette",\n"version": 12, "conversations": 5 }');
  expect(thrown(() => readers[0]![1](cassette))).toMatchObject({ problem: 'newer', line: 2 });
});

test.for([0, -1, '1', null, true, undefined, [1]])('the version %j is invalid', async (version) => {
  using folder = new Folder();
  await recorded(folder);
  const cassette = folder.change((cassette) => Object.assign(cassette, { version }));
  const error = thrown(() => readers[0]![1](cassette));
  expect(error).toBeInstanceOf(CassetteFileError);
  expect(error).toMatchObject({ problem: 'damaged', field: 'version', expected: 'the number 1' });
});

test('CRLF line endings and a byte order mark are accepted', async () => {
  using folder = new Folder();
  await recorded(folder);
  folder.write(`\uFEFF${folder.read().replaceAll('\n', '\r\n')}`);
  for (const [, read] of readers) expect(() => read(folder.file())).not.toThrow();
});
