import { expect, test } from 'vitest';
import { Agent, Swarm } from 'swarmcheck';
import { callTool, say, scriptedProvider, ScriptExhaustedError, user } from 'swarmcheck/testing';
import { echoTool, request } from './ask.ts';
import { readAll } from '../support/completions.ts';
import { rejection } from '../support/failures.ts';

test('a request beyond the script throws, with the conversation so far', async ({ expect }) => {
  const agent = new Agent({ name: 'Desk', functions: [echoTool('look_up', { q: { type: 'string' } })] });
  const swarm = new Swarm({
    provider: scriptedProvider([
      callTool('look_up', { q: 'Tokyo' }, { say: 'One moment.' }),
      callTool('look_up'),
    ]),
  });
  const error = await rejection(
    swarm.run({ agent, messages: [{ role: 'user', content: 'How warm is it?' }] }),
  );
  expect(error).toBeInstanceOf(ScriptExhaustedError);
  expect(error.message).toMatchInlineSnapshot(`
    "Completion 3 was requested, but the script has 2 steps for the model, and its last step is callTool("look_up"). The agent "Desk" was asked to continue after a "tool" message. say(…) ends a run. Add a step, or check why the run did not stop.
    The conversation so far:
      system     You are a helpful agent.
      user       How warm is it?
      assistant  One moment.
      assistant  look_up({"q":"Tokyo"})
      tool       look_up → {"q":"Tokyo"}
      assistant  look_up()
      tool       look_up → {}"
  `);
});

test('an empty script answers no request', async ({ expect }) => {
  const error = await rejection(scriptedProvider([]).complete(request({ messages: [] })));
  expect(error).toBeInstanceOf(ScriptExhaustedError);
  expect(error.message).toMatchInlineSnapshot(`
    "Completion 1 was requested, but the script has no steps (steps: []). The model was asked to continue after a "system" message. Write what the model answers, such as say("…").
    The conversation so far:
    "
  `);
});

test('long messages are shortened', async () => {
  const messages = [{ role: 'user', content: 'x'.repeat(5000) } as const];
  const error = await rejection(scriptedProvider([]).complete(request({ messages })));
  expect(error.message).toMatch('x… (5000 characters)');
  expect(error.message.length).toBeLessThan(500);
});

test('parts of content are shown as their text, or by their type', async () => {
  const content = [
    { type: 'text', text: 'What is this? ' } as const,
    { type: 'image_url', image_url: { url: 'data:,' } } as const,
  ];
  const error = await rejection(
    scriptedProvider([]).complete(request({ messages: [{ role: 'user', content }] })),
  );
  expect(error.message).toMatch('What is this? [image_url]');
});

test('a refusal in the conversation is shown', async () => {
  const error = await rejection(
    scriptedProvider([]).complete(
      request({ messages: [{ role: 'assistant', content: null, refusal: 'No.' }] }),
    ),
  );
  expect(error.message).toMatch('assistant  refuses: No.');
});

test('a streamed request has the same error', async () => {
  const whole = await rejection(scriptedProvider([]).complete(request()));
  const streamed = await rejection(readAll(scriptedProvider([]).stream(request())));
  expect(streamed).toBeInstanceOf(ScriptExhaustedError);
  expect(streamed.message).toBe(whole.message);
});

test('every further request is counted and refused', async () => {
  const provider = scriptedProvider([say('only')]);
  await provider.complete(request());
  expect((await rejection(provider.complete(request()))).message).toMatch(
    /^Completion 2 was requested, but the script has 1 step for the model, and its last step is say\("only"\)\./,
  );
  expect((await rejection(provider.complete(request()))).message).toMatch(/^Completion 3 was requested/);
});

test('the last step answers only once', async () => {
  const provider = scriptedProvider([say('only')]);
  await provider.complete(request());
  await expect(provider.complete(request())).rejects.toThrow(ScriptExhaustedError);
  expect(provider.remaining).toBe(0);
});

test('a stream that is not read takes its step, and causes no unhandled rejection', async () => {
  const provider = scriptedProvider([say('only')]);
  provider.stream(request());
  provider.stream(request());
  expect(provider.remaining).toBe(0);
});

test('a user step at the end of the script answers no request', async () => {
  const provider = scriptedProvider([user('hi')]);
  await expect(provider.complete(request())).rejects.toThrow(ScriptExhaustedError);
});
