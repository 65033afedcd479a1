import { expect, test } from 'vitest';
import { z } from 'zod';
import { Agent, Swarm, tool, type CompletionRequest } from 'swarmcheck';
import {
  callTool,
  callTools,
  scriptedProvider,
  ScriptMistakeError,
  say,
  type ModelStep,
} from 'swarmcheck/testing';
import { offer, request } from './ask.ts';
import { readAll } from '../support/completions.ts';
import { factsOf } from '../support/facts-of.ts';
import { rejection } from '../support/failures.ts';

const search = {
  type: 'object',
  properties: { q: { type: 'string' }, limit: { type: 'integer' } },
  required: ['q'],
} as const;

/** The ScriptMistakeError of this step, if the model is offered these tools. */
async function mistake(step: ModelStep, tools: CompletionRequest['tools'] | undefined): Promise<Error> {
  const error = await rejection(scriptedProvider([step]).complete(request(tools ? { tools } : {})));
  expect(error).toBeInstanceOf(ScriptMistakeError);
  return error;
}

test('a call of a tool that was not offered is a mistake in the script', async ({ expect }) => {
  expect((await mistake(callTool('issue_refund'), offer(['look_up', 'escalate']))).message)
    .toMatchInlineSnapshot(`
    "Step 1 (steps[0]) calls the tool "issue_refund", which the model was not offered. Offered: look_up, escalate. Correct the step, check which agent was asked, or mark the call { hallucinated: true } if the model is meant to be wrong.
    The conversation so far:
      system     Be brief.
      user       hi"
  `);
});

test('a call is a mistake in the script if no tools were offered', async () => {
  expect(factsOf(await mistake(callTool('look_up'), undefined), 'known')).toEqual({
    error: 'ScriptMistakeError',
    step: 1,
    tool: 'look_up',
    known: [],
  });
});

test('the error for a mistyped tool suggests the nearest one', async () => {
  expect(factsOf(await mistake(callTool('lookup'), offer(['look_up', 'escalate'])))).toEqual({
    error: 'ScriptMistakeError',
    step: 1,
    tool: 'lookup',
    suggestion: 'look_up',
  });
});

test('arguments that fail the schema are a mistake in the script', async ({ expect }) => {
  expect((await mistake(callTool('search', { q: 17, limit: 1.5 }), offer(['search'], search))).message)
    .toMatchInlineSnapshot(`
      "Step 1 (steps[0]) calls search({"q":17,"limit":1.5}) with arguments that fail its schema: "q" must be a string, but is the number 17. "limit" must be an integer, but is the number 1.5. Correct the step, check which agent was asked, or mark the call { hallucinated: true } if the model is meant to be wrong.
      The conversation so far:
        system     Be brief.
        user       hi"
    `);
});

test('a missing argument is a mistake in the script', async () => {
  expect((await mistake(callTool('search'), offer(['search'], search))).message).toMatch(
    'calls search() with arguments that fail its schema: "q" is missing',
  );
});

test('an argument that is not declared is a mistake in the script', async () => {
  expect((await mistake(callTool('search', { q: 'a', page: 2 }), offer(['search'], search))).message).toMatch(
    '"page" is not an argument of this tool.',
  );
});

test('every call of an answer is checked', async () => {
  expect(factsOf(await mistake(callTools([callTool('a'), callTool('b')]), offer(['a'])))).toEqual({
    error: 'ScriptMistakeError',
    step: 1,
    tool: 'b',
    suggestion: 'a',
  });
});

test('a streamed request has the same error', async () => {
  const step = callTool('search', { q: 1 });
  const asked = request({ tools: offer(['search'], search) });
  const streamed = await rejection(readAll(scriptedProvider([step]).stream(asked)));
  expect(streamed.message).toBe((await mistake(step, offer(['search'], search))).message);
});

test('a zod schema is enforced, too', async () => {
  const parameters = z.object({ orderId: z.string().regex(/^A-/) });
  const agent = new Agent({ functions: [tool({ name: 'issue_refund', parameters, execute: () => 'done' })] });
  const swarm = new Swarm({ provider: scriptedProvider([callTool('issue_refund', { orderId: 'B-1' })]) });
  await expect(swarm.run({ agent, messages: [] })).rejects.toThrow(ScriptMistakeError);
});

test('an undefined argument counts as absent, as in JSON', async () => {
  const provider = scriptedProvider([callTool('search', { q: 'a', limit: undefined, page: undefined })]);
  const { choices } = await provider.complete(request({ tools: offer(['search'], search) }));
  expect(choices[0]?.message.tool_calls).toMatchObject([{ function: { arguments: '{"q":"a"}' } }]);
});

test('a value with a toJSON method is checked in its JSON form', async () => {
  const provider = scriptedProvider([callTool('search', { q: new Date(0) })]);
  const { choices } = await provider.complete(request({ tools: offer(['search'], search) }));
  expect(choices[0]?.message.tool_calls).toMatchObject([
    { function: { arguments: '{"q":"1970-01-01T00:00:00.000Z"}' } },
  ]);
});

test('a hallucinated call may name a tool that was not offered', async () => {
  const { choices } = await scriptedProvider([callTool('issue_refund', {}, { hallucinated: true })]).complete(
    request(),
  );
  expect(choices[0]).toMatchObject({
    finish_reason: 'tool_calls',
    message: { tool_calls: [{ function: { name: 'issue_refund', arguments: '{}' } }] },
  });
});

test('a hallucinated call may have arguments that fail the schema', async () => {
  const provider = scriptedProvider([callTool('search', { q: 1 }, { hallucinated: true })]);
  const { choices } = await provider.complete(request({ tools: offer(['search'], search) }));
  expect(choices[0]?.message.tool_calls).toMatchObject([{ function: { arguments: '{"q":1}' } }]);
});

test('a hallucinated call may be valid', async () => {
  const provider = scriptedProvider([callTool('search', { q: 'a' }, { hallucinated: true })]);
  const { choices } = await provider.complete(request({ tools: offer(['search'], search) }));
  expect(choices[0]?.message.tool_calls).toMatchObject([{ function: { arguments: '{"q":"a"}' } }]);
});

test('a hallucinated call does not exempt the other calls of its answer', async () => {
  const step = callTools([callTool('x', {}, { hallucinated: true }), callTool('y')]);
  expect(await mistake(step, offer(['a']))).toMatchObject({ step: 1, tool: 'y' });
});

test('raw arguments are sent unchanged and never checked', async () => {
  const provider = scriptedProvider([callTool('search', '{"q": ')]);
  const { choices } = await provider.complete(request({ tools: offer(['search'], search) }));
  expect(choices[0]?.message.tool_calls).toMatchObject([{ function: { arguments: '{"q": ' } }]);
});

test('a wrong call that is marked as hallucinated reaches the agent', async () => {
  const agent = new Agent({
    functions: [tool({ name: 'search', parameters: search, execute: () => 'found' })],
  });
  const swarm = new Swarm({
    provider: scriptedProvider([callTool('search', { q: 1 }, { hallucinated: true }), say('ok')]),
  });
  const { messages } = await swarm.run({ agent, messages: [] });
  expect(messages[1]?.content).toMatch(/^Error: Invalid arguments for tool search\. "q" must be a string/);
});
