import { expect, test } from 'vitest';
import { Agent, Swarm } from 'swarmcheck';
import { say, scriptedProvider, ScriptMistakeError, user } from 'swarmcheck/testing';
import { rejection } from '../support/failures.ts';
import { request } from './ask.ts';

const asked = (content: string) =>
  request({
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content },
    ],
  });

test('a user step passes if it equals the last user message', async () => {
  const provider = scriptedProvider([user('hi'), say('hello')]);
  await expect(provider.complete(asked('hi'))).resolves.toMatchObject({ id: 'chatcmpl-1' });
  expect(() => provider.assertComplete()).not.toThrow();
});

test('a user step fails if the last user message is different', async ({ expect }) => {
  const error = await rejection(scriptedProvider([user('hi'), say('hello')]).complete(asked('good day')));
  expect(error).toBeInstanceOf(ScriptMistakeError);
  expect(error.message).toMatchInlineSnapshot(`
    "Step 1 (steps[0]) expects the user to have said "hi", but the last user message is "good day".
    The conversation so far:
      system     Be brief.
      user       good day"
  `);
});

test('a user step fails without a user message', async ({ expect }) => {
  const error = await rejection(
    scriptedProvider([user('hi'), say('hello')]).complete(
      request({ messages: [{ role: 'system', content: 'Be brief.' }] }),
    ),
  );
  expect(error).toBeInstanceOf(ScriptMistakeError);
  expect(error.message).toMatchInlineSnapshot(`
    "Step 1 (steps[0]) expects the user to have said "hi", but there is no user message.
    The conversation so far:
      system     Be brief."
  `);
});

test('a user step fails if the last user message only starts with it', async () => {
  await expect(scriptedProvider([user('hi'), say('hello')]).complete(asked('hi there'))).rejects.toThrow(
    ScriptMistakeError,
  );
});

test('the joined text of content in parts is compared', async () => {
  const content = [{ type: 'text', text: 'good ' } as const, { type: 'text', text: 'day' } as const];
  const provider = scriptedProvider([user('good day'), say('hello')]);
  const { choices } = await provider.complete(request({ messages: [{ role: 'user', content }] }));
  expect(choices[0]?.message.content).toBe('hello');
});

test('the last of consecutive user steps is compared with the request', async () => {
  const provider = scriptedProvider([user('hello?'), user('hi'), say('hello')]);
  expect((await provider.complete(asked('hi'))).choices[0]?.message.content).toBe('hello');
});

test('a user step takes no answer of its own', async () => {
  const provider = scriptedProvider([user('hi'), say('hello'), user('bye'), say('goodbye')]);
  const answers = [await provider.complete(asked('hi')), await provider.complete(asked('bye'))];
  expect(answers.map(({ choices }) => choices[0]?.message.content)).toEqual(['hello', 'goodbye']);
});

test('the error names the place of the user step', async () => {
  const provider = scriptedProvider([user('hi'), say('hello'), user('bye'), say('goodbye')]);
  await provider.complete(asked('hi'));
  expect((await rejection(provider.complete(asked('hi')))).message).toMatch(/^Step 3 \(steps\[2\]\) /);
});

test('one script covers a conversation of several runs', async () => {
  using provider = scriptedProvider([user('hi'), say('hello'), user('bye'), say('goodbye')]);
  const swarm = new Swarm({ provider });
  const agent = new Agent();
  const first = [{ role: 'user', content: 'hi' } as const];
  const { messages } = await swarm.run({ agent, messages: first });
  const response = await swarm.run({
    agent,
    messages: [...first, ...messages, { role: 'user', content: 'bye' }],
  });
  expect(response.messages.map(({ content }) => content)).toEqual(['goodbye']);
});
