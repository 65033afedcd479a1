/** Conversations with names: only the name says which conversation a request belongs to. */
import { expect, test } from 'vitest';
import { Agent, Conversation, Swarm, type CompletionProvider } from 'swarmcheck';
import { CassetteMismatchError, CassetteMissError, replayProvider } from 'swarmcheck/testing';
import { rejection } from '../../support/failures.ts';
import { Folder } from '../folder.ts';
import { answerTo, recordCounting, Talk } from './tapes.ts';

const names = ['ann', 'bob', 'cem'];

test('the same question at once is answered by name, in any order', async () => {
  using folder = new Folder();
  const all = (list: string[]) => async (provider: CompletionProvider) =>
    await Promise.all(list.map((conversation) => answerTo(provider, 'Hello', { conversation })));
  const first = await recordCounting(folder.file(), all(names));
  expect(first).toEqual(['ann Hello 1', 'bob Hello 2', 'cem Hello 3']);
  using provider = replayProvider(folder.file());
  expect(await all(names.toReversed())(provider)).toEqual(first.toReversed());
});

test('named conversations may take turns in another order than in the recording', async () => {
  using folder = new Folder();
  const first = await recordCounting(folder.file(), async (provider) => {
    const [ann, bob] = [new Talk(provider, 'ann'), new Talk(provider, 'bob')];
    return [await ann.ask('1'), await bob.ask('1'), await ann.ask('2'), await bob.ask('2')];
  });
  using provider = replayProvider(folder.file());
  const [ann, bob] = [new Talk(provider, 'ann'), new Talk(provider, 'bob')];
  const again = [await bob.ask('1'), await bob.ask('2'), await ann.ask('1'), await ann.ask('2')];
  expect(again).toEqual([first[1], first[3], first[0], first[2]]);
  expect(provider.summary).toEqual({ served: 4, exact: 4, drifted: 0, unused: 0 });
});

test('a thousand conversations at once are distinguished', async () => {
  using folder = new Folder();
  const many = Array.from({ length: 1000 }, (_, index) => `user ${index}`);
  const all = (list: string[]) => async (provider: CompletionProvider) =>
    await Promise.all(
      list.map(async (name) => {
        const talk = new Talk(provider, name);
        return [await talk.ask('Hello'), await talk.ask('More')];
      }),
    );
  const first = await recordCounting(folder.file(), all(many));
  expect(folder.json().lanes).toHaveLength(1000);
  using provider = replayProvider(folder.file());
  expect(await all(many.toReversed())(provider)).toEqual(first.toReversed());
  expect(provider.summary).toEqual({ served: 2000, exact: 2000, drifted: 0, unused: 0 });
});

test('the id of a Conversation is the name of the recorded conversation', async () => {
  using folder = new Folder();
  const send = async (provider: CompletionProvider, id: string) => {
    const conversation = new Conversation({ swarm: new Swarm({ provider }), agent: new Agent(), id });
    await conversation.send('Hello');
    await conversation.send('More');
    return conversation.messages.map(({ content }) => content);
  };
  const first = await recordCounting(folder.file(), (provider) =>
    Promise.all(names.map((id) => send(provider, id))),
  );
  expect(folder.json().lanes.map(({ conversation }) => conversation)).toEqual(names);
  using provider = replayProvider(folder.file());
  const again = await Promise.all(names.toReversed().map((id) => send(provider, id)));
  expect(again).toEqual(first.toReversed());
});

test('a request with an unknown name, or without a name, is a miss', async ({ expect }) => {
  using folder = new Folder();
  await recordCounting(folder.file(), (provider) => answerTo(provider, 'Hello', { conversation: 'ann' }));
  const provider = replayProvider(folder.file());
  await expect(answerTo(provider, 'Hello', { conversation: 'bob' })).rejects.toThrow(CassetteMissError);
  await expect(answerTo(provider, 'Hello')).rejects.toThrow(CassetteMissError);
});

test('a changed question of a named conversation is a mismatch of that conversation', async () => {
  using folder = new Folder();
  await recordCounting(folder.file(), async (provider) => {
    for (const conversation of names) await answerTo(provider, 'Hello', { conversation });
  });
  const provider = replayProvider(folder.file());
  const error = await rejection(answerTo(provider, 'Hi', { conversation: 'bob' }));
  expect(error).toBeInstanceOf(CassetteMismatchError);
  expect(error).toMatchObject({ lane: 2, conversation: 'bob', interaction: 1 });
});

test('a mismatch of one conversation does not affect the others', async () => {
  using folder = new Folder();
  const first = await recordCounting(folder.file(), async (provider) => [
    await answerTo(provider, 'Hello', { conversation: 'ann' }),
    await answerTo(provider, 'Hello', { conversation: 'bob' }),
  ]);
  const provider = replayProvider(folder.file());
  await rejection(answerTo(provider, 'Hi', { conversation: 'ann' }));
  expect(await answerTo(provider, 'Hello', { conversation: 'bob' })).toBe(first[1]);
});

test('one name may have several conversations at once', async () => {
  using folder = new Folder();
  const ask = async (provider: CompletionProvider, questions: string[]) =>
    await Promise.all(questions.map((question) => answerTo(provider, question, { conversation: 'ann' })));
  const first = await recordCounting(folder.file(), (provider) => ask(provider, ['a', 'b']));
  using provider = replayProvider(folder.file());
  expect(await ask(provider, ['b', 'a'])).toEqual(first.toReversed());
});

test('no name, an empty name and "__proto__" are different conversations', async () => {
  using folder = new Folder();
  const first = await recordCounting(folder.file(), async (provider) => [
    await answerTo(provider, 'Hello'),
    await answerTo(provider, 'Hello', { conversation: '' }),
    await answerTo(provider, 'Hello', { conversation: '__proto__' }),
  ]);
  using provider = replayProvider(folder.file());
  expect(await answerTo(provider, 'Hello', { conversation: '__proto__' })).toBe(first[2]);
  expect(await answerTo(provider, 'Hello', { conversation: '' })).toBe(first[1]);
  expect(await answerTo(provider, 'Hello')).toBe(first[0]);
});
