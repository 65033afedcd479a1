import OpenAI from 'openai';
import { expect, test } from 'vitest';
import { modelFails, scriptedProvider, type Fault } from 'swarmcheck/testing';
import { readAll } from '../support/completions.ts';
import { rejection } from '../support/failures.ts';
import { request } from './ask.ts';

const statuses = [400, 401, 403, 404, 409, 422, 429, 500, 503];

const classes = {
  400: OpenAI.BadRequestError,
  401: OpenAI.AuthenticationError,
  403: OpenAI.PermissionDeniedError,
  404: OpenAI.NotFoundError,
  409: OpenAI.ConflictError,
  422: OpenAI.UnprocessableEntityError,
  429: OpenAI.RateLimitError,
  500: OpenAI.InternalServerError,
  503: OpenAI.InternalServerError,
} as const;

const failing = (fault: Fault) => rejection(scriptedProvider([modelFails(fault)]).complete(request()));

/** The error that the openai client throws for a response with this status and body. */
function failingClient(status: number, body: string | null): Promise<Error> {
  const client = new OpenAI({
    apiKey: 'none',
    maxRetries: 0,
    fetch: async () => new Response(body, { status }),
  });
  return rejection(client.chat.completions.create({ model: 'gpt-4o', messages: [] }));
}

test.for(Object.entries(classes))(
  "status %s throws the openai client's error class",
  async ([status, errorClass]) => {
    const error = await failing({ kind: 'status', status: Number(status) });
    expect(error).toBeInstanceOf(errorClass);
    expect(error).toHaveProperty('status', Number(status));
  },
);

test.for(statuses)('status %i rejects a stream before its first chunk', async (status) => {
  const error = await rejection(
    readAll(scriptedProvider([modelFails({ kind: 'status', status })]).stream(request())),
  );
  expect(error).toBeInstanceOf(OpenAI.APIError);
  expect(error).toHaveProperty('status', status);
});

test.for(statuses)(
  'status %i throws the same error as the openai client for the same response',
  async (status) => {
    const scripted = await failing({ kind: 'status', status });
    const body = JSON.stringify({ error: (scripted as InstanceType<typeof OpenAI.APIError>).error });
    const real = await failingClient(status, body);
    expect(scripted.constructor).toBe(real.constructor);
    expect(scripted.message).toBe(real.message);
    expect(scripted).toMatchObject({ type: real instanceof OpenAI.APIError ? real.type : undefined });
  },
);

test('a status without a body throws the same error as the openai client', async () => {
  const scripted = await failing({ kind: 'status', status: 503, body: null });
  const real = await failingClient(503, null);
  expect(scripted.constructor).toBe(real.constructor);
  expect(scripted.message).toBe(real.message);
});

test('the body of a fault reaches the caller', async () => {
  const body = {
    error: { message: 'Too many tokens.', type: 'tokens', param: null, code: 'rate_limit_exceeded' },
  };
  const scripted = await failing({ kind: 'status', status: 429, body });
  const real = await failingClient(429, JSON.stringify(body));
  expect(scripted.message).toBe(real.message);
  expect(scripted).toMatchObject({ code: 'rate_limit_exceeded', type: 'tokens' });
});

test('a body that is not JSON gives the same message as in the openai client', async () => {
  const scripted = await failing({ kind: 'status', status: 502, body: '<h1>Bad Gateway</h1>' });
  const real = await failingClient(502, '<h1>Bad Gateway</h1>');
  expect(scripted.message).toBe(real.message);
});

test('an undefined body gives the default body', async () => {
  const scripted = await failing({ kind: 'status', status: 500, body: undefined });
  expect(scripted.message).toBe((await failing({ kind: 'status', status: 500 })).message);
});

test('retryAfterMs is in the headers of the error', async () => {
  const error = await failing({ kind: 'status', status: 429, retryAfterMs: 20 });
  expect((error as InstanceType<typeof OpenAI.APIError>).headers?.get('retry-after-ms')).toBe('20');
});

test("reset throws the openai client's connection error, streamed and unstreamed", async () => {
  const steps = [modelFails({ kind: 'reset' })];
  const [whole, streamed] = [
    await rejection(scriptedProvider(steps).complete(request())),
    await rejection(readAll(scriptedProvider(steps).stream(request()))),
  ];
  expect(whole).toBeInstanceOf(OpenAI.APIConnectionError);
  expect(streamed).toBeInstanceOf(OpenAI.APIConnectionError);
  expect(whole.message).toBe('Connection error.');
});

test('the script continues after a failure', async () => {
  const provider = scriptedProvider([modelFails({ kind: 'status', status: 429 }), { say: 'better now' }]);
  await rejection(provider.complete(request()));
  expect((await provider.complete(request())).choices[0]?.message.content).toBe('better now');
});
