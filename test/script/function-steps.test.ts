import { expect, test } from 'vitest';
import {
  callTool,
  say,
  scriptedProvider,
  ScriptMistakeError,
  user,
  type ModelStep,
} from 'swarmcheck/testing';
import { readAll } from '../support/completions.ts';
import { rejection } from '../support/failures.ts';
import { request } from './ask.ts';

/** The message of the ScriptMistakeError for a function step that returns this. */
async function mistakeOf(returned: unknown): Promise<string> {
  const error = await rejection(scriptedProvider([() => returned as ModelStep]).complete(request()));
  expect(error).toBeInstanceOf(ScriptMistakeError);
  return error.message;
}

test('a function step answers with the step that it returns for the request', async () => {
  const provider = scriptedProvider([
    ({ model, messages }) => say(`${model} was asked with ${messages.length} messages`),
  ]);
  const { choices } = await provider.complete(request());
  expect(choices[0]?.message.content).toBe('gpt-4o was asked with 2 messages');
});

test('an async function step is awaited', async () => {
  const { choices } = await scriptedProvider([async () => say('later')]).complete(request());
  expect(choices[0]?.message.content).toBe('later');
});

test('a function step answers a streamed request, too', async () => {
  const chunks = await readAll(scriptedProvider([() => say('later')]).stream(request()));
  expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('')).toBe('later');
});

test('a function step is called once, when its request arrives', async () => {
  const calls: string[] = [];
  const provider = scriptedProvider([
    () => {
      calls.push('first');
      return say('a');
    },
    () => {
      calls.push('second');
      return say('b');
    },
  ]);
  expect(calls).toEqual([]);
  await provider.complete(request());
  expect(calls).toEqual(['first']);
});

test('a function step counts as one remaining answer', () => {
  expect(scriptedProvider([() => say('a'), say('b')]).remaining).toBe(2);
});

test('changes that a function step makes to the request have no effect', async () => {
  const provider = scriptedProvider([
    (seen) => {
      seen.messages.length = 0;
      return say('a');
    },
  ]);
  const asked = request();
  await provider.complete(asked);
  expect(asked.messages).toHaveLength(2);
  expect(provider.requests[0]?.messages).toHaveLength(2);
});

test('later changes to a step that a function returned have no effect', async () => {
  const step = say('as it was');
  const stream = scriptedProvider([() => step]).stream(request());
  await Promise.resolve();
  const chunks = readAll(stream);
  await new Promise((resolve) => setImmediate(resolve));
  step.say = 'changed';
  expect((await chunks).map(({ choices }) => choices[0]?.delta.content ?? '').join('')).toBe('as it was');
});

test('a function step that throws rejects the request with the same error object', async () => {
  const failure = new Error('no such order');
  const provider = scriptedProvider([
    () => {
      throw failure;
    },
  ]);
  expect(await rejection(provider.complete(request()))).toBe(failure);
});

test('a rejected function step rejects the request with the same error object', async () => {
  const failure = new Error('no such order');
  expect(await rejection(scriptedProvider([async () => Promise.reject(failure)]).complete(request()))).toBe(
    failure,
  );
});

test('a function step that returns nothing is a mistake in the script', async ({ expect }) => {
  expect(await mistakeOf(undefined)).toMatchInlineSnapshot(
    `"The return value of step 1 (steps[0]) must be an answer of the model (say, callTool, …), but is undefined. Is a "return" missing?"`,
  );
});

test('a function step that returns a malformed step is a mistake in the script', async ({ expect }) => {
  expect(await mistakeOf({ say: 5 })).toMatchInlineSnapshot(
    `"The return value of step 1 (steps[0]) has a "say" that must be a string, but is the number 5."`,
  );
});

test('a function step that returns an empty step is a mistake in the script', async ({ expect }) => {
  expect(await mistakeOf({})).toMatchInlineSnapshot(
    `"The return value of step 1 (steps[0]) is empty. Give it one of say, calls, refusal or fault."`,
  );
});

test('a function step that returns a user step is a mistake in the script', async () => {
  expect(await mistakeOf(user('hi'))).toMatch('The return value of step 1 (steps[0]) is a step of the user');
});

test('a function step that returns a function is a mistake in the script', async () => {
  expect(await mistakeOf(() => say('a'))).toMatch(/must be an answer of the model.* function(?! undefined)/);
});

test('the calls that a function step returns are checked against the offered tools', async () => {
  expect(await mistakeOf(callTool('look_up'))).toMatch(
    'calls the tool "look_up", which the model was not offered',
  );
});
