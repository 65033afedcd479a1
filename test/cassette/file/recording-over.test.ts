/**
 * Recording over a file that is not a valid cassette: a damaged cassette is replaced by the first answer, other files
 * are never changed.
 */
import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { CompletionProvider } from 'swarmcheck';
import {
  cassetteProvider,
  CassetteFileError,
  modelFails,
  recordingProvider,
  replayProvider,
  say,
  scriptedProvider,
} from 'swarmcheck/testing';
import { rejection, thrown } from '../../support/failures.ts';
import { Folder } from '../folder.ts';
import { inPlainEnvironment, notAsked } from '../modes/environment.ts';
import { answerTo } from '../replay/tapes.ts';

inPlainEnvironment();

type Recorder = CompletionProvider & { close(): Promise<void> };

/** Everything that records anew, whether or not there is a file. */
const recorders: [string, (live: CompletionProvider, cassette: string) => Recorder][] = [
  ['the mode "all"', (live, cassette) => cassetteProvider(live, { cassette, mode: 'all' })],
  ['recordingProvider', (live, cassette) => recordingProvider(live, { cassette })],
];

/** Cassettes that cannot be read any more. */
const broken: [what: string, content: string][] = [
  ['empty', ''],
  ['blank', '\n \n'],
  ['ends in the middle', '{\n  "format": "swarmcheck-cassette",\n  "version": 1,\n  "agents": {'],
  [
    'has the marks of a merge',
    '{\n<<<<<<< HEAD\n  "format": "swarmcheck-cassette",\n=======\n  "version": 1,\n>>>>>>> theirs\n}\n',
  ],
  ['has no lanes', '{ "format": "swarmcheck-cassette", "version": 1, "agents": {}, "tools": {} }\n'],
];

/** Files that are not cassettes. */
const foreign: [what: string, content: string][] = [
  ['package.json', '{ "name": "shop", "version": "1.0.0" }\n'],
  ['a recording of Polly', '{ "log": { "version": "1.2", "entries": [] } }\n'],
  ['a list', '[1, 2, 3]\n'],
  ['null', 'null\n'],
  ['a text', 'To do: write tests.\n'],
  ['another format', '{ "format": "cassette", "version": 1 }\n'],
];

for (const [what, content] of [...broken, ...foreign]) {
  test.for(['missing', 'none'] as const)(`the mode "%s" refuses this file and leaves it: ${what}`, (mode) => {
    using folder = new Folder();
    const cassette = folder.write(content);
    expect(thrown(() => cassetteProvider(notAsked, { cassette, mode }))).toBeInstanceOf(CassetteFileError);
    expect(folder.read()).toBe(content);
    expect(readdirSync(folder.path)).toEqual(['c.json']);
  });
}

for (const [name, recorder] of recorders) {
  test.for(broken)(
    `${name} replaces a damaged cassette when the first answer arrives: %s`,
    async ([, content]) => {
      using folder = new Folder();
      const cassette = folder.write(content);
      const seen: string[] = [];
      const live = scriptedProvider([
        () => {
          seen.push(folder.read());
          return say('new');
        },
      ]);
      const provider = recorder(live, cassette);
      await answerTo(provider, 'a');
      expect(seen).toEqual([content]);
      await provider.close();
      using again = replayProvider(cassette);
      expect(await answerTo(again, 'a')).toBe('new');
    },
  );

  test.for(broken)(`${name} leaves a damaged cassette if only errors arrive: %s`, async ([, content]) => {
    using folder = new Folder();
    const cassette = folder.write(content);
    const provider = recorder(scriptedProvider([modelFails({ kind: 'reset' })]), cassette);
    await rejection(answerTo(provider, 'a'));
    expect(folder.read()).toBe(content);
    expect(await rejection(provider.close())).toMatchObject({
      name: 'CassetteFileError',
      problem: 'only-errors',
    });
    expect(folder.read()).toBe(content);
    expect(readdirSync(folder.path)).toEqual(['c.json']);
  });

  test.for(foreign)(
    `${name} never changes a file that is not a cassette, and asks no model: %s`,
    async ([, content]) => {
      using folder = new Folder();
      const script = scriptedProvider([say('new')]);
      const provider = recorder(script, folder.write(content));
      const error = await rejection(answerTo(provider, 'a'));
      expect(error).toBeInstanceOf(CassetteFileError);
      expect(error).toMatchObject({ problem: 'foreign', file: folder.file() });
      expect(script.remaining).toBe(1);
      await Promise.allSettled([provider.close()]);
      expect(folder.read()).toBe(content);
      expect(readdirSync(folder.path)).toEqual(['c.json']);
    },
  );

  test(`${name} leaves the file if nothing is asked`, async () => {
    using folder = new Folder();
    const cassette = folder.write(broken[2]![1]);
    await recorder(notAsked, cassette).close();
    expect(folder.read()).toBe(broken[2]![1]);
  });
}

test('a path that was refused can be recorded when the file is empty', async () => {
  using folder = new Folder();
  const refused = recordingProvider(notAsked, { cassette: folder.write('null') });
  await rejection(answerTo(refused, 'a'));
  folder.write('');
  await using provider = recordingProvider(scriptedProvider([say('new')]), { cassette: folder.file() });
  expect(await answerTo(provider, 'a')).toBe('new');
});
