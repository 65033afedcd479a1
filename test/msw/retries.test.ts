import OpenAI from 'openai';
import { modelFails, say } from 'swarmcheck/testing';
import { test } from 'swarmcheck/vitest';
import { expect } from 'vitest';
import { bareClient, hello, streamed, textOf } from '../support/openai-client.ts';

for (const status of [408, 409, 429, 500, 503, 529]) {
  test(`a client that gets status ${status} with a body retries, and gets its answer`, async ({ model }) => {
    const mock = model([modelFails({ kind: 'status', status, retryAfterMs: 0 }), say('Hi.')]);
    expect(await textOf(bareClient())).toBe('Hi.');
    expect(mock.requests).toHaveLength(2);
  });
}

test('a client that gets status 429 for a stream retries', async ({ model }) => {
  const mock = model([modelFails({ kind: 'status', status: 429, retryAfterMs: 0 }), say('Hi.')]);
  const { chunks } = await streamed(bareClient());
  expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('')).toBe('Hi.');
  expect(mock.requests).toHaveLength(2);
});

test('a client gives up after three requests, with the error of the API', async ({ model }) => {
  const overloaded = modelFails({ kind: 'status', status: 503, retryAfterMs: 1 });
  const mock = model([overloaded, overloaded, overloaded]);
  const error: unknown = await textOf(bareClient()).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(OpenAI.InternalServerError);
  expect(error).toMatchObject({ status: 503, type: 'server_error' });
  expect(mock.requests).toHaveLength(3);
});

test('the script can set the body of an error', async ({ model }) => {
  const body = { error: { message: 'No credits are left.', code: 'insufficient_quota' } };
  model([modelFails({ kind: 'status', status: 402, body })]);
  await expect(textOf(bareClient())).rejects.toMatchObject({
    status: 402,
    code: 'insufficient_quota',
    message: '402 No credits are left.',
  });
});

test('an error can have no body', async ({ model }) => {
  model([modelFails({ kind: 'status', status: 401, body: null })]);
  await expect(textOf(bareClient())).rejects.toThrow('401 status code (no body)');
});

test('a client does not retry status 403', async ({ model }) => {
  const mock = model([modelFails({ kind: 'status', status: 403 })]);
  await expect(textOf(bareClient())).rejects.toBeInstanceOf(OpenAI.PermissionDeniedError);
  expect(mock.requests).toHaveLength(1);
});

test('a broken connection is an APIConnectionError', async ({ model }) => {
  model([modelFails({ kind: 'reset' })]);
  const client = new OpenAI({ apiKey: 'none', maxRetries: 0 });
  await expect(textOf(client)).rejects.toBeInstanceOf(OpenAI.APIConnectionError);
});

test('the trace contains each try', async ({ model }) => {
  const mock = model([modelFails({ kind: 'status', status: 429, retryAfterMs: 0 }), say('Hi.')]);
  await textOf(bareClient());
  expect(mock.trace.events.map(({ type }) => type)).toEqual([
    'run-start',
    'model-request',
    'model-error',
    'model-request',
    'model-response',
    'run-end',
  ]);
  expect(mock.trace.events[2]).toMatchObject({ error: { name: 'RateLimitError', status: 429 } });
  expect(mock).toHaveStoppedBecause('completed');
});

test('a client that does not retry can continue after an error', async ({ model }) => {
  model([modelFails({ kind: 'status', status: 429 }), say('Hi.')]);
  const client = new OpenAI({ apiKey: 'none', maxRetries: 0 });
  await expect(client.chat.completions.create(hello)).rejects.toBeInstanceOf(OpenAI.RateLimitError);
  expect(await textOf(client)).toBe('Hi.');
});
