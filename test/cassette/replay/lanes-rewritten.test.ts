/** Histories that an app rewrites between its requests. */
import { expect, test } from 'vitest';
import { Agent, Swarm, type CompletionProvider, type CompletionRequest } from 'swarmcheck';
import {
  callTool,
  CassetteMissError,
  replayProvider,
  type CassetteMismatchError,
  say,
} from 'swarmcheck/testing';
import { rejection } from '../../support/failures.ts';
import { Folder } from '../folder.ts';
import { asking, changing, type Play, record, recordCounting, user } from './tapes.ts';

type Messages = CompletionRequest['messages'];

/** A conversation of `count` questions, which sends what `rewrite` makes of its history. */
const rewriting =
  (count: number, rewrite: (all: Messages) => Messages, conversation?: string): Play<(string | null)[]> =>
  async (provider) => {
    const all: Messages = [];
    const answers = [];
    for (let index = 1; index <= count; index++) {
      all.push(user(`question ${index} ${'x'.repeat(200)}`));
      const { choices } = await provider.complete(asking(...rewrite(all)), { conversation });
      all.push(choices[0]!.message);
      answers.push(choices[0]!.message.content);
    }
    return answers;
  };

/** The last three questions, and the answers between them. */
const window = (all: Messages) => all.slice(-5);
/** A summary in place of all messages but the last question. */
const summary = (all: Messages): Messages => [
  user(`Until now ${all.length - 1} messages were exchanged.`),
  ...all.slice(-1),
];
/** A message that is different each time, before all others. */
const reminder = (all: Messages): Messages => [user(`This is message ${all.length}.`), ...all];
/** The first question, and the last two messages. */
const middleLeftOut = (all: Messages) => (all.length > 3 ? [all[0]!, ...all.slice(-2)] : all);

const rewrites: [string, (all: Messages) => Messages][] = [
  ['a sliding window', window],
  ['a summary', summary],
  ['a reminder in front', reminder],
  ['the middle left out', middleLeftOut],
];

for (const conversation of [undefined, 'ann']) {
  const named = conversation === undefined ? 'without a name' : 'with a name';
  test.for(rewrites)(`a rewritten history is recorded and replayed, ${named}: %s`, async ([, rewrite]) => {
    using folder = new Folder();
    const play = rewriting(12, rewrite, conversation);
    const first = await recordCounting(folder.file(), play);
    using provider = replayProvider(folder.file());
    expect(await play(provider)).toEqual(first);
    expect(provider.summary).toEqual({ served: 12, exact: 12, drifted: 0, unused: 0 });
  });
}

test.for(rewrites.filter(([, rewrite]) => rewrite !== reminder))(
  'the recording of a rewritten history grows with its length only: %s',
  async ([, rewrite]) => {
    using folder = new Folder();
    const sizeOf = async (count: number) => {
      await recordCounting(folder.file(`${count}.json`), rewriting(count, rewrite));
      return folder.read(`${count}.json`).length;
    };
    // Twice the conversation takes no more than twice the space, except for longer numbers.
    expect(await sizeOf(80)).toBeLessThan((await sizeOf(40)) * 2.1);
  },
);

test('a window with other messages is a miss', async () => {
  using folder = new Folder();
  const changed = (all: Messages) => (all.length < 9 ? window(all) : window(all).slice(1));
  const play = (rewrite: typeof window) => rewriting(8, rewrite, 'ann');
  await recordCounting(folder.file(), play(window));
  const error = await rejection(play(changed)(replayProvider(folder.file())));
  expect(error).toBeInstanceOf(CassetteMissError);
  expect(error).toMatchObject({ problem: 'no-conversation', conversation: 'ann' });
});

/** One run, with a provider around the cassette that shortens the history it sends. */
const withinRun = async (provider: CompletionProvider, keep: number) => {
  const agent = new Agent({
    functions: [
      function look() {
        return 'nothing';
      },
    ],
  });
  const sent = changing(provider, ({ messages }) => ({
    messages: [...messages.slice(0, 2), ...messages.slice(2).slice(-keep)],
  }));
  return (await new Swarm({ provider: sent }).run({ agent, messages: [user('q')] })).messages;
};

test('a history that is shortened within a run is recorded and replayed', async () => {
  using folder = new Folder();
  const steps = [...Array.from({ length: 6 }, () => callTool('look')), say('Nothing.')];
  const first = await record(folder.file(), steps, (provider) => withinRun(provider, 4));
  expect(folder.json().lanes).toHaveLength(1);
  using provider = replayProvider(folder.file());
  expect(await withinRun(provider, 4)).toEqual(first);
});

test('a history that is shortened in another way is drift', async () => {
  using folder = new Folder();
  const steps = [...Array.from({ length: 6 }, () => callTool('look')), say('Nothing.')];
  await record(folder.file(), steps, (provider) => withinRun(provider, 4));
  const error = await rejection(withinRun(replayProvider(folder.file()), 2));
  expect((error as CassetteMismatchError).drift).toMatchObject([{ part: 'history', at: 4 }]);
});
