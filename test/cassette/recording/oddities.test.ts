/** What providers and clients do besides asking one request after the other, recorded and replayed. */
import { expect, test } from 'vitest';
import { Agent, Conversation, Swarm, type CompletionProvider } from 'swarmcheck';
import {
  callTool,
  modelFails,
  recordingProvider,
  replayProvider,
  say,
  scriptedProvider,
  type Step,
} from 'swarmcheck/testing';
import { answeredBy, saying } from '../../support/completions.ts';
import { gate, never } from '../../support/waiting.ts';
import { rejection } from '../../support/failures.ts';
import { Folder } from '../folder.ts';
import { answerTo, asking, type Play, record, user } from '../replay/tapes.ts';

const exactly = (served: number) => ({ served, exact: served, drifted: 0, unused: 0 });

/** Records `play`, and replays it. */
async function both<T>(steps: readonly Step[], play: Play<T>) {
  using folder = new Folder();
  const recorded = await record(folder.file(), steps, play);
  using provider = replayProvider(folder.file());
  return { recorded, replayed: await play(provider), summary: provider.summary };
}

const refused = modelFails({ kind: 'status', status: 401 });

test('a key that is refused in the middle of a conversation is not recorded', async () => {
  using folder = new Folder();
  const conversationOf = (provider: CompletionProvider) =>
    new Conversation({ swarm: new Swarm({ provider }), agent: new Agent() });
  await record(folder.file(), [say('1'), refused, say('2'), say('3')], async (provider) => {
    const conversation = conversationOf(provider);
    await conversation.send('one');
    expect(await rejection(conversation.send('two'))).toHaveProperty('status', 401);
    await conversation.send('two');
    await conversation.send('three');
  });
  using provider = replayProvider(folder.file());
  const conversation = conversationOf(provider);
  for (const text of ['one', 'two', 'three']) await conversation.send(text);
  expect(provider.summary).toEqual(exactly(3));
});

test('a stream that is never read consumes no interaction', async () => {
  const { recorded, replayed, summary } = await both([say('1'), say('2')], async (provider) => {
    const unread = provider.stream(asking(user('a')));
    return [await answerTo(provider, 'a'), await answerTo(provider, 'b'), typeof unread];
  });
  expect(replayed).toEqual(recorded);
  expect(summary).toEqual(exactly(2));
});

/** Sends a request, does not wait for its answer, and sends it once more. */
const impatient = (provider: CompletionProvider, abandoned: Promise<unknown>[]): CompletionProvider => ({
  ...provider,
  async complete(request, options) {
    if (abandoned.length === 0) abandoned.push(provider.complete(request, options).catch(() => 'gone'));
    return await provider.complete(request, options);
  },
});

async function askImpatiently(provider: CompletionProvider, between?: () => void) {
  const abandoned: Promise<unknown>[] = [];
  const swarm = new Swarm({ provider: impatient(provider, abandoned) });
  const agent = new Agent({
    functions: [
      async function look() {
        between?.();
        if (between) await abandoned[0];
        return 'there';
      },
    ],
  });
  return (await swarm.run({ agent, messages: [user('q')] })).messages;
}

test('an answer may arrive after the request was sent once more', async () => {
  using folder = new Folder();
  const late = gate();
  const script = scriptedProvider([say('slow'), callTool('look'), say('Here.')]);
  const model: CompletionProvider = {
    ...script,
    complete: async (request, options) => {
      const answer = await script.complete(request, options);
      if (answer.choices[0]?.message.content === 'slow') await late.opened;
      return answer;
    },
  };
  let first;
  {
    await using provider = recordingProvider(model, { cassette: folder.file() });
    first = await askImpatiently(provider, late.open);
  }
  using provider = replayProvider(folder.file());
  expect(await askImpatiently(provider)).toEqual(first);
  expect(provider.summary).toEqual(exactly(3));
});

test('a request that is never answered does not lose the answers after it', async () => {
  using folder = new Folder();
  const script = scriptedProvider([callTool('look'), say('Here.')]);
  let asked = 0;
  const model: CompletionProvider = {
    ...script,
    complete: async (request, options) =>
      ++asked === 1 ? await never() : await script.complete(request, options),
  };
  let first;
  {
    await using provider = recordingProvider(model, { cassette: folder.file() });
    first = await askImpatiently(provider);
  }
  const [lane] = folder.json().lanes;
  expect(lane?.interactions.map(({ aborted }) => aborted)).toEqual([true, undefined, undefined]);
  using provider = replayProvider(folder.file());
  expect(await askImpatiently(provider)).toEqual(first);
});

test('a client may ask twice and use the second answer, with calls in both answers', async () => {
  const agent = new Agent({
    functions: [
      function look() {
        return 'there';
      },
    ],
  });
  const { recorded, replayed, summary } = await both(
    [callTool('look'), callTool('look'), say('1'), say('2')],
    async (provider) => {
      const choosy: CompletionProvider = {
        ...provider,
        async complete(request, options) {
          await provider.complete(request, options);
          return await provider.complete(request, options);
        },
      };
      return (await new Swarm({ provider: choosy }).run({ agent, messages: [user('q')] })).messages;
    },
  );
  expect(replayed).toEqual(recorded);
  expect(summary).toEqual(exactly(4));
});

test('a stream may be left and asked for again, in two conversations without names', async () => {
  const { recorded, replayed, summary } = await both(
    [say('one two'), say('one two'), say('three four'), say('three four')],
    async (provider) => {
      const seen = [];
      for (const question of ['a', 'b']) {
        for await (const { choices } of provider.stream(asking(user(question)))) {
          seen.push(choices[0]?.delta);
          break;
        }
        seen.push(await answerTo(provider, question));
      }
      return seen;
    },
  );
  expect(replayed).toEqual(recorded);
  expect(summary).toEqual(exactly(4));
});

test('an answer that a provider gives despite an abort is recorded as aborted', async () => {
  using folder = new Folder();
  const controller = new AbortController();
  const model = answeredBy((_request, _options, count) => {
    if (count === 1) controller.abort();
    return saying(`answer ${count}`);
  });
  {
    await using provider = recordingProvider(model, { cassette: folder.file() });
    await answerTo(provider, 'a', { signal: controller.signal });
    expect(await answerTo(provider, 'a')).toBe('answer 2');
  }
  expect(folder.json().lanes[0]?.interactions.map(({ aborted }) => aborted)).toEqual([true, undefined]);
});

test('several choices are replayed streamed and whole, however they were recorded', async () => {
  const choice = (index: number, content: string) => ({
    index,
    message: { role: 'assistant' as const, content, refusal: null },
    finish_reason: 'stop' as const,
    logprobs: null,
  });
  const whole = { ...saying(''), choices: [choice(0, 'heads'), choice(1, 'tails')] };
  const contents = async (provider: CompletionProvider) => {
    const texts = ['', ''];
    for await (const { choices } of provider.stream(asking(user('a'))))
      for (const { index, delta } of choices) texts[index] += delta.content ?? '';
    return texts;
  };
  using folder = new Folder();
  {
    await using provider = recordingProvider(
      answeredBy(() => whole),
      { cassette: folder.file() },
    );
    await provider.complete(asking(user('a')));
  }
  expect(await contents(replayProvider(folder.file()))).toEqual(['heads', 'tails']);
  {
    await using provider = recordingProvider(replayProvider(folder.file()), {
      cassette: folder.file('s.json'),
    });
    await contents(provider);
  }
  const { choices } = await replayProvider(folder.file('s.json')).complete(asking(user('a')));
  expect(choices.map(({ index, message }) => [index, message.content])).toEqual([
    [0, 'heads'],
    [1, 'tails'],
  ]);
});
