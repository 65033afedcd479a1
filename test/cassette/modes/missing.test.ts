/** The mode "missing": recorded answers are replayed, missing ones are added, and nothing else changes. */
import { expect, test } from 'vitest';
import {
  cassetteProvider,
  CassetteMismatchError,
  modelFails,
  say,
  scriptedProvider,
  type Step,
} from 'swarmcheck/testing';
import { rejection, thrown } from '../../support/failures.ts';
import { Folder } from '../folder.ts';
import { answerTo, recordCounting } from '../replay/tapes.ts';
import { inPlainEnvironment, notAsked, talk } from './environment.ts';

inPlainEnvironment();

/** Records two conversations, with two questions and with one. */
async function recorded(folder: Folder): Promise<string> {
  await recordCounting(folder.file(), async (provider) => {
    await talk(provider, ['a', 'a more'], 'ann');
    await talk(provider, ['b']);
  });
  return folder.file();
}

const missing = (cassette: string, ...steps: Step[]) =>
  cassetteProvider(scriptedProvider(steps), { cassette, mode: 'missing' });

/** The text of a cassette up to the end of its last conversation. */
const lanesIn = (text: string) => text.slice(0, text.lastIndexOf('\n  ]'));

test('a cassette that does not exist is recorded', async () => {
  using folder = new Folder();
  {
    await using provider = missing(folder.file(), say('live'));
    expect(await answerTo(provider, 'new')).toBe('live');
  }
  await using provider = missing(folder.file());
  expect(await answerTo(provider, 'new')).toBe('live');
});

test('a recorded conversation asks no model, and writes nothing', async () => {
  using folder = new Folder();
  const cassette = await recorded(folder);
  // Not as swarmcheck prints it, so that writing it would show.
  folder.write(folder.read().replaceAll('\n', '\n\n'));
  const before = folder.read();
  {
    await using provider = cassetteProvider(notAsked, { cassette, mode: 'missing' });
    expect(await talk(provider, ['a', 'a more'], 'ann')).toEqual(['ann a 1', 'ann a more 2']);
    expect(await talk(provider, ['b'])).toEqual(['b 3']);
    expect(provider.summary).toEqual({ served: 3, exact: 3, drifted: 0, unused: 0 });
  }
  expect(folder.read()).toBe(before);
});

test('a new conversation is added after the others, which stay byte for byte', async () => {
  using folder = new Folder();
  const cassette = await recorded(folder);
  const before = folder.read();
  {
    await using provider = missing(cassette, say('live'));
    expect(await talk(provider, ['c'], 'carl')).toEqual(['live']);
    expect(await talk(provider, ['a', 'a more'], 'ann')).toEqual(['ann a 1', 'ann a more 2']);
    expect(await talk(provider, ['b'])).toEqual(['b 3']);
  }
  expect(folder.read().startsWith(`${lanesIn(before)},\n`)).toBe(true);
  expect(folder.json().lanes.map(({ interactions }) => interactions.length)).toEqual([2, 1, 1]);
});

test('conversations that are not used while another is added stay, and are reported as unused', async () => {
  using folder = new Folder();
  const cassette = await recorded(folder);
  const before = folder.read();
  const provider = missing(cassette, say('live'));
  await talk(provider, ['c'], 'carl');
  await provider.close();
  expect(folder.read().startsWith(lanesIn(before))).toBe(true);
  expect(thrown(() => provider.assertComplete())).toMatchObject({ remaining: 3, lanes: [1, 2] });
});

test('a conversation that goes on is recorded from where it ended', async () => {
  using folder = new Folder();
  const cassette = await recorded(folder);
  const [ann, other] = folder.json().lanes;
  const questions = ['a', 'a more', 'and more'];
  {
    await using provider = missing(cassette, say('live'));
    expect(await talk(provider, questions, 'ann')).toEqual(['ann a 1', 'ann a more 2', 'live']);
    expect(await talk(provider, ['b'])).toEqual(['b 3']);
  }
  const { lanes } = folder.json();
  expect(lanes[0]?.interactions.slice(0, 2)).toEqual(ann?.interactions);
  expect(lanes[0]?.interactions[2]).toMatchObject({ number: 3, request: { new: [{ content: 'and more' }] } });
  expect(lanes[1]).toEqual(other);
  await using provider = cassetteProvider(notAsked, { cassette, mode: 'none' });
  expect(await talk(provider, questions, 'ann')).toEqual(['ann a 1', 'ann a more 2', 'live']);
  expect(await talk(provider, ['b'])).toEqual(['b 3']);
});

test('an unnamed conversation is added after those that were recorded', async () => {
  using folder = new Folder();
  const cassette = await recorded(folder);
  await using provider = missing(cassette, say('live'));
  expect(await talk(provider, ['a', 'a more'], 'ann')).toEqual(['ann a 1', 'ann a more 2']);
  expect(await talk(provider, ['b'])).toEqual(['b 3']);
  expect(await talk(provider, ['c'])).toEqual(['live']);
});

test('an unknown unnamed conversation is a mismatch while a recorded one has not begun', async () => {
  using folder = new Folder();
  const cassette = await recorded(folder);
  const before = folder.read();
  const provider = missing(cassette, say('live'));
  expect(await rejection(talk(provider, ['c']))).toBeInstanceOf(CassetteMismatchError);
  await provider.close();
  expect(folder.read()).toBe(before);
});

test('a changed conversation is a mismatch, and is not recorded again', async () => {
  using folder = new Folder();
  const cassette = await recorded(folder);
  const before = folder.read();
  const provider = missing(cassette, say('live'));
  expect(await rejection(talk(provider, ['a', 'something else'], 'ann'))).toBeInstanceOf(
    CassetteMismatchError,
  );
  await provider.close();
  expect(folder.read()).toBe(before);
});

test('a new conversation that fails leaves the others, and is added with its error', async () => {
  using folder = new Folder();
  const cassette = await recorded(folder);
  const before = folder.read();
  const provider = missing(cassette, modelFails({ kind: 'status', status: 500 }));
  await rejection(talk(provider, ['c'], 'carl'));
  await provider.close();
  expect(folder.read().startsWith(lanesIn(before))).toBe(true);
  expect(folder.json().lanes[2]?.interactions).toMatchObject([{ error: { status: 500 } }]);
});

test('a second run of the same conversations leaves the file unchanged', async () => {
  using folder = new Folder();
  const cassette = await recorded(folder);
  for (const [live, name] of [
    ['live', 'first.json'],
    ['other', 'second.json'],
  ] as const) {
    await using provider = missing(cassette, say(live));
    expect(await talk(provider, ['c'], 'carl')).toEqual(['live']);
    expect(await talk(provider, ['a', 'a more'], 'ann')).toEqual(['ann a 1', 'ann a more 2']);
    expect(await talk(provider, ['b'])).toEqual(['b 3']);
    await provider.close();
    folder.write(folder.read(), name);
  }
  expect(folder.read('second.json')).toBe(folder.read('first.json'));
});
