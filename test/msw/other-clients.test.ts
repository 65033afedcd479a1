/** Requests that the openai package does not make, or makes in an unusual way. */
import { once } from 'node:events';
import https, { request } from 'node:https';
import { json, text } from 'node:stream/consumers';
import type { IncomingMessage } from 'node:http';
import { AzureOpenAI } from 'openai';
import { modelFails, say } from 'swarmcheck/testing';
import { test } from 'swarmcheck/vitest';
import { expect } from 'vitest';
import { hello, textOf } from '../support/openai-client.ts';

const url = 'https://llm.example.com/v1/chat/completions';
const body = JSON.stringify(hello);
const method = 'POST';

test('a plain fetch is answered', async ({ model }) => {
  const mock = model([say('Hi.'), say('Hi again.')]);
  const response = await fetch(url, { method, body });
  expect(response.headers.get('content-type')).toBe('application/json');
  expect(await response.json()).toMatchObject({ choices: [{ message: { content: 'Hi.' } }] });
  expect(await (await fetch(new Request(url, { method, body }))).json()).toMatchObject({ id: 'chatcmpl-2' });
  expect(mock.requests).toEqual([hello, hello]);
});

test('a stream is sent as server-sent events, and ends with [DONE]', async ({ model }) => {
  model([say('Hi.')]);
  const response = await fetch(url, { method, body: JSON.stringify({ ...hello, stream: true }) });
  expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  const frames = (await response.text()).split('\n\n');
  expect(frames.slice(-2)).toEqual(['data: [DONE]', '']);
  expect(
    frames.slice(0, -2).map((frame) => JSON.parse(frame.replace(/^data: /, '')) as unknown),
  ).toMatchObject([
    {
      object: 'chat.completion.chunk',
      choices: [{ index: 0, delta: { role: 'assistant' }, finish_reason: null }],
    },
    { choices: [{ delta: { content: 'Hi.' } }] },
    { choices: [{ delta: {}, finish_reason: 'stop' }] },
  ]);
});

test('a request that is not JSON is refused with the message of the API', async ({ model }) => {
  model([]);
  const response = await fetch(url, { method, body: '{"model":' });
  expect(response.status).toBe(400);
  expect(await response.text()).toMatch('We could not parse the JSON body of your request.');
});

for (const [name, send] of Object.entries({
  'https.request': https.request,
  'an imported request': request,
})) {
  test(`${name} is answered`, async ({ model }) => {
    const mock = model([modelFails({ kind: 'status', status: 503 }), say('Hi.')]);
    const ask = async (sent: string) => {
      const [response] = (await once(send(url, { method }).end(sent), 'response')) as [IncomingMessage];
      return response;
    };
    const refused = await ask(body);
    expect(refused.statusCode).toBe(503);
    await text(refused);
    expect(await json(await ask(body))).toMatchObject({ choices: [{ message: { content: 'Hi.' } }] });
    expect(mock.requests).toEqual([hello, hello]);
  });
}

test('requests to the addresses of Azure are answered', async ({ model }) => {
  model([say('Hi.')]);
  const endpoint = 'https://swarm.openai.azure.com';
  const client = new AzureOpenAI({ apiKey: 'none', endpoint, apiVersion: '2026-01-01', deployment: 'gpt' });
  expect(await textOf(client)).toBe('Hi.');
});

test('the mock keeps options of a request that it does not use', async ({ model }) => {
  const mock = model([say('Hi.')]);
  const more = { temperature: 0.5, seed: 7, metadata: { for: 'Ann' }, top_k: 3 };
  await fetch(url, {
    method,
    body: JSON.stringify({ ...hello, ...more, stream: true, stream_options: { include_usage: true } }),
  });
  expect(mock.requests).toEqual([{ ...hello, ...more }]);
});
