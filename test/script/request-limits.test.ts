/** Answers that the API would never give to a request, because the request does not allow them. */
import { expect, test, vi } from 'vitest';
import { Agent, type CompletionRequest } from 'swarmcheck';
import {
  callTool,
  callTools,
  externalAgent,
  modelFails,
  refuse,
  runScenario,
  say,
  scriptedProvider,
  ScriptMistakeError,
  user,
  type ModelStep,
} from 'swarmcheck/testing';
import { readAll } from '../support/completions.ts';
import { factsOf } from '../support/facts-of.ts';
import { rejection } from '../support/failures.ts';
import { clientOf } from '../support/refund-app.ts';
import { ways } from '../support/ways.ts';
import { echoTool, offer, request } from './ask.ts';

/** Fields of a request. Other clients send more of them than the engine. */
type Fields = Record<string, unknown>;

const tools = offer(['a', 'b'], { type: 'object', properties: { id: { type: 'string' } } });
const forced = { tools, tool_choice: { type: 'function', function: { name: 'a' } } };
const custom = (name: string) => ({ type: 'custom', custom: { name } });
const allowed = (mode: string) => ({
  tools,
  tool_choice: {
    type: 'allowed_tools',
    allowed_tools: { mode, tools: [{ type: 'function', function: { name: 'a' } }] },
  },
});
const required = { tools, tool_choice: 'required' };
const none = { tools, tool_choice: 'none' };
const single = { tools, parallel_tool_calls: false };
const two = callTools([callTool('a'), callTool('b')]);
const schema = {
  type: 'object',
  properties: { ok: { type: 'boolean' } },
  required: ['ok'],
  additionalProperties: false,
};
const jsonObject = { response_format: { type: 'json_object' } };
const jsonSchema = (strict?: boolean) => ({
  response_format: { type: 'json_schema', json_schema: { name: 'verdict', schema, strict } },
});

async function answer(step: ModelStep, fields: Fields): Promise<unknown> {
  return await scriptedProvider([step]).complete(request(fields));
}

async function mistake(step: ModelStep, fields: Fields): Promise<Error> {
  const error = await rejection(answer(step, fields));
  expect(error).toBeInstanceOf(ScriptMistakeError);
  return error;
}

test.for<[title: string, ModelStep, Fields, facts: object]>([
  ['a call, if calls are forbidden', callTool('a'), none, { field: 'tool_choice', tool: 'a' }],
  ['no call, if one is demanded', say('x'), required, { field: 'tool_choice', expected: 'a call' }],
  ['a call of another tool', callTool('b'), forced, { field: 'tool_choice', tool: 'b', known: ['a'] }],
  ['no call of the demanded tool', say('x'), forced, { field: 'tool_choice', expected: 'a call of a' }],
  [
    'the second call of another tool',
    callTools([callTool('a'), callTool('b')]),
    forced,
    { tool: 'b', known: ['a'] },
  ],
  [
    'a call beside the custom tool',
    callTool('a'),
    { tools: [...tools, custom('code')], tool_choice: custom('code') },
    { tool: 'a', known: ['code'] },
  ],
  ['a call beside the allowed ones', callTool('b'), allowed('auto'), { tool: 'b', known: ['a'] }],
  ['no call of an allowed tool', say('x'), allowed('required'), { expected: 'a call of a' }],
  ['two calls at once', two, single, { field: 'parallel_tool_calls', given: '2 calls' }],
  ['one answer of two', say('x'), { n: 2 }, { field: 'n', expected: '2 answers' }],
  ['prose for JSON', say('x'), jsonObject, { field: 'response_format', expected: 'JSON' }],
  ['JSON that is no object', say('[1]'), jsonObject, { field: 'response_format', given: '"[1]"' }],
  ['prose for a schema', say('x'), jsonSchema(), { field: 'response_format', expected: 'JSON' }],
  ['JSON that fails the schema', say('{"ok":1}'), jsonSchema(true), { field: 'response_format' }],
  ['a list for a schema', say('[]'), jsonSchema(true), { field: 'response_format' }],
])('%s is a mistake in the script', async ([, step, fields, facts]) => {
  expect(await mistake(step, fields)).toMatchObject({ step: 1, ...facts });
});

test.for<[title: string, ModelStep, Fields]>([
  ['a call that is demanded', callTool('a'), required],
  ['a call of the demanded tool', callTool('a'), forced],
  ['a call of an allowed tool', callTool('a'), allowed('required')],
  ['a text, if tools are only allowed', say('x'), allowed('auto')],
  ['a text, if calls are forbidden', say('x'), none],
  ['a text, if no tool is offered', say('x'), { tool_choice: 'required' }],
  ['one call', callTool('a'), single],
  ['a refusal in place of a call', refuse('no'), required],
  ['an answer that is cut short in place of a call', say('x', { finishReason: 'length' }), required],
  ['a refusal in place of JSON', refuse('no'), jsonSchema(true)],
  ['JSON that is cut short', say('{"ok":', { finishReason: 'length' }), jsonSchema(true)],
  ['JSON that a filter stopped', say('{"ok":', { finishReason: 'content_filter' }), jsonObject],
  ['calls in place of JSON', callTool('a', {}, { say: 'x' }), { ...jsonObject, tools }],
  ['an object', say('{"a":1}'), jsonObject],
  ['JSON that fits the schema', say('{"ok":true}'), jsonSchema(true)],
  ['JSON that fails a schema without strict', say('{"ok":1}'), jsonSchema()],
  ['a damaged answer', say('x', { fault: { kind: 'html' } }), { n: 2, ...jsonObject }],
  [
    'null as in absent',
    say('x'),
    { tool_choice: null, response_format: null, n: null, parallel_tool_calls: null },
  ],
  ['two calls, if nothing is said about them', two, { tools, parallel_tool_calls: null }],
  ['n: 1', say('x'), { n: 1 }],
  ['a text, if a text is demanded', say('x'), { response_format: { type: 'text' } }],
  [
    'an object, if the schema is missing',
    say('{}'),
    { response_format: { type: 'json_schema', json_schema: { strict: true } } },
  ],
  [
    'a call, if the choice names no tool',
    two,
    { tools, tool_choice: { allowed_tools: { mode: 'auto', tools: [null, { function: 'a' }] } } },
  ],
  ['a call, if the choice has no list', two, { tools, tool_choice: { allowed_tools: { mode: 'auto' } } }],
  [
    'a custom tool that is demanded',
    callTool('code', 'print(1)'),
    { tools: [custom('code')], tool_choice: custom('code') },
  ],
])('%s fits the request', async ([, step, fields]) => {
  await expect(answer(step, fields)).resolves.toBeDefined();
});

test('a request that fails needs no answer', async () => {
  const error = await rejection(answer(modelFails({ kind: 'status', status: 500 }), { ...required, n: 2 }));
  expect(error).not.toBeInstanceOf(ScriptMistakeError);
});

const meant = { hallucinated: true };

test.for<[title: string, ModelStep, Fields]>([
  ['a text', say('x', meant), required],
  ['a call', callTool('a', {}, meant), none],
  ['a call of another tool', callTool('b', {}, meant), forced],
  ['the second of two calls', callTools([callTool('a'), callTool('b', {}, meant)]), single],
  ['both calls', callTools([callTool('a'), callTool('b')], meant), single],
  ['a call whose step is marked', callTools([callTool('ghost')], meant), { tools }],
  ['prose', say('x', meant), jsonSchema(true)],
  ['one answer of two', say('x', meant), { n: 2 }],
  ['raw arguments', callTool('a', '{"id":'), none],
])('hallucinated means it: %s', async ([, step, fields]) => {
  await expect(answer(step, fields)).resolves.toBeDefined();
});

test('of two calls, the one that is not marked must fit', async () => {
  const step = callTools([callTool('a', {}, meant), callTool('b')]);
  expect(await mistake(step, none)).toMatchObject({ tool: 'b' });
});

test('the messages say what the request allows, what the step says, and what to do', async ({ expect }) => {
  const messages = [];
  for (const [step, fields] of [
    [callTool('a'), none],
    [say('x'), required],
    [callTool('b'), forced],
    [two, single],
    [say('x'), { n: 2 }],
    [say('prose'), jsonObject],
    [say('{"ok":1,"more":2}'), jsonSchema(true)],
    [say('[]'), jsonSchema(true)],
  ] as const)
    messages.push((await mistake(step, fields)).message.split('\nThe conversation')[0]);
  expect(messages.join('\n')).toMatchInlineSnapshot(`
    "Step 1 (steps[0]) calls the tool "a", but the request allows no calls (tool_choice: "none"). Correct the step, or the request, or mark the call { hallucinated: true } if the model is meant to be wrong.
    Step 1 (steps[0]) calls no tool, but the request demands a call (tool_choice: "required"). Correct the step, or the request, or mark the step { hallucinated: true } if the model is meant to be wrong.
    Step 1 (steps[0]) calls the tool "b", but the request allows only a (tool_choice: {"type":"function","function":{"name":"a"}}). Correct the step, or the request, or mark the call { hallucinated: true } if the model is meant to be wrong.
    Step 1 (steps[0]) makes 2 calls, but the request allows one call in an answer (parallel_tool_calls: false). Correct the step, or the request, or mark the call { hallucinated: true } if the model is meant to be wrong.
    Step 1 (steps[0]) is one answer, but the request asks for 2 answers (n: 2), and a script answers each request once. Correct the step, or the request, or mark the step { hallucinated: true } if the model is meant to be wrong.
    Step 1 (steps[0]) says "prose", but the request demands JSON (response_format: json_object). Correct the step, or the request, or mark the step { hallucinated: true } if the model is meant to be wrong.
    Step 1 (steps[0]) says "{\\"ok\\":1,\\"more\\":2}", but the request demands JSON that fits the schema "verdict" (response_format: json_schema): "more" is not in the schema. "ok" must be a boolean, but is the number 1. Correct the step, or the request, or mark the step { hallucinated: true } if the model is meant to be wrong.
    Step 1 (steps[0]) says "[]", but the request demands JSON that fits the schema "verdict" (response_format: json_schema): The whole must be an object, but is an array of 0 items. Correct the step, or the request, or mark the step { hallucinated: true } if the model is meant to be wrong."
  `);
});

test('a schema that cannot be used is named', async () => {
  const format = { type: 'json_schema', json_schema: { name: 'x', strict: true, schema: { $ref: '#/no' } } };
  expect((await mistake(say('{}'), { response_format: format })).message).toMatch(
    'The schema itself is not a valid JSON Schema.',
  );
});

test('an answer is compared with a schema before the validator is loaded', async () => {
  vi.resetModules();
  const { scriptedProvider: fresh } = await import('swarmcheck/testing');
  const asked = request(jsonSchema(true) as Partial<CompletionRequest>);
  const error = await rejection(fresh([say('{"ok":1}')]).complete(asked));
  expect(error).toMatchObject({ name: 'ScriptMistakeError', field: 'response_format' });
});

test('a streamed request, and a step that a function returned, have the same error', async () => {
  const whole = await mistake(say('x'), required);
  const asked = request(required as Partial<CompletionRequest>);
  const streamed = await rejection(readAll(scriptedProvider([say('x')]).stream(asked)));
  const returned = await rejection(scriptedProvider([() => say('x')]).complete(asked));
  expect([streamed.message, returned.message]).toEqual([whole.message, whole.message]);
  expect(factsOf(streamed)).toEqual(factsOf(whole));
});

test.for(ways)(
  'an agent that must call a tool cannot answer with a text, $name',
  async ({ transport, stream }) => {
    const agent = new Agent({ functions: [echoTool('look_up')], toolChoice: 'required' });
    const play = async (last: ModelStep) =>
      await runScenario({ agent, steps: [user('hi'), callTool('look_up'), last] }, { transport, stream });
    expect((await play(say('ok'))).error).toMatchObject({ name: 'ScriptMistakeError', step: 3 });
    expect((await play(say('ok', meant))).passed).toBe(true);
  },
);

test('an app with its own client must get the JSON of its request', async () => {
  const agent = externalAgent(async (turn) => {
    const response_format = { type: 'json_object' } as const;
    const messages = [{ role: 'user', content: turn.message }] as const;
    await clientOf(turn)
      .chat.completions.create({ model: 'm', messages: [...messages], response_format })
      .catch(() => {});
  });
  const { error } = await runScenario({ agent, steps: [user('hi'), say('prose')] });
  expect(error).toMatchObject({ name: 'ScriptMistakeError', field: 'response_format' });
});
