import { expect, test } from 'vitest';
import {
  callTool,
  callTools,
  modelFails,
  refuse,
  say,
  scriptedProvider,
  ScriptNotFinishedError,
  user,
} from 'swarmcheck/testing';
import { rejection, thrown } from '../support/failures.ts';
import { request } from './ask.ts';

test('remaining counts the model steps that are left, not the user steps', async () => {
  const provider = scriptedProvider([user('hi'), say('a'), user('again'), say('b')]);
  expect(provider.remaining).toBe(2);
  await provider.complete(request());
  expect(provider.remaining).toBe(1);
});

test('assertComplete passes when every step was played', async () => {
  const provider = scriptedProvider([say('a')]);
  await provider.complete(request());
  expect(() => provider.assertComplete()).not.toThrow();
});

test('assertComplete of an empty script passes', () => {
  expect(() => scriptedProvider([]).assertComplete()).not.toThrow();
});

test('assertComplete lists the steps that are left over, as source code', async ({ expect }) => {
  const steps = [
    say('played'),
    say('hello'),
    callTool('look_up', { q: 'a' }),
    callTools([callTool('a'), callTool('b', '{"x":')], { say: 'Two things.' }),
    refuse('No.'),
    modelFails({ kind: 'status', status: 429 }),
    () => say('later'),
    user('thanks'),
    say('half', { fault: { kind: 'cut', afterChunks: 1, by: 'end' } }),
  ];
  const provider = scriptedProvider(steps);
  await provider.complete(request());
  const error = thrown(() => provider.assertComplete());
  expect(error).toBeInstanceOf(ScriptNotFinishedError);
  expect(error.message).toMatchInlineSnapshot(`
    "The script was not played to its end: 8 steps are left over. Remove the steps that are not needed, or check why the run stopped early.
      step 2  say("hello")
      step 3  callTool("look_up", {"q":"a"})
      step 4  say("Two things.") + callTools([callTool("a"), callTool("b", "{\\"x\\":")])
      step 5  refuse("No.")
      step 6  modelFails({"kind":"status","status":429})
      step 7  (a function of the request)
      step 8  user("thanks")
      step 9  say("half") + modelFails({"kind":"cut","afterChunks":1,"by":"end"})"
  `);
});

test('only the first ten of many steps left over are listed', () => {
  const error = thrown(() =>
    scriptedProvider(Array.from({ length: 25 }, (_, index) => say(`answer ${index + 1}`))).assertComplete(),
  );
  expect(error.message).toMatch('25 steps are left over');
  expect(error.message).toMatch('step 10  say("answer 10")');
  expect(error.message).not.toMatch('answer 11');
  expect(error.message).toMatch('and 15 more');
});

test('a user step that was not compared with a request is left over', async () => {
  const provider = scriptedProvider([say('a'), user('thanks')]);
  await provider.complete(request());
  expect(() => provider.assertComplete()).toThrow(ScriptNotFinishedError);
});

test('a using block throws if steps are left over', () => {
  const block = () => {
    using provider = scriptedProvider([say('never asked for')]);
    expect(provider.remaining).toBe(1);
  };
  expect(block).toThrow(ScriptNotFinishedError);
});

test('a using block does not throw if no steps are left over', async () => {
  const block = async () => {
    using provider = scriptedProvider([say('a')]);
    return await provider.complete(request());
  };
  await expect(block()).resolves.toMatchObject({ id: 'chatcmpl-1' });
});

test('an error inside a using block and the steps left over become one SuppressedError', async () => {
  const failure = new Error('the real failure');
  const block = async () => {
    using provider = scriptedProvider([say('a'), say('b')]);
    await provider.complete(request());
    throw failure;
  };
  const error = await rejection(block());
  expect(error.name).toBe('SuppressedError');
  expect(error).toMatchObject({ suppressed: failure, error: { name: 'ScriptNotFinishedError' } });
});

test('an error inside a using block is unchanged if no steps are left over', async () => {
  const failure = new Error('the real failure');
  const block = async () => {
    using provider = scriptedProvider([say('a')]);
    await provider.complete(request());
    throw failure;
  };
  expect(await rejection(block())).toBe(failure);
});
