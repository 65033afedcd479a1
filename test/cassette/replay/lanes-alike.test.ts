/** Conversations without names that begin alike. */
import { expect, test } from 'vitest';
import { Agent, Swarm, type CompletionProvider } from 'swarmcheck';
import {
  callTool,
  CassetteAmbiguityError,
  recordingProvider,
  replayProvider,
  say,
  scriptedProvider,
} from 'swarmcheck/testing';
import { answeredBy, saying } from '../../support/completions.ts';
import { rejection } from '../../support/failures.ts';
import { Folder } from '../folder.ts';
import { answerTo, asking, record, recordCounting, said, Talk, user } from './tapes.ts';
import { gate } from '../../support/waiting.ts';

test('two conversations that begin alike cannot be recorded at the same time', async ({ expect }) => {
  using folder = new Folder();
  const { opened, open } = gate();
  let asked = 0;
  const live = answeredBy(async () => {
    asked++;
    await opened;
    return saying('Hello.');
  });
  await using provider = recordingProvider(live, { cassette: folder.file() });
  const first = answerTo(provider, 'Hello');
  const error = await rejection(answerTo(provider, 'Hello'));
  expect(error).toBeInstanceOf(CassetteAmbiguityError);
  expect(said(error, folder)).toMatchInlineSnapshot(
    `"This request could belong to another conversation of …/c.json, because they began alike and continue side by side. Give each conversation a name: run({ …, conversation: "ann" }), new Conversation({ …, id: "ann" }), or the header "x-swarmcheck-conversation"."`,
  );
  open();
  expect(await first).toBe('Hello.');
  // The model is not asked if its answer could not be kept.
  expect(asked).toBe(1);
  await expect(provider.close()).rejects.toThrow(CassetteAmbiguityError);
  expect(folder.json().lanes).toHaveLength(1);
});

test('two streams that begin alike cannot be recorded at the same time', async () => {
  using folder = new Folder();
  const live = scriptedProvider([say('Hello.'), say('Hello.')]);
  await using provider = recordingProvider(live, { cassette: folder.file() });
  const reading = provider.stream(asking(user('Hello')))[Symbol.asyncIterator]();
  await reading.next();
  const other = provider.stream(asking(user('Hello')))[Symbol.asyncIterator]();
  await expect(other.next()).rejects.toThrow(CassetteAmbiguityError);
  await reading.return?.();
});

test('conversations that begin alike are replayed in the order of the recording', async () => {
  using folder = new Folder();
  const three = async (provider: CompletionProvider) => {
    const answers = [];
    for (let count = 0; count < 3; count++) answers.push(await answerTo(provider, 'Hello'));
    return answers;
  };
  const first = await recordCounting(folder.file(), three);
  expect(first).toEqual(['Hello 1', 'Hello 2', 'Hello 3']);
  using provider = replayProvider(folder.file());
  expect(await three(provider)).toEqual(first);
});

test('conversations that begin alike may have several turns, if one ends before the next begins', async () => {
  using folder = new Folder();
  const two = async (provider: CompletionProvider) => {
    const answers = [];
    for (let count = 0; count < 2; count++) {
      const talk = new Talk(provider);
      answers.push(await talk.ask('Hello'), await talk.ask('More'));
    }
    return answers;
  };
  const first = await recordCounting(folder.file(), two);
  using provider = replayProvider(folder.file());
  expect(await two(provider)).toEqual(first);
});

test('a conversation cannot be recorded further after another has begun alike', async () => {
  using folder = new Folder();
  await recordCounting(folder.file(), async (provider) => {
    const one = new Talk(provider);
    await one.ask('Hello');
    await answerTo(provider, 'Hello');
    await expect(one.ask('More')).rejects.toThrow(CassetteAmbiguityError);
  });
});

test('a run cannot be recorded further after a run in its tool has begun alike', async () => {
  using folder = new Folder();
  const live = scriptedProvider([callTool('wait'), say('Hello.'), say('Late.')]);
  await using provider = recordingProvider(live, { cassette: folder.file() });
  const agent = new Agent({
    functions: [
      async function wait() {
        await new Swarm({ provider }).run({ agent: new Agent(), messages: [user('Hello')] });
      },
    ],
  });
  const run = new Swarm({ provider }).run({ agent, messages: [user('Hello')] });
  await expect(run).rejects.toThrow(CassetteAmbiguityError);
});

test('the same question with other instructions is another beginning', async () => {
  using folder = new Folder();
  await recordCounting(folder.file(), async (provider) => {
    const one = new Talk(provider);
    await one.ask('Hello');
    await provider.complete(asking({ role: 'system', content: 'Be brief.' }, user('Hello')));
    await expect(one.ask('More')).resolves.toBe('More 3');
  });
});

test('conversations with equal recordings may be replayed at the same time', async () => {
  using folder = new Folder();
  await record(folder.file(), [say('Yes.'), say('Yes.'), say('Yes.')], async (provider) => {
    for (let count = 0; count < 3; count++) await answerTo(provider, 'Hello');
  });
  // They differ only in their ids and times, which become equal here.
  folder.change(({ lanes }) => {
    for (const { interactions } of lanes) Object.assign(interactions[0]!.completion, { id: 'x' });
    for (const { interactions } of lanes) interactions[0]!.ms = 0;
  });
  using provider = replayProvider(folder.file());
  const answers = await Promise.all([1, 2, 3].map(() => answerTo(provider, 'Hello')));
  expect(answers).toEqual(['Yes.', 'Yes.', 'Yes.']);
});

test('a beginning is ambiguous while an earlier conversation that began alike goes on', async ({
  expect,
}) => {
  using folder = new Folder();
  await recordCounting(folder.file(), async (provider) => {
    for (let count = 0; count < 3; count++) {
      const talk = new Talk(provider);
      await talk.ask('Hello');
      await talk.ask('More');
    }
  });
  const provider = replayProvider(folder.file());
  await answerTo(provider, 'Hello');
  const error = await rejection(answerTo(provider, 'Hello'));
  expect(error).toBeInstanceOf(CassetteAmbiguityError);
  expect(said(error, folder)).toMatchInlineSnapshot(
    `"This request could belong to conversation 1 and conversation 2 of …/c.json, because they began alike and continue side by side. Give each conversation a name: run({ …, conversation: "ann" }), new Conversation({ …, id: "ann" }), or the header "x-swarmcheck-conversation"."`,
  );
});

test('two conversations with the same answer and the same next question are ambiguous', async () => {
  using folder = new Folder();
  const answers = [say('Yes?'), say('one'), say('Yes?'), say('two')];
  await record(folder.file(), answers, async (provider) => {
    for (let count = 0; count < 2; count++) {
      const talk = new Talk(provider);
      await talk.ask('Hello');
      await talk.ask('More');
    }
  });
  const provider = replayProvider(folder.file());
  const [one, other] = [new Talk(provider), new Talk(provider)];
  await one.ask('Hello');
  await other.ask('Hello');
  await expect(one.ask('More')).rejects.toThrow(CassetteAmbiguityError);
});

test('two conversations with the same answer are distinguished by the next question', async () => {
  using folder = new Folder();
  const answers = [say('Yes?'), say('one'), say('Yes?'), say('two')];
  await record(folder.file(), answers, async (provider) => {
    for (const more of ['a', 'b']) {
      const talk = new Talk(provider);
      await talk.ask('Hello');
      await talk.ask(more);
    }
  });
  using provider = replayProvider(folder.file());
  const [one, other] = [new Talk(provider), new Talk(provider)];
  await one.ask('Hello');
  await other.ask('Hello');
  expect(await other.ask('b')).toBe('two');
  expect(await one.ask('a')).toBe('one');
});
