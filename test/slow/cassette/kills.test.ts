/**
 * Recordings whose process is killed: the file is the old one, or has only whole interactions, and the next recording
 * works.
 */
import { existsSync, readdirSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { recordingProvider, replayProvider } from 'swarmcheck/testing';
import { Folder } from '../../cassette/folder.ts';
import { answers, answersIn, model, talk } from '../../cassette/file/long-talk.ts';
import { Recorders } from '../../cassette/file/processes.ts';

const recorders = new Recorders();
afterAll(() => recorders[Symbol.dispose]());

const timeout = 120_000;

async function record(cassette: string, by: string, turns: number): Promise<void> {
  await using provider = recordingProvider(model(by), { cassette });
  await answersIn(talk(provider, turns));
}

/**
 * How many turns of the killed recording the file has, all of them whole; 0 if the file is still the old one, or does
 * not exist.
 */
async function turnsLeft(folder: Folder, old: string | undefined): Promise<number> {
  const now = existsSync(folder.file()) ? folder.read() : undefined;
  if (now === old) return 0;
  const turns = folder.json().lanes[0]!.interactions.length;
  using provider = replayProvider(folder.file());
  expect(await answersIn(talk(provider, turns))).toEqual(answers('new', turns));
  return turns;
}

/** The next recording works, and leaves no other file in the folder. */
async function recordsAgain(folder: Folder): Promise<void> {
  await record(folder.file(), 'next', 2);
  expect(readdirSync(folder.path)).toEqual(['c.json']);
  using provider = replayProvider(folder.file());
  expect(await answersIn(talk(provider, 2))).toEqual(answers('next', 2));
}

/** Records the cassette that is to be replaced, and returns its text; or does nothing. */
async function prepared(folder: Folder, isOldThere: boolean): Promise<string | undefined> {
  if (!isOldThere) return undefined;
  await record(folder.file(), 'old', 3);
  return folder.read();
}

/** Random numbers from 0 to below 1, the same for each seed. */
function chance(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

const kills = 100;
const turns = 40;

test('a recording that is killed at any moment loses at most a ninth of its turns', { timeout }, async () => {
  const next = chance(20_261_127);
  const moments = Array.from({ length: kills }, (_, index) => ({
    turn: Math.floor(next() * turns),
    spins: Math.floor(next() * 2000),
    isOldThere: index % 2 === 0,
  }));
  const killOne = async ({ turn, spins, isOldThere }: (typeof moments)[number]) => {
    using folder = new Folder();
    const old = await prepared(folder, isOldThere);
    const recorder = recorders.start(folder.file(), turns);
    expect(await recorder.told(`turn ${turn}`)).toBe(true);
    // Part of a millisecond, so that the kill interrupts something.
    for (let spin = 0; spin < spins * 100; spin++);
    recorder.kill();
    expect(await recorder.ended()).toBe('SIGKILL');
    expect(await turnsLeft(folder, old)).toBeGreaterThanOrEqual((turn * 8) / 9);
    await recordsAgain(folder);
  };
  const waiting = [...moments];
  const killAll = async () => {
    for (let moment = waiting.shift(); moment; moment = waiting.shift()) await killOne(moment);
  };
  await Promise.all([killAll(), killAll(), killAll()]);
});

test(
  'a recording may be killed at each access to the file system, and in the middle of writing',
  { timeout },
  async () => {
    const left: number[] = [];
    for (let step = 1; ; step++) {
      using folder = new Folder();
      const old = await prepared(folder, true);
      const recorder = recorders.start(folder.file(), 3, step);
      await recorder.close();
      const ending = await recorder.ended();
      if (ending === 0) break;
      expect(ending).toBe('SIGKILL');
      left.push(await turnsLeft(folder, old));
      await recordsAgain(folder);
    }
    // First the old recording, then ever more turns of the new one.
    expect(left).toEqual(left.toSorted((one, other) => one - other));
    expect(new Set(left)).toEqual(new Set([0, 1, 2, 3]));
  },
);
