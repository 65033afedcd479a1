/**
 * Paths at which no cassette can be: the error comes before a model is asked. Missing permissions are not tested,
 * since root has all of them.
 */
import { mkdirSync, readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Agent, type CompletionProvider } from 'swarmcheck';
import {
  cassetteProvider,
  CassetteFileError,
  recordingProvider,
  replayProvider,
  replayTools,
  say,
  scriptedProvider,
} from 'swarmcheck/testing';
import { readAll } from '../../support/completions.ts';
import { rejection, thrown } from '../../support/failures.ts';
import { Folder } from '../folder.ts';
import { inPlainEnvironment, notAsked } from '../modes/environment.ts';
import { answerTo, asking, said, user } from '../replay/tapes.ts';
import { readers } from './recorded.ts';

inPlainEnvironment();

/** A file name that is one byte longer than file systems allow. */
const long = `${'x'.repeat(251)}.json`;

/** A place: why it is unusable, its path, the code of the file system's error, and the message of a reader. */
const places: [what: string, make: (folder: Folder) => string, code: string, message: string][] = [
  [
    'a folder',
    (folder) => {
      mkdirSync(folder.file());
      return folder.file();
    },
    'EISDIR',
    '…/c.json: The file cannot be read: it is a folder.',
  ],
  [
    'a path below a file',
    (folder) => {
      folder.write('', 'plain');
      return folder.file('plain/c.json');
    },
    'ENOTDIR',
    '…/plain/c.json: The file cannot be read: a part of its path is a file.',
  ],
  [
    'a name that is too long',
    (folder) => folder.file(long),
    'ENAMETOOLONG',
    `…/${long}: The file cannot be read: its name is too long.`,
  ],
];

for (const [name, read] of readers) {
  test.for(places)(`${name} refuses a path that cannot be read: %s`, ([, make, code]) => {
    using folder = new Folder();
    const file = make(folder);
    const error = thrown(() => read(file));
    expect(error).toBeInstanceOf(CassetteFileError);
    expect(error).toMatchObject({ problem: 'unreadable', file, cause: { code } });
    expect(error.cause).toBeInstanceOf(Error);
  });
}

test.for(places)('the message says why nothing can be read: %s', ([, make, , message]) => {
  using folder = new Folder();
  const error = thrown(() => readers[0]![1](make(folder)));
  expect(said(error, folder)).toBe(message);
});

/** Everything that records. */
const recorders: [string, (live: CompletionProvider, cassette: string) => CompletionProvider][] = [
  ['recordingProvider', (live, cassette) => recordingProvider(live, { cassette })],
  ['the mode "all"', (live, cassette) => cassetteProvider(live, { cassette, mode: 'all' })],
];

for (const [name, recorder] of recorders) {
  test.for(places)(`${name} asks no model if the answer could not be stored: %s`, async ([, make]) => {
    using folder = new Folder();
    const script = scriptedProvider([say('lost')]);
    const file = make(folder);
    const provider = recorder(script, file);
    const before = readdirSync(folder.path);
    for (const asked of [answerTo(provider, 'a'), readAll(provider.stream(asking(user('a'))))]) {
      const error = await rejection(asked);
      expect(error).toBeInstanceOf(CassetteFileError);
      expect(error).toMatchObject({ problem: 'unwritable', file });
      expect(error.cause).toBeInstanceOf(Error);
    }
    expect(script.remaining).toBe(1);
    expect(readdirSync(folder.path)).toEqual(before);
  });
}

test('a name that leaves no space for the suffix of the temporary file is refused before the model is asked', async () => {
  using folder = new Folder();
  const cassette = folder.file(long.slice(1));
  const script = scriptedProvider([say('lost')]);
  const error = await rejection(answerTo(recordingProvider(script, { cassette }), 'a'));
  expect(said(error, folder)).toBe(
    `…/${long.slice(1)}: The cassette cannot be recorded: its name is too long.`,
  );
  expect(script.remaining).toBe(1);
  expect(readdirSync(folder.path)).toEqual([]);
});

test('a path that could not be recorded does not block another one', async () => {
  using folder = new Folder();
  mkdirSync(folder.file('c.json'));
  await rejection(answerTo(recordingProvider(notAsked, { cassette: folder.file() }), 'a'));
  const elsewhere = folder.file('d.json');
  await using provider = recordingProvider(scriptedProvider([say('kept')]), { cassette: elsewhere });
  expect(await answerTo(provider, 'a')).toBe('kept');
});

const outside = (path: string) =>
  `The cassette "${path}" is outside the working directory, ${process.cwd()}. Choose a path inside it, or give the absolute path.`;
const unnamed = (given: string) =>
  `The path of a cassette must be a string such as "fixtures/cassettes/refund.json", but is ${given}.`;

const names: [given: unknown, message: string][] = [
  ['../../x.json', outside('../../x.json')],
  ['fixtures/../../x.json', outside('fixtures/../../x.json')],
  ['..', outside('..')],
  ['../package.json', outside('../package.json')],
  ['', unnamed('the string ""')],
  ['  ', unnamed('the string "  "')],
  [undefined, unnamed('undefined')],
  [null, unnamed('null')],
  [7, unnamed('the number 7')],
  ['refund', 'The cassette "refund" is not a .json file. Name it "refund.json".'],
  ['src/index.ts', 'The cassette "src/index.ts" is not a .json file. Name it "src/index.ts.json".'],
  ['/etc/passwd', 'The cassette "/etc/passwd" is not a .json file. Name it "/etc/passwd.json".'],
  ['a\0.json', String.raw`The path of the cassette "a\u0000.json" contains a null character. Remove it.`],
];

/** Everything that takes the path of a cassette. */
const takers: [string, (cassette: string) => unknown][] = [
  ['replayProvider', (cassette) => replayProvider(cassette)],
  ['replayTools', (cassette) => replayTools(new Agent(), cassette, 'replay')],
  ['recordingProvider', (cassette) => recordingProvider(notAsked, { cassette })],
  ['cassetteProvider', (cassette) => cassetteProvider(notAsked, { cassette, mode: 'all' })],
];

for (const [name, take] of takers) {
  test.for(names)(`${name} refuses %j at once`, ([given]) => {
    const error = thrown(() => take(given as string));
    expect(error).toBeInstanceOf(CassetteFileError);
    expect(error).toMatchObject({ problem: 'path', ...(typeof given === 'string' && { file: given }) });
  });
}

test.for(names)('the message says why %j is refused', ([given, message]) => {
  expect(thrown(() => replayProvider(given as string)).message).toBe(message);
});
