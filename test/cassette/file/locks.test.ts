/**
 * Two recordings of one file, in one process or in two: the second fails, and the first continues. A recording that
 * was killed does not block the next one.
 */
import { existsSync, readdirSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { afterAll, expect, test } from 'vitest';
import {
  cassetteProvider,
  CassetteFileError,
  recordingProvider,
  replayProvider,
  say,
  scriptedProvider,
} from 'swarmcheck/testing';
import { rejection } from '../../support/failures.ts';
import { Folder } from '../folder.ts';
import { inPlainEnvironment } from '../modes/environment.ts';
import { answerTo, said } from '../replay/tapes.ts';
import { answers, answersIn, model, talk } from './long-talk.ts';
import { Recorders } from './processes.ts';

inPlainEnvironment();

const recorders = new Recorders();
afterAll(() => recorders[Symbol.dispose]());

const saying = (...texts: string[]) => scriptedProvider(texts.map((text) => say(text)));

/** The answers of a cassette in a long conversation. */
async function replayed(cassette: string, turns: number): Promise<(string | null)[]> {
  using provider = replayProvider(cassette);
  return await answersIn(talk(provider, turns));
}

test('a second recording in the same process asks no model, and the first continues', async ({ expect }) => {
  using folder = new Folder();
  const cassette = folder.file();
  const first = recordingProvider(saying('1', '2'), { cassette });
  await answerTo(first, 'a', { conversation: 'a' });
  const script = saying('lost');
  for (const second of [
    recordingProvider(script, { cassette }),
    cassetteProvider(script, { cassette, mode: 'all' }),
    cassetteProvider(script, { cassette, mode: 'missing' }),
  ]) {
    const error = await rejection(answerTo(second, 'b', { conversation: 'b' }));
    expect(error).toBeInstanceOf(CassetteFileError);
    expect(error).toMatchObject({ problem: 'taken', file: cassette, pid: process.pid });
    await Promise.allSettled([second.close()]);
  }
  expect(script.remaining).toBe(1);
  await answerTo(first, 'b', { conversation: 'b' });
  await first.close();
  using provider = replayProvider(cassette);
  expect(await answerTo(provider, 'a', { conversation: 'a' })).toBe('1');
  expect(await answerTo(provider, 'b', { conversation: 'b' })).toBe('2');
});

test('two spellings of a path are one file', async () => {
  using folder = new Folder();
  await using first = recordingProvider(saying('1'), { cassette: folder.file() });
  await answerTo(first, 'a');
  const second = recordingProvider(saying('2'), { cassette: `${folder.path}/other/.././c.json` });
  expect(await rejection(answerTo(second, 'a'))).toBeInstanceOf(CassetteFileError);
});

test('two files of a folder can be recorded at the same time', async () => {
  using folder = new Folder();
  await using first = recordingProvider(saying('1'), { cassette: folder.file('a.json') });
  await using second = recordingProvider(saying('2'), { cassette: folder.file('b.json') });
  expect(await answerTo(first, 'a')).toBe('1');
  expect(await answerTo(second, 'a')).toBe('2');
});

test('a file can be replayed while it is recorded', async () => {
  using folder = new Folder();
  await using first = recordingProvider(saying('1'), { cassette: folder.file() });
  await answerTo(first, 'a');
  using provider = replayProvider(folder.file());
  expect(await answerTo(provider, 'a')).toBe('1');
});

test('a recording without requests does not block another one', async () => {
  using folder = new Folder();
  const idle = recordingProvider(saying('1'), { cassette: folder.file() });
  await using provider = recordingProvider(saying('2'), { cassette: folder.file() });
  expect(await answerTo(provider, 'a')).toBe('2');
  await idle.close();
  using again = replayProvider(folder.file());
  expect(await answerTo(again, 'a')).toBe('2');
});

test('a second recording fails with the id of the process that records, and the first continues', async () => {
  using folder = new Folder();
  const cassette = folder.file();
  const first = recorders.start(cassette, 5);
  expect(await first.told('turn 5')).toBe(true);
  const script = saying('lost');
  const second = recordingProvider(script, { cassette });
  const error = await rejection(answerTo(second, 'a'));
  expect(error).toBeInstanceOf(CassetteFileError);
  expect(said(error, folder).replaceAll(tmpdir(), '<tmp>')).toMatch(
    new RegExp(
      String.raw`^…/c\.json: The file is already being recorded by process ${first.pid} on ${hostname()}\. ` +
        String.raw`Give each recording its own file, or close the other recording first\. ` +
        String.raw`If no other recording is running, remove <tmp>/swarmcheck-recording-\w+\.lock\.$`,
    ),
  );
  expect(script.remaining).toBe(1);
  await first.close();
  expect(await first.ended()).toBe(0);
  expect(await replayed(cassette, 5)).toEqual(answers('new', 5));
});

test('a second process fails while this one records, and another can record afterwards', async () => {
  using folder = new Folder();
  const cassette = folder.file();
  const first = recordingProvider(model('first'), { cassette });
  const held = talk(first, 2);
  await held.next();
  const second = recorders.start(cassette, 3);
  const who = `process ${process.pid} on ${hostname()}`;
  expect(
    await second.told(`CassetteFileError: ${cassette}: The file is already being recorded by ${who}.`),
  ).toBe(true);
  expect(await second.ended()).toBe(1);
  await held.next();
  await first.close();
  expect(await replayed(cassette, 2)).toEqual(answers('first', 2));
  const third = recorders.start(cassette, 3);
  expect(await third.told('talked')).toBe(true);
  await third.close();
  expect(await replayed(cassette, 3)).toEqual(answers('new', 3));
});

test('a recording that was killed does not block the next one, whatever files it left', async () => {
  using folder = new Folder();
  const cassette = folder.file();
  for (const by of ['one', 'two', 'three']) {
    const killed = recorders.start(cassette, 1000);
    expect(await killed.told('turn 2')).toBe(true);
    killed.kill();
    expect(await killed.ended()).toBe('SIGKILL');
    {
      await using provider = recordingProvider(model(by), { cassette });
      await answersIn(talk(provider, 2));
    }
    expect(await replayed(cassette, 2)).toEqual(answers(by, 2));
    expect(readdirSync(folder.path)).toEqual(['c.json']);
  }
});

test('a reader sees a whole and growing file while another process records', async () => {
  using folder = new Folder();
  const recorder = recorders.start(folder.file(), 300);
  const recording = { isOver: false };
  const end = recorder.told('talked').then(async () => {
    await recorder.close();
    recording.isOver = true;
  });
  const seen: number[] = [];
  while (!recording.isOver) {
    // Lets the output of the other process arrive.
    await new Promise((resolve) => setImmediate(resolve));
    if (existsSync(folder.file())) seen.push(folder.json().lanes[0]!.interactions.length);
  }
  await end;
  expect(seen).toEqual(seen.toSorted((one, other) => one - other));
  expect(folder.json().lanes[0]!.interactions).toHaveLength(300);
});
