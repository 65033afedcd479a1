/** Conversations without names: the run or the history says which conversation a request belongs to. */
import { expect, test } from 'vitest';
import { Agent, Conversation, Swarm, type CompletionProvider } from 'swarmcheck';
import {
  callTool,
  CassetteMissError,
  recordingProvider,
  replayProvider,
  say,
  scriptedProvider,
} from 'swarmcheck/testing';
import { rejection } from '../../support/failures.ts';
import { Folder } from '../folder.ts';
import { answerTo, asking, record, recordCounting, said, Talk, user } from './tapes.ts';
import { gate } from '../../support/waiting.ts';

test('concurrent conversations with different questions are distinguished, in any order', async () => {
  using folder = new Folder();
  const all = (list: string[]) => async (provider: CompletionProvider) =>
    await Promise.all(list.map((question) => answerTo(provider, question)));
  const first = await recordCounting(folder.file(), all(['a', 'b', 'c']));
  using provider = replayProvider(folder.file());
  expect(await all(['c', 'a', 'b'])(provider)).toEqual([first[2], first[0], first[1]]);
});

test('unnamed conversations may take turns in another order than in the recording', async () => {
  using folder = new Folder();
  const first = await recordCounting(folder.file(), async (provider) => {
    const [one, other] = [new Talk(provider), new Talk(provider)];
    return [await one.ask('a'), await other.ask('b'), await one.ask('more'), await other.ask('more')];
  });
  using provider = replayProvider(folder.file());
  const [one, other] = [new Talk(provider), new Talk(provider)];
  const again = [await other.ask('b'), await other.ask('more'), await one.ask('a'), await one.ask('more')];
  expect(again).toEqual([first[1], first[3], first[0], first[2]]);
});

test('requests of a run belong to its conversation, in whatever order the runs go on', async () => {
  using folder = new Folder();
  // Two runs whose tools wait until the test opens their gates, in the given order.
  const play = async (provider: CompletionProvider, order: ('a' | 'b')[]) => {
    const gates = { a: gate(), b: gate() };
    const swarm = new Swarm({ provider });
    const run = async (question: 'a' | 'b') => {
      const agent = new Agent({
        functions: [
          async function look() {
            await gates[question].opened;
            return 'the same';
          },
        ],
      });
      const { messages } = await swarm.run({ agent, messages: [user(question)] });
      return messages.at(-1)?.content;
    };
    const runs = { a: run('a'), b: run('b') };
    for (const question of order) {
      gates[question].open();
      await runs[question];
    }
    return [await runs.a, await runs.b];
  };
  const steps = [callTool('look'), callTool('look'), say('first'), say('second')];
  expect(await record(folder.file(), steps, (provider) => play(provider, ['a', 'b']))).toEqual([
    'first',
    'second',
  ]);
  using provider = replayProvider(folder.file());
  expect(await play(provider, ['b', 'a'])).toEqual(['first', 'second']);
});

test.for([
  ['with different names', 'Ann', 'Bob'],
  ['with the same name', 'Ann', 'Ann'],
])('agents %s that get the same question at once are distinguished', async ([, ...agents]) => {
  using folder = new Folder();
  const both = (order: number[]) => async (provider: CompletionProvider) =>
    await Promise.all(
      order.map(async (index) => {
        const agent = new Agent({ name: agents[index]!, instructions: `You are number ${index}.` });
        const { messages } = await new Swarm({ provider }).run({ agent, messages: [user('Who are you?')] });
        return messages[0]?.content;
      }),
    );
  const steps = [0, 1].map((index) => say(`Number ${index}.`));
  await record(folder.file(), steps, both([0, 1]));
  using provider = replayProvider(folder.file());
  expect(await both([1, 0])(provider)).toEqual(['Number 1.', 'Number 0.']);
});

test('requests that differ only in their model are distinguished', async () => {
  using folder = new Folder();
  const ask = (models: string[]) => async (provider: CompletionProvider) =>
    await Promise.all(models.map((model) => provider.complete({ ...asking(user('q')), model })));
  await record(folder.file(), [say('small'), say('large')], ask(['s', 'l']));
  using provider = replayProvider(folder.file());
  const answers = await ask(['l', 's'])(provider);
  expect(answers.map(({ choices }) => choices[0]?.message.content)).toEqual(['large', 'small']);
});

test('a Conversation goes on over several runs, with runs of others between them', async () => {
  using folder = new Folder();
  const play = async (provider: CompletionProvider) => {
    const swarm = new Swarm({ provider });
    const [one, other] = [1, 2].map(() => new Conversation({ swarm, agent: new Agent() })) as [
      Conversation,
      Conversation,
    ];
    await one.send('a');
    await other.send('b');
    await one.send('more');
    await other.send('more');
    await one.send('more');
    return [one.messages, other.messages];
  };
  const first = await recordCounting(folder.file(), play);
  expect(folder.json().lanes.map(({ interactions }) => interactions.length)).toEqual([3, 2]);
  using provider = replayProvider(folder.file());
  expect(await play(provider)).toEqual(first);
  expect(provider.summary).toEqual({ served: 5, exact: 5, drifted: 0, unused: 0 });
});

test('a Conversation goes on after it was saved and restored', async () => {
  using folder = new Folder();
  const play = async (provider: CompletionProvider) => {
    const swarm = new Swarm({ provider });
    const agent = new Agent();
    const before = new Conversation({ swarm, agent });
    await before.send('a');
    const state: unknown = JSON.parse(JSON.stringify(before));
    const after = Conversation.restore(state, { swarm, agents: [agent] });
    await after.send('b');
    return after.messages;
  };
  const first = await recordCounting(folder.file(), play);
  expect(folder.json().lanes).toHaveLength(1);
  using provider = replayProvider(folder.file());
  expect(await play(provider)).toEqual(first);
});

test('a conversation may begin before its recording', async () => {
  using folder = new Folder();
  const messages = [user('a'), { role: 'assistant', content: 'b' } as const, user('c')];
  await record(folder.file(), [say('d')], (provider) => provider.complete(asking(...messages)));
  using provider = replayProvider(folder.file());
  await expect(provider.complete(asking(...messages))).resolves.toMatchObject({
    choices: [{ message: { content: 'd' } }],
  });
});

test('each request is stored with the new part of its history only', async () => {
  using folder = new Folder();
  await recordCounting(folder.file(), async (provider) => {
    const talk = new Talk(provider);
    for (const question of ['a', 'b', 'c']) await talk.ask(question);
  });
  const [lane] = folder.json().lanes;
  expect(lane?.interactions.map(({ request }) => request)).toEqual(
    ['a', 'b', 'c'].map((content) => ({ agent: 'Agent', new: [{ role: 'user', content }] })),
  );
});

test('the error about an unknown beginning shows the recorded conversations that have not begun', async ({
  expect,
}) => {
  using folder = new Folder();
  await recordCounting(folder.file(), async (provider) => {
    for (const question of ['a', 'b', 'c']) await answerTo(provider, question);
  });
  const provider = replayProvider(folder.file());
  await answerTo(provider, 'b');
  const error = await rejection(answerTo(provider, 'x'));
  expect(error).toBeInstanceOf(CassetteMissError);
  expect(said(error, folder)).toMatchInlineSnapshot(`
    "No recorded conversation begins like this request (…/c.json). These recorded conversations have not begun yet:
      conversation 1: user "a"
      conversation 3: user "c"
    If the change is intended, record again: SWARMCHECK_RECORD=all npx vitest run test/cassette/replay/lanes-by-history.test.ts"
  `);
});

test('the error about an unknown beginning shows at most ten conversations', async () => {
  using folder = new Folder();
  await recordCounting(folder.file(), async (provider) => {
    for (let index = 1; index <= 12; index++) await answerTo(provider, `question ${index}`);
  });
  const error = await rejection(answerTo(replayProvider(folder.file()), 'x'));
  expect(error.message.split('\n').slice(1, -1)).toEqual([
    ...Array.from({ length: 10 }, (_, index) => `  conversation ${index + 1}: user "question ${index + 1}"`),
    '  … and 2 more',
  ]);
});

test('streamed and unstreamed requests may belong to one conversation', async () => {
  using folder = new Folder();
  const play = async (provider: CompletionProvider) => {
    const swarm = new Swarm({ provider });
    const agent = new Agent();
    for await (const event of swarm.run({ agent, messages: [user('a')], stream: true })) void event;
    const messages = [user('a'), { role: 'assistant', content: 'one' } as const, user('b')];
    return await swarm.run({ agent, messages });
  };
  await using live = recordingProvider(scriptedProvider([say('one'), say('two')]), {
    cassette: folder.file(),
  });
  await play(live);
  await live.close();
  expect(folder.json().lanes).toHaveLength(1);
  using provider = replayProvider(folder.file());
  expect((await play(provider)).messages[0]?.content).toBe('two');
});
