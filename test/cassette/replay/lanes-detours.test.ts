/** Conversations that do not continue from their last answer. */
import { expect, test } from 'vitest';
import { Agent, Conversation, Swarm, type CompletionProvider } from 'swarmcheck';
import {
  callTool,
  modelFails,
  recordingProvider,
  replayProvider,
  say,
  scriptedProvider,
  type CassetteMismatchError,
  type Step,
} from 'swarmcheck/testing';
import { rejection } from '../../support/failures.ts';
import { Folder } from '../folder.ts';
import { answerTo, asking, type Play, record, recordCounting, Talk, user } from './tapes.ts';

/** Records `play`, replays it, and returns how many interactions each lane has. */
async function both<T>(steps: readonly Step[], play: Play<T>): Promise<number[]> {
  using folder = new Folder();
  const first = await record(folder.file(), steps, play);
  using provider = replayProvider(folder.file());
  expect(await play(provider)).toEqual(first);
  expect(provider.summary).toMatchObject({ drifted: 0, unused: 0 });
  return folder.json().lanes.map(({ interactions }) => interactions.length);
}

const busy = modelFails({ kind: 'status', status: 429, retryAfterMs: 1 });
const swarmOf = (provider: CompletionProvider) => new Swarm({ provider });
const conversationOf = (provider: CompletionProvider, agent = new Agent()) =>
  new Conversation({ swarm: swarmOf(provider), agent });

test('a failed request may be repeated until it is answered', async () => {
  const lanes = await both([busy, busy, say('Here.')], async (provider) => {
    const failures = [await rejection(answerTo(provider, 'q')), await rejection(answerTo(provider, 'q'))];
    return [failures.map(({ message }) => message), await answerTo(provider, 'q')];
  });
  expect(lanes).toEqual([3]);
});

test('a failed run may be repeated', async () => {
  const lanes = await both([busy, say('Here.')], async (provider) => {
    const run = async () => await swarmOf(provider).run({ agent: new Agent(), messages: [user('q')] });
    await rejection(run());
    return (await run()).messages;
  });
  expect(lanes).toEqual([2]);
});

test('a provider around the cassette may retry a failed request within a run', async () => {
  const lanes = await both([callTool('look'), busy, say('Here.')], async (provider) => {
    const patient: CompletionProvider = {
      ...provider,
      complete: async (request, options) =>
        await provider
          .complete(request, options)
          .catch(async () => await provider.complete(request, options)),
    };
    const agent = new Agent({
      functions: [
        function look() {
          return 'there';
        },
      ],
    });
    return (await swarmOf(patient).run({ agent, messages: [user('q')] })).messages;
  });
  expect(lanes).toEqual([3]);
});

test('another message may take the place of a failed one', async () => {
  const lanes = await both([say('1'), busy, say('2'), say('3')], async (provider) => {
    const conversation = conversationOf(provider);
    await conversation.send('a');
    await rejection(conversation.send('b'));
    await conversation.send('c');
    await conversation.send('d');
    return conversation.messages;
  });
  expect(lanes).toEqual([4]);
});

test('another first message may take the place of a failed one, in a new lane', async () => {
  const lanes = await both([busy, say('2'), say('3')], async (provider) => {
    const conversation = conversationOf(provider);
    await rejection(conversation.send('a'));
    await conversation.send('b');
    await conversation.send('c');
    return conversation.messages;
  });
  expect(lanes).toEqual([1, 2]);
});

/** Continues from the first answer with "b", and then from there with "c". */
const branching = async (provider: CompletionProvider, order = ['b', 'c']) => {
  const stem = new Talk(provider);
  await stem.ask('a');
  const answers = [];
  for (const question of order) {
    const branch = new Talk(provider);
    branch.messages.push(...stem.messages);
    answers.push(await branch.ask(question), await branch.ask('more'));
  }
  return answers;
};

test('a conversation may go on twice from an earlier point', async () => {
  const lanes = await both(
    [1, 2, 3, 4, 5].map((count) => say(`${count}`)),
    branching,
  );
  expect(lanes).toEqual([5]);
});

test('a branch is stored with its new messages only', async () => {
  using folder = new Folder();
  await recordCounting(folder.file(), branching);
  const requests = folder.json().lanes[0]?.interactions.map(({ request }) => request);
  expect(requests?.map(({ keep, new: added }) => [keep, added?.map(({ content }) => content)])).toEqual([
    [undefined, ['a']],
    [undefined, ['b']],
    [undefined, ['more']],
    [2, ['c']],
    [undefined, ['more']],
  ]);
});

test('branches in another order are drift', async () => {
  using folder = new Folder();
  await recordCounting(folder.file(), branching);
  const error = await rejection(branching(replayProvider(folder.file()), ['c', 'b']));
  expect((error as CassetteMismatchError).drift).toEqual([
    { part: 'history', at: 2, diff: '-user: b\n+user: c' },
  ]);
});

test('an interrupted run may be resumed by hand', async () => {
  const lanes = await both([callTool('look', {}), say('Here.')], async (provider) => {
    const look = () => 'on the shelf';
    const agent = new Agent({ functions: [Object.defineProperty(look, 'name', { value: 'look' })] });
    const messages = [user('q')];
    const stopped = await swarmOf(provider).run({ agent, messages, executeTools: false });
    const [call] = stopped.messages;
    const id = call?.role === 'assistant' ? call.tool_calls![0]!.id : '';
    const result = { role: 'tool', tool_call_id: id, content: 'on the shelf' } as const;
    const resumed = await swarmOf(provider).run({ agent, messages: [...messages, call!, result] });
    return [stopped.messages, resumed.messages];
  });
  expect(lanes).toEqual([2]);
});

test('a run that stopped at maxTurns may be resumed', async () => {
  const lanes = await both([callTool('look'), say('Here.')], async (provider) => {
    const agent = new Agent({
      functions: [
        function look(context: { seen?: number }) {
          context.seen = (context.seen ?? 0) + 1;
          return `seen ${context.seen}`;
        },
      ],
    });
    const messages = [user('q')];
    const cut = await swarmOf(provider).run({ agent, messages, maxTurns: 1 });
    const { contextVariables } = cut;
    const resumed = await swarmOf(provider).run({
      agent,
      messages: [...messages, ...cut.messages],
      contextVariables,
    });
    return [cut.stopReason, resumed.messages, resumed.contextVariables];
  });
  expect(lanes).toEqual([2]);
});

test('a provider that changes its request does not change the recording', async () => {
  using folder = new Folder();
  const script = scriptedProvider([say('1'), say('2')]);
  const scribbling: CompletionProvider = {
    ...script,
    complete: async (request, options) => {
      const answer = await script.complete(request, options);
      request.messages.splice(0, Infinity, user('scribble'));
      request.tools?.splice(0, Infinity);
      request.model = 'scribble';
      Object.assign(request, { temperature: 2 });
      return answer;
    },
  };
  const play = async (provider: CompletionProvider) => {
    const look = Object.defineProperty(() => '', 'name', { value: 'look' });
    const conversation = conversationOf(provider, new Agent({ functions: [look] }));
    await conversation.send('a');
    await conversation.send('b');
  };
  {
    await using live = recordingProvider(scribbling, { cassette: folder.file() });
    await play(live);
  }
  expect(folder.read()).not.toContain('scribble');
  using provider = replayProvider(folder.file());
  await play(provider);
  expect(provider.summary).toEqual({ served: 2, exact: 2, drifted: 0, unused: 0 });
  expect(asking().messages).toEqual([]);
});
