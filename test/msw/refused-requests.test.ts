/** Requests that the API would refuse. The rules themselves are in test/wire/request-problems.test.ts. */
import OpenAI from 'openai';
import { mockModel } from 'swarmcheck/msw';
import { callTool, say, type MockModel } from 'swarmcheck/testing';
import { expect, test } from 'vitest';
import 'swarmcheck/vitest';
import { bareClient, hello, offer, type Request } from '../support/openai-client.ts';
import { factsOf } from '../support/facts-of.ts';

const call = {
  id: 'call_1',
  type: 'function' as const,
  function: { name: 'look_up', arguments: '{}' },
};
const question: Request['messages'][number] = { role: 'user', content: 'Hello?' };

/** Sends a request to a mock without steps, and returns the error of the client. */
async function refusalOf(request: unknown): Promise<unknown> {
  mockModel([]);
  return await bareClient()
    .chat.completions.create(request as Request)
    .catch((error: unknown) => error);
}

test.for<[string, unknown, { message: string; param: string | null }]>([
  ['no model', { messages: [question] }, { message: '400 you must provide a model parameter', param: null }],
  [
    'no messages',
    { ...hello, messages: [] },
    {
      message:
        "400 Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.",
      param: 'messages',
    },
  ],
  [
    'a tool message without its call',
    { ...hello, messages: [question, { role: 'tool', tool_call_id: 'call_1', content: 'paid' }] },
    {
      message:
        "400 Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.",
      param: 'messages.[1].role',
    },
  ],
  [
    'unanswered calls',
    { ...hello, messages: [question, { role: 'assistant', content: null, tool_calls: [call] }, question] },
    {
      message:
        "400 An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: call_1",
      param: 'messages.[2].role',
    },
  ],
  [
    'tool_choice without tools',
    { ...hello, tool_choice: 'auto' },
    {
      message:
        "400 Invalid value for 'tool_choice': 'tool_choice' is only allowed when 'tools' are specified.",
      param: 'tool_choice',
    },
  ],
  [
    'an unknown role',
    { ...hello, messages: [{ role: 'bot', content: 'Hi.' }] },
    {
      message:
        "400 Invalid value: 'bot'. Supported values are: 'system', 'assistant', 'user', 'function', 'tool', and 'developer'.",
      param: 'messages[0].role',
    },
  ],
])('a request with %s is a BadRequestError with the message of the API', async ([, request, told]) => {
  const error = await refusalOf(request);
  expect(error).toBeInstanceOf(OpenAI.BadRequestError);
  expect(error).toMatchObject({ status: 400, type: 'invalid_request_error', ...told });
});

test('a streamed request is refused in the same way', async () => {
  const error = await refusalOf({ messages: [question], stream: true });
  expect(error).toMatchObject({ status: 400, message: '400 you must provide a model parameter' });
});

test('a refused request is in the requests and the trace of the mock', async () => {
  const mock = mockModel([]);
  const messages = [question, { role: 'tool' as const, tool_call_id: 'call_1', content: 'paid' }];
  await expect(bareClient().chat.completions.create({ ...hello, messages })).rejects.toThrow('400');
  expect(mock.requests).toEqual([{ model: 'gpt-4o', messages }]);
  expect(mock.trace.events).toContainEqual(
    expect.objectContaining({
      type: 'model-error',
      error: { name: 'BadRequestError', message: 'status 400', status: 400 },
    }),
  );
  expect(mock).toHaveStoppedBecause('failed');
});

test('a refused request uses no step', async () => {
  const mock = mockModel([say('Hi.')]);
  const client = bareClient();
  await expect(client.chat.completions.create({ ...hello, tool_choice: 'auto' })).rejects.toThrow('400');
  expect((await client.chat.completions.create(hello)).choices[0]?.message.content).toBe('Hi.');
  expect(mock.requests).toHaveLength(2);
});

/** The mistake in the script that disposing of the mock throws. */
function mistakeOf(mock: MockModel): Error | undefined {
  try {
    mock[Symbol.dispose]();
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
  return undefined;
}

test('a call of a tool that was not offered is a mistake in the script, and the client does not retry', async () => {
  const mock = mockModel([callTool('look_op')]);
  const call = bareClient().chat.completions.create({ ...hello, tools: [offer('look_up')] });
  await expect(call).rejects.toMatchObject({ status: 500, code: 'ScriptMistakeError' });
  expect(mock.requests).toHaveLength(1);
  expect(factsOf(mistakeOf(mock))).toEqual({
    error: 'ScriptMistakeError',
    step: 1,
    tool: 'look_op',
    suggestion: 'look_up',
  });
});

test('arguments that fail the schema of the request are a mistake in the script', async () => {
  const mock = mockModel([callTool('look_up', { order: 17 })]);
  const tools = [
    offer('look_up', { type: 'object', properties: { orderId: { type: 'string' } }, required: ['orderId'] }),
  ];
  await expect(bareClient().chat.completions.create({ ...hello, tools })).rejects.toThrow(
    '"orderId" is missing',
  );
  expect(mistakeOf(mock)).toMatchObject({ name: 'ScriptMistakeError' });
});

test('a request beyond the script is not retried, and disposing of the mock throws its error', async () => {
  const mock = mockModel([]);
  await expect(bareClient().chat.completions.create(hello)).rejects.toMatchObject({
    code: 'ScriptExhaustedError',
  });
  expect(mock.requests).toHaveLength(1);
  expect(mistakeOf(mock)).toMatchObject({ name: 'ScriptExhaustedError' });
});

test('a request to the Responses API gets an error that says how to choose Chat Completions', async () => {
  const mock = mockModel([say('Hi.')]);
  const call = bareClient().responses.create({ model: 'gpt-4o', input: 'Hello?' });
  await expect(call).rejects.toBeInstanceOf(OpenAI.NotFoundError);
  await expect(call).rejects.toThrow('openai: client.chat.completions.create(…)');
  expect(mistakeOf(mock)?.message).toMatch(/^The client called POST \/responses, /);
});

test('stream options are left out of a refused request, as of any other', async () => {
  using mock = mockModel([]);
  await fetch('https://llm.example.com/v1/chat/completions', {
    method: 'POST',
    body: JSON.stringify({ messages: hello.messages, stream: true, stream_options: { include_usage: true } }),
  });
  expect(mock.requests).toEqual([{ messages: hello.messages }]);
});
