import OpenAI from 'openai';
import { callTool, callTools, refuse, say } from 'swarmcheck/testing';
import { test } from 'swarmcheck/vitest';
import { expect } from 'vitest';
import {
  bareClient,
  hello,
  messageOf,
  offer,
  type Request,
  streamed,
  textOf,
} from '../support/openai-client.ts';

const text = 'An answer that is long enough to come in several pieces.';

for (const count of [0, 1, 3, 5]) {
  test(`a stream that breaks off after ${count} chunks delivers them all, then its error`, async ({
    model,
  }) => {
    const mock = model([say(text, { fault: { kind: 'cut', afterChunks: count, by: 'error' } })]);
    const { chunks, error } = await streamed(bareClient());
    expect(chunks).toHaveLength(count);
    expect(error).toMatchObject({ message: expect.stringContaining('the connection was closed') });
    expect(mock).toHaveStoppedBecause('failed');
  });

  test(`a stream that ends early after ${count} chunks delivers them all, and no error`, async ({
    model,
  }) => {
    const mock = model([say(text, { fault: { kind: 'cut', afterChunks: count, by: 'end' } })]);
    const { chunks, error } = await streamed(bareClient());
    expect(chunks).toHaveLength(count);
    expect(error).toBeUndefined();
    expect(mock).toHaveStoppedBecause('failed');
  });
}

test('the stream helper of the client notices a stream that ends early', async ({ model }) => {
  model([say(text, { fault: { kind: 'cut', afterChunks: 3, by: 'end' } })]);
  const stream = bareClient().chat.completions.stream(hello);
  await expect(stream.finalContent()).rejects.toThrow('missing finish_reason');
});

test('a client can continue after a stream that broke off', async ({ model }) => {
  model([say(text, { fault: { kind: 'cut', afterChunks: 1, by: 'error' } }), say('Next.')]);
  const client = bareClient();
  await streamed(client);
  expect(await textOf(client)).toBe('Next.');
});

test('an unstreamed answer that is cut off is not valid JSON', async ({ model }) => {
  model([say(text, { fault: { kind: 'cut', afterChunks: 1, by: 'end' } })]);
  await expect(textOf(bareClient())).rejects.toBeInstanceOf(SyntaxError);
});

test('a frame that is not JSON is an error of the client, after the chunks before it', async ({ model }) => {
  model([say(text, { fault: { kind: 'bad-frame', afterChunks: 2 } })]);
  // At its default log level, the client prints frames that it cannot parse.
  const { chunks, error } = await streamed(new OpenAI({ apiKey: 'none', logLevel: 'off' }));
  expect(chunks).toHaveLength(2);
  expect(error).toBeInstanceOf(SyntaxError);
});

test('a page of HTML in place of a stream gives no chunks', async ({ model }) => {
  model([{ fault: { kind: 'html' } }]);
  expect(await streamed(bareClient())).toEqual({ chunks: [] });
});

test('a stream has usage if the request asks for it', async ({ model }) => {
  const usage = { prompt_tokens: 9, completion_tokens: 3, total_tokens: 12 };
  model([say('Hi.', { usage })]);
  const { chunks } = await streamed(bareClient(), hello, { stream_options: { include_usage: true } });
  expect(chunks.at(-1)).toMatchObject({ choices: [], usage });
});

test('usage that the script does not set is zero', async ({ model }) => {
  model([say('Hi.')]);
  const { chunks } = await streamed(bareClient(), hello, { stream_options: { include_usage: true } });
  expect(chunks.at(-1)?.usage).toEqual({ prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 });
});

test('a stream has no usage if the request does not ask for it', async ({ model }) => {
  model([say('Hi.', { usage: { prompt_tokens: 9, completion_tokens: 3, total_tokens: 12 } })]);
  const { chunks } = await streamed(bareClient());
  expect(chunks.filter(({ choices, usage }) => usage || choices.length === 0)).toEqual([]);
});

test('an unstreamed answer always has usage', async ({ model }) => {
  const usage = { prompt_tokens: 9, completion_tokens: 3, total_tokens: 12 };
  model([say('Hi.', { usage })]);
  expect(await bareClient().chat.completions.create(hello)).toMatchObject({ usage });
});

test('a refusal replaces the text', async ({ model }) => {
  model([refuse('I will not help with that.'), refuse('Nor with that.')]);
  const client = bareClient();
  expect(await messageOf(client)).toMatchObject({ content: null, refusal: 'I will not help with that.' });
  const completion = await client.chat.completions.stream(hello).finalChatCompletion();
  expect(completion.choices[0]?.message).toMatchObject({ content: null, refusal: 'Nor with that.' });
});

const offering: Request = { ...hello, tools: [offer('look_up'), offer('weigh')] };
const both = callTools([
  callTool('look_up', { orderId: 'A-17', with: ['items', 'price'] }),
  callTool('weigh', { orderId: 'B-4' }),
]);

test('the arguments of parallel calls arrive interleaved, and the client joins them', async ({ model }) => {
  model([both, both]);
  const client = bareClient();
  const { chunks } = await streamed(client, offering);
  const indexes = chunks.flatMap(
    ({ choices }) => choices[0]?.delta.tool_calls?.map(({ index }) => index) ?? [],
  );
  expect(indexes.join('')).toMatch(/0+1+0+1+/);
  const completion = await client.chat.completions.stream(offering).finalChatCompletion();
  expect(completion.choices[0]?.message.tool_calls).toMatchObject([
    { id: 'call_3', function: { name: 'look_up', arguments: '{"orderId":"A-17","with":["items","price"]}' } },
    { id: 'call_4', function: { name: 'weigh', arguments: '{"orderId":"B-4"}' } },
  ]);
  expect(completion.choices[0]?.finish_reason).toBe('tool_calls');
});

test('one answer can have text and calls', async ({ model }) => {
  model([callTool('weigh', {}, { say: 'One moment.' })]);
  const completion = await bareClient().chat.completions.stream(offering).finalChatCompletion();
  expect(completion.choices[0]?.message).toMatchObject({
    content: 'One moment.',
    tool_calls: [{ function: { name: 'weigh', arguments: '{}' } }],
  });
});

test('the finish reason is the scripted one', async ({ model }) => {
  model([say('As long as', { finishReason: 'length' })]);
  const { choices } = await bareClient().chat.completions.create(hello);
  expect(choices[0]?.finish_reason).toBe('length');
});
