/**
 * How files are written: whole, in the given folder, with the same bytes for the same conversation, and without other
 * files.
 */
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { CompletionProvider } from 'swarmcheck';
import {
  cassetteProvider,
  modelFails,
  recordingProvider,
  say,
  scriptedProvider,
  type Step,
} from 'swarmcheck/testing';
import { rejection } from '../../support/failures.ts';
import { Folder } from '../folder.ts';
import { inPlainEnvironment } from '../modes/environment.ts';
import { answerTo, record } from '../replay/tapes.ts';
import { answersIn, model, talk } from './long-talk.ts';
import { recorded } from './recorded.ts';

inPlainEnvironment();

/** The text without the times that answers took. */
const timeless = (text: string) => text.replaceAll(/"ms": (?:\d+|\[[\d,\s]*\])/g, '"ms": …');

test('the folders of a path are created', async () => {
  using folder = new Folder();
  const cassette = folder.file('fixtures/cassettes/desk/refund.json');
  await record(cassette, [say('1')], (provider) => answerTo(provider, 'a'));
  expect(readdirSync(folder.path, { recursive: true }).map(String).toSorted()).toEqual([
    'fixtures',
    'fixtures/cassettes',
    'fixtures/cassettes/desk',
    'fixtures/cassettes/desk/refund.json',
  ]);
});

test('no folder is created before a request', async () => {
  using folder = new Folder();
  await recordingProvider(scriptedProvider([]), { cassette: folder.file('deep/c.json') }).close();
  expect(readdirSync(folder.path)).toEqual([]);
});

type Recorder = CompletionProvider & { close(): Promise<void> };
const recorders: [string, (live: CompletionProvider, cassette: string) => Recorder][] = [
  ['recordingProvider', (live, cassette) => recordingProvider(live, { cassette })],
  ['the mode "all"', (live, cassette) => cassetteProvider(live, { cassette, mode: 'all' })],
  ['the mode "missing"', (live, cassette) => cassetteProvider(live, { cassette, mode: 'missing' })],
];

test.for(recorders)(
  'there is at most one other file beside a cassette that is recorded: %s',
  async ([, recorder]) => {
    using folder = new Folder();
    const seen = new Set<string>();
    const look = (provider: CompletionProvider): CompletionProvider => ({
      ...provider,
      complete: async (request, options) => {
        for (const name of readdirSync(folder.path)) seen.add(name);
        return await provider.complete(request, options);
      },
    });
    const provider = recorder(look(model('m')), folder.file());
    await answersIn(talk(provider, 30));
    await provider.close();
    expect([...seen].toSorted()).toEqual(['c.json', 'c.json.tmp']);
    expect(readdirSync(folder.path)).toEqual(['c.json']);
  },
);

const failures: [what: string, step: Step][] = [
  ['refused', modelFails({ kind: 'status', status: 401 })],
  ['failed', modelFails({ kind: 'status', status: 500 })],
];

test.for(failures)('no other file is left if the model %s', async ([, step]) => {
  using folder = new Folder();
  await recorded(folder);
  const before = folder.read();
  for (const [, recorder] of recorders) {
    const provider = recorder(scriptedProvider([step]), folder.file());
    await rejection(answerTo(provider, 'a', { conversation: 'new' }));
    await Promise.allSettled([provider.close()]);
    expect(readdirSync(folder.path)).toEqual(['c.json']);
  }
  // "missing" adds an error to the recording, and keeps everything in it.
  expect(folder.json().lanes.slice(0, 3)).toEqual((JSON.parse(before) as { lanes: unknown[] }).lanes);
});

test('the same conversation gives the same bytes, except for its times', async () => {
  using folder = new Folder();
  await recorded(folder, 'a.json');
  await recorded(folder, 'b.json');
  expect(timeless(folder.read('b.json'))).toBe(timeless(folder.read('a.json')));
});

test('the bytes do not depend on the file that was there before', async () => {
  using folder = new Folder();
  await recorded(folder, 'a.json');
  await record(folder.file('b.json'), [say('other')], (provider) => answerTo(provider, 'other'));
  await recorded(folder, 'b.json');
  expect(timeless(folder.read('b.json'))).toBe(timeless(folder.read('a.json')));
});

test('an addition to a recording leaves its bytes unchanged', async () => {
  using folder = new Folder();
  await recorded(folder);
  const before = folder.read();
  const provider = cassetteProvider(scriptedProvider([say('new')]), {
    cassette: folder.file(),
    mode: 'missing',
  });
  await answerTo(provider, 'something else', { conversation: 'carl' });
  await provider.close();
  // Up to the end of the last lane.
  const end = before.lastIndexOf('\n    }\n  ]\n}');
  const after = folder.read();
  expect(after.slice(0, end)).toBe(before.slice(0, end));
  expect(after.length).toBeGreaterThan(before.length);
});

test('a cassette that is only replayed is not written, in any mode', async () => {
  using folder = new Folder();
  await record(folder.file(), [say('1')], (provider) => answerTo(provider, 'a'));
  // Not as swarmcheck prints it, so that writing it would show.
  folder.write(JSON.stringify(folder.json()));
  const [before, { mtimeMs, ino }] = [folder.read(), statSync(folder.file())];
  for (const mode of ['none', 'missing'] as const) {
    const provider = cassetteProvider(scriptedProvider([]), { cassette: folder.file(), mode });
    expect(await answerTo(provider, 'a')).toBe('1');
    await provider.close();
  }
  expect(folder.read()).toBe(before);
  expect(statSync(folder.file())).toMatchObject({ mtimeMs, ino });
});

test('a cassette is UTF-8 without a byte order mark, with LF line breaks, and ends with one of them', async () => {
  using folder = new Folder();
  await recorded(folder);
  const text = folder.read();
  expect(text).toMatch(/^\{\n[^]*[^\n]\n\}\n$/);
  expect(text).not.toContain('\r');
  expect(text).toContain('"Be brief. 🙂"');
});

test('the temporary file of a killed recording is replaced, and removed afterwards', async () => {
  using folder = new Folder();
  folder.write('{ "format": "swarm', 'c.json.tmp');
  await record(folder.file(), [say('1')], (provider) => answerTo(provider, 'a'));
  expect(readdirSync(folder.path)).toEqual(['c.json']);
  expect(folder.json().lanes).toHaveLength(1);
});

test('if the file cannot be replaced, the request rejects and the file stays whole', async () => {
  using folder = new Folder();
  const provider = recordingProvider(model('m'), { cassette: folder.file() });
  const held = talk(provider, 20);
  await held.next();
  const before = folder.json();
  // A folder takes the place of the temporary file.
  rmSync(folder.file('c.json.tmp'), { force: true });
  mkdirSync(folder.file('c.json.tmp'));
  const error = await rejection(answersIn(held));
  expect(error.name).toBe('CassetteFileError');
  expect(error).toMatchObject({
    problem: 'unwritable',
    file: folder.file(),
    cause: expect.objectContaining({ code: 'EISDIR' }) as unknown,
  });
  expect(folder.json()).toEqual(before);
});
