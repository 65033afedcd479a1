/** The end of a recording: by close, at the end of a block, after a failure in a block, and without being closed. */
import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Agent, Swarm, type CompletionProvider } from 'swarmcheck';
import {
  callTool,
  cassetteProvider,
  CassetteFileError,
  recordingProvider,
  replayProvider,
  say,
  scriptedProvider,
} from 'swarmcheck/testing';
import { rejection } from '../../support/failures.ts';
import { Folder } from '../folder.ts';
import { answerTo, asking, said, user } from '../replay/tapes.ts';
import { gate } from '../../support/waiting.ts';
import { inPlainEnvironment, talk } from './environment.ts';

inPlainEnvironment();

const steps = ['a', 'b', 'c'].map((text) => say(`answer ${text}`));
const recording = (folder: Folder) => recordingProvider(scriptedProvider(steps), { cassette: folder.file() });

test('a recording may be closed twice', async () => {
  using folder = new Folder();
  const provider = recording(folder);
  await answerTo(provider, 'a');
  await provider.close();
  const before = folder.read();
  await provider.close();
  await provider[Symbol.asyncDispose]();
  expect(folder.read()).toBe(before);
});

test('a recording without requests writes nothing', async () => {
  using folder = new Folder();
  await recording(folder).close();
  expect(readdirSync(folder.path)).toEqual([]);
});

test('a closed recording rejects requests, streamed or not, and asks no model', async ({ expect }) => {
  using folder = new Folder();
  const script = scriptedProvider(steps);
  const provider = recordingProvider(script, { cassette: folder.file() });
  await answerTo(provider, 'a');
  await provider.close();
  const before = folder.read();
  const error = await rejection(answerTo(provider, 'b'));
  expect(error).toBeInstanceOf(CassetteFileError);
  expect(said(error, folder)).toMatchInlineSnapshot(
    `"…/c.json is closed, so it cannot answer this request. Close it after the last request."`,
  );
  const stream = provider.stream(asking(user('b')))[Symbol.asyncIterator]();
  expect(await rejection(stream.next())).toBeInstanceOf(CassetteFileError);
  expect(script.remaining).toBe(2);
  expect(folder.read()).toBe(before);
});

test('an answer that arrives after its recording was closed reaches the caller, but not the file', async () => {
  using folder = new Folder();
  const { opened, open } = gate();
  const late = () => opened.then(() => say('too late'));
  const provider = recordingProvider(scriptedProvider([say('answer a'), late]), { cassette: folder.file() });
  await answerTo(provider, 'a');
  const asked = answerTo(provider, 'b');
  await provider.close();
  // By now, the file may belong to another recording.
  folder.write('{}');
  open();
  expect(await asked).toBe('too late');
  expect(folder.read()).toBe('{}');
});

test('a recording that is never closed is on disk, whole, after each of its first answers', async () => {
  using folder = new Folder();
  const provider = recording(folder);
  for (const [index, question] of ['a', 'b', 'c'].entries()) {
    await answerTo(provider, question);
    expect(folder.json().lanes).toHaveLength(index + 1);
  }
  await provider.close();
});

test('a recording that is never closed has all its answers on disk when the process ends', async () => {
  using folder = new Folder();
  const questions = Array.from({ length: 12 }, (_, index) => `question ${index}`);
  const live = scriptedProvider(questions.map((question) => say(`answer to ${question}`)));
  const before = process.listeners('exit');
  const provider = recordingProvider(live, { cassette: folder.file() });
  await talk(provider, questions.slice(0, 9));
  // Not every answer is written at once.
  expect(folder.json().lanes[0]?.interactions).toHaveLength(8);
  const atExit = process.listeners('exit').filter((listener) => !before.includes(listener));
  expect(atExit).toHaveLength(1);
  atExit[0]!(0);
  expect(folder.json().lanes[0]?.interactions).toHaveLength(9);
  expect(process.listeners('exit')).toEqual(before);
});

test('no other recording can use a file until the first is closed', async ({ expect }) => {
  using folder = new Folder();
  const first = recording(folder);
  await answerTo(first, 'a');
  const second = recording(folder);
  const error = await rejection(answerTo(second, 'a'));
  expect(error).toBeInstanceOf(CassetteFileError);
  expect(said(error, folder).split(' If no other recording')[0]).toMatchInlineSnapshot(
    `"…/c.json: The file is already being recorded by this process. Give each recording its own file, or close the other recording first."`,
  );
  await first.close();
  const third = recording(folder);
  expect(await answerTo(third, 'a')).toBe('answer a');
  await third.close();
  await second[Symbol.asyncDispose]();
});

test('no other file is left beside the cassette', async () => {
  using folder = new Folder();
  {
    await using provider = recording(folder);
    await answerTo(provider, 'a');
  }
  expect(readdirSync(folder.path)).toEqual(['c.json']);
});

/** Recordings that are closed at the end of a block. */
const blocks: [
  string,
  (live: CompletionProvider, cassette: string) => CompletionProvider & AsyncDisposable,
][] = [
  ['recordingProvider', (live, cassette) => recordingProvider(live, { cassette })],
  ['cassetteProvider', (live, cassette) => cassetteProvider(live, { cassette, mode: 'missing' })],
];

/** An agent whose tool returns after the last request of its run. */
const worker = new Agent({
  functions: [
    function work() {
      return 'worked';
    },
  ],
});

test.for(blocks)(
  'the end of a block writes the results that came after the last answer: %s',
  async ([, open]) => {
    using folder = new Folder();
    {
      await using provider = open(scriptedProvider([callTool('work')]), folder.file());
      await new Swarm({ provider }).run({ agent: worker, messages: [user('a')], maxTurns: 1 });
    }
    expect(folder.json().lanes[0]?.interactions[0]?.results).toEqual([{ tool: 'work', content: 'worked' }]);
  },
);

test.for(blocks)(
  'a block rejects with the failure in it, and the recording is kept: %s',
  async ([, open]) => {
    using folder = new Folder();
    const failure = new Error('an assertion');
    const block = async () => {
      await using provider = open(scriptedProvider(steps), folder.file());
      await answerTo(provider, 'a');
      throw failure;
    };
    expect(await rejection(block())).toBe(failure);
    using provider = replayProvider(folder.file());
    expect(await answerTo(provider, 'a')).toBe('answer a');
  },
);

test('all of many answers are on disk in the end, although not every answer is written at once', async () => {
  using folder = new Folder();
  const questions = Array.from({ length: 40 }, (_, index) => `question ${index}`);
  const live = scriptedProvider(questions.map((question) => say(`answer to ${question}`)));
  {
    await using provider = recordingProvider(live, { cassette: folder.file() });
    await talk(provider, questions);
  }
  using provider = replayProvider(folder.file());
  expect(await talk(provider, questions)).toEqual(questions.map((question) => `answer to ${question}`));
});
