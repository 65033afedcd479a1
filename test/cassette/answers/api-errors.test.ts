/** Errors of the API are replayed as the client threw them. */
import OpenAI from 'openai';
import { expect, test } from 'vitest';
import { openaiProvider, type CompletionProvider } from 'swarmcheck';
import { modelFails, replayProvider, say, scriptedProvider } from 'swarmcheck/testing';
import { json, serve } from '../../support/loopback.ts';
import { completing } from '../../support/completions.ts';
import { rejection } from '../../support/failures.ts';
import { Folder } from '../folder.ts';
import { answerTo } from '../replay/tapes.ts';
import { pieces, record, replay, whole } from './keeping.ts';

const asks = [
  ['whole', (provider: CompletionProvider) => rejection(whole(provider))],
  ['in pieces', (provider: CompletionProvider) => rejection(pieces(provider))],
] as const;
const [[, failing]] = asks;

/** Records an API that answers one request with this status and this body. */
async function recordStatus(
  cassette: string,
  { status, body, headers = {} }: { status: number; body: unknown; headers?: Record<string, string> },
  ask = failing,
): Promise<Error> {
  using server = await serve(({ response }) => {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    json(response, status, body);
  });
  return await record(cassette, openaiProvider(server.options), ask);
}

const error = { message: 'No.', type: 'some_type', param: 'messages', code: 'some_code' };

const statuses = [
  [400, OpenAI.BadRequestError],
  [404, OpenAI.NotFoundError],
  [409, OpenAI.ConflictError],
  [418, OpenAI.APIError],
  [422, OpenAI.UnprocessableEntityError],
  [429, OpenAI.RateLimitError],
  [500, OpenAI.InternalServerError],
  [503, OpenAI.InternalServerError],
] as const;

test.for(statuses)('status %i is replayed as the same error of the client', async ([status, type]) => {
  using folder = new Folder();
  const live = await recordStatus(folder.file(), { status, body: { error } });
  const played = await replay(folder.file(), failing);
  expect(live.constructor).toBe(type);
  expect(played.constructor).toBe(type);
  expect(played.message).toBe(live.message);
  expect(played).toMatchObject({ status, error, type: 'some_type', param: 'messages', code: 'some_code' });
});

for (const [recorded, ask] of asks) {
  for (const [replayed, again] of asks) {
    test(`an error that was recorded ${recorded} is replayed ${replayed}`, async () => {
      using folder = new Folder();
      await recordStatus(folder.file(), { status: 429, body: { error } }, ask);
      expect(await replay(folder.file(), again)).toBeInstanceOf(OpenAI.RateLimitError);
    });
  }
}

/** Error bodies that the API itself would not send. */
const bodies: [string, unknown][] = [
  ['not JSON', '<h1>Bad gateway</h1>'],
  ['an empty text', ''],
  ['an object without "error"', { detail: 'No.' }],
  ['a string as "error"', { error: 'No.' }],
  ['an error without a message', { error: { code: 7 } }],
  ['an error whose message is not a string', { error: { message: { en: 'No.' } } }],
  ['a message of several lines', { error: { message: 'No.\nNever.' } }],
  ['null', 'null'],
];

test.for(bodies)('the message and the error are replayed for this body: %s', async ([, body]) => {
  using folder = new Folder();
  const live = await recordStatus(folder.file(), { status: 502, body });
  const played = await replay(folder.file(), failing);
  expect(played).toBeInstanceOf(OpenAI.InternalServerError);
  expect(played.message).toBe(live.message);
  expect((played as Error & { error?: unknown }).error).toEqual((live as Error & { error?: unknown }).error);
});

const kept = {
  'retry-after': '2',
  'retry-after-ms': '1500',
  'x-ratelimit-limit-requests': '60',
  'x-ratelimit-remaining-tokens': '0',
  'x-ratelimit-reset-tokens': '6m0s',
  'x-should-retry': 'true',
};
const others = {
  'x-request-id': 'req_1',
  'openai-organization': 'org-1',
  'set-cookie': 'session=1',
  'retry-after-friday': '1',
  'x-ratelimited': '1',
  via: 'proxy',
};

test('only headers about retries and rate limits are recorded', async () => {
  using folder = new Folder();
  await recordStatus(folder.file(), { status: 429, body: { error }, headers: { ...kept, ...others } });
  expect(folder.json().lanes[0]?.interactions[0]?.error?.headers).toEqual(kept);
  const played = (await replay(folder.file(), failing)) as Error & { headers?: Headers };
  expect(Object.fromEntries(played.headers!)).toEqual(kept);
});

test('an error without headers about retries is recorded without headers', async () => {
  using folder = new Folder();
  await recordStatus(folder.file(), { status: 500, body: { error }, headers: others });
  expect(folder.json().lanes[0]?.interactions[0]?.error).not.toHaveProperty('headers');
  expect(await replay(folder.file(), failing)).toHaveProperty('headers', new Headers());
});

test('a broken connection is replayed as an APIConnectionError', async () => {
  using folder = new Folder();
  using server = await serve(({ response }) => response.destroy());
  const live = await record(folder.file(), openaiProvider(server.options), failing);
  const played = await replay(folder.file(), failing);
  expect(live.constructor).toBe(OpenAI.APIConnectionError);
  expect(played.constructor).toBe(OpenAI.APIConnectionError);
  expect(played.message).toBe(live.message);
});

test('a timeout is replayed as an APIConnectionTimeoutError', async () => {
  using folder = new Folder();
  const live = completing(Promise.reject(new OpenAI.APIConnectionTimeoutError()));
  await record(folder.file(), live, failing);
  expect((await replay(folder.file(), failing)).constructor).toBe(OpenAI.APIConnectionTimeoutError);
});

test('an error of another client keeps its name, message, status, headers and body', async () => {
  using folder = new Folder();
  class TooFast extends Error {
    override readonly name = 'TooFast';
    readonly status = 429;
    readonly headers = new Headers(kept);
    readonly error = { code: 7 };
  }
  await record(folder.file(), completing(Promise.reject(new TooFast('429 slow down'))), failing);
  expect(await replay(folder.file(), failing)).toMatchObject({
    name: 'TooFast',
    message: '429 slow down',
    status: 429,
    headers: new Headers(kept),
    error: { code: 7 },
  });
});

test('any other error keeps its name and its message', async () => {
  using folder = new Folder();
  await record(folder.file(), completing(Promise.reject(new RangeError('too\nlong'))), failing);
  expect(await replay(folder.file(), failing)).toMatchObject({ name: 'RangeError', message: 'too\nlong' });
});

test('a retry after an error gets the recorded answer of the retry', async () => {
  using folder = new Folder();
  const steps = [modelFails({ kind: 'status', status: 429, retryAfterMs: 0 }), say('It is.')];
  const retrying = async (provider: CompletionProvider) => {
    const first = await rejection(answerTo(provider, 'What is it?'));
    return [first.constructor, await answerTo(provider, 'What is it?')];
  };
  await record(folder.file(), scriptedProvider(steps), retrying);
  expect(await replay(folder.file(), retrying)).toEqual([OpenAI.RateLimitError, 'It is.']);
});

test('each replay throws a new error object', async () => {
  using folder = new Folder();
  await recordStatus(folder.file(), { status: 429, body: { error } });
  const [first, second] = await Promise.all(
    [1, 2].map(async () => {
      using provider = replayProvider(folder.file());
      return await failing(provider);
    }),
  );
  expect(first).not.toBe(second);
});
