/** A request that does not fit the script is reported at the end, even if the app caught its error. */
import { expect, test } from 'vitest';
import { Agent, Swarm, type CompletionProvider, type Message } from 'swarmcheck';
import {
  callTool,
  say,
  scriptedProvider,
  ScriptExhaustedError,
  ScriptMistakeError,
  ScriptNotFinishedError,
  user,
} from 'swarmcheck/testing';
import { rejection, thrown } from '../support/failures.ts';
import { eventsOf } from '../support/runs.ts';
import { echoTool, request } from './ask.ts';

const agent = new Agent({ name: 'Desk', functions: [echoTool('look_up')] });

/** An app that never fails: it says "sorry" instead. */
async function app(provider: CompletionProvider, stream = false): Promise<string> {
  const swarm = new Swarm({ provider });
  const messages: Message[] = [{ role: 'user', content: 'hi' }];
  try {
    if (stream) await eventsOf(swarm.run({ agent, messages, stream }));
    else await swarm.run({ agent, messages });
    return 'done';
  } catch {
    return 'sorry';
  }
}

test.for([false, true])('a call of a tool that was not offered (streamed: %s)', async (stream) => {
  const provider = scriptedProvider([callTool('ghost')]);
  await app(provider, stream);
  expect(thrown(() => provider.assertComplete())).toMatchObject({
    name: 'ScriptMistakeError',
    tool: 'ghost',
  });
});

test.for([false, true])('a request beyond the script (streamed: %s)', async (stream) => {
  const provider = scriptedProvider([callTool('look_up')]);
  await app(provider, stream);
  expect(() => provider.assertComplete()).toThrow(ScriptExhaustedError);
});

test('the very error that the app caught is thrown, before the steps left over', async () => {
  const provider = scriptedProvider([callTool('ghost'), say('never asked for')]);
  const caught = await rejection(provider.complete(request()));
  expect(thrown(() => provider.assertComplete())).toBe(caught);
});

test('a user message that differs from the script', async () => {
  const provider = scriptedProvider([user('bye'), say('ok')]);
  await app(provider);
  expect(() => provider.assertComplete()).toThrow('expects the user to have said "bye"');
});

test('a step that a function returned', async () => {
  const provider = scriptedProvider([() => callTool('ghost')]);
  await app(provider);
  expect(() => provider.assertComplete()).toThrow(ScriptMistakeError);
});

test('an assertion that a function step made', async () => {
  const provider = scriptedProvider([
    ({ model }) => {
      expect(model).toBe('another');
      return say('ok');
    },
  ]);
  await app(provider);
  expect(thrown(() => provider.assertComplete()).name).toBe('AssertionError');
});

test('an assertion of Jest, whose error has no name of its own', async () => {
  const failed = Object.assign(new Error('expect(received).toBe(expected)'), { matcherResult: {} });
  const provider = scriptedProvider([
    () => {
      throw failed;
    },
  ]);
  await app(provider);
  expect(thrown(() => provider.assertComplete())).toBe(failed);
});

test('an error that a function step throws in place of the model is not the mistake of the script', async () => {
  const provider = scriptedProvider([
    () => {
      throw new Error('the model is down');
    },
  ]);
  await app(provider);
  expect(() => provider.assertComplete()).not.toThrow();
});

test('the first of several errors says how many there were', async ({ expect }) => {
  const provider = scriptedProvider([callTool('ghost'), callTool('look_up')]);
  for (let count = 0; count < 3; count++) await app(provider);
  for (let again = 0; again < 2; again++)
    expect(
      thrown(() => provider.assertComplete())
        .message.split('\n')
        .slice(-2),
    ).toMatchInlineSnapshot(`
      [
        "  user       hi",
        "This was the first of 3 requests that did not fit.",
      ]
    `);
});

test('a using block throws the error that the app caught', async () => {
  const block = async () => {
    using provider = scriptedProvider([callTool('ghost')]);
    await app(provider);
  };
  await expect(block()).rejects.toThrow(ScriptMistakeError);
});

test('takeMisfit returns each error once, and nothing else reports it', async () => {
  const provider = scriptedProvider([callTool('ghost'), say('left over')]);
  expect(provider.takeMisfit()).toBeUndefined();
  const caught = await rejection(provider.complete(request()));
  expect(provider.takeMisfit()).toBe(caught);
  expect(provider.takeMisfit()).toBeUndefined();
  expect(() => provider.assertComplete()).toThrow(ScriptNotFinishedError);
  await app(provider);
  await app(provider);
  expect(provider.takeMisfit()).toBeInstanceOf(ScriptExhaustedError);
  expect(() => provider.assertComplete()).not.toThrow();
});

test('takeMisfit returns the errors in the order of their requests', async () => {
  const provider = scriptedProvider([callTool('ghost')]);
  for (let count = 0; count < 2; count++) await app(provider);
  expect(provider.takeMisfit()).toBeInstanceOf(ScriptMistakeError);
  expect(provider.takeMisfit()).toBeInstanceOf(ScriptExhaustedError);
});

test('a provider that is spread still knows its errors', async () => {
  const provider = { ...scriptedProvider([callTool('ghost')]) };
  await app(provider);
  expect(() => provider.assertComplete()).toThrow(ScriptMistakeError);
  expect(provider.takeMisfit()).toBeInstanceOf(ScriptMistakeError);
});
