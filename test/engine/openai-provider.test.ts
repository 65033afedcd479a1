import OpenAI from 'openai';
import { expect, test, vi } from 'vitest';
import { Agent, InvalidCompletionError, openaiProvider, partialResponse, Swarm, tool } from 'swarmcheck';
import { traceOf } from 'swarmcheck/testing';
import { complete, json, serve } from '../support/loopback.ts';
import { asking, completion, saying } from '../support/completions.ts';
import { bothWays, toolContents, unstreamed } from '../support/runs.ts';
import { rejectedWith } from '../support/failures.ts';

const call = { id: 'a', function: { name: 'add', arguments: '{"x":1,"y":2}' } };
const add = tool({
  name: 'add',
  description: 'Adds.',
  parameters: {
    type: 'object',
    properties: { x: { type: 'number' }, y: { type: 'number' } },
    required: ['x', 'y'],
  },
  execute: ({ x, y }) => x + y,
});

test.for(bothWays)('openaiProvider sends a request to the API, %s', async ([way, run]) => {
  using server = await serve(complete(saying('Hello.')));
  const response = await run({ provider: openaiProvider(server.options), conversation: 'ann-1' });
  expect(response.messages).toEqual([{ role: 'assistant', content: 'Hello.', sender: 'Agent' }]);
  expect(server.exchanges[0]?.request).toMatchObject({
    method: 'POST',
    url: '/v1/chat/completions',
    headers: { authorization: 'Bearer none' },
  });
  expect(server.exchanges[0]?.body).toEqual({
    model: 'gpt-4o',
    messages: [
      { role: 'system', content: 'You are a helpful agent.' },
      { role: 'user', content: 'hi' },
    ],
    ...(way === 'streamed' ? { stream: true, stream_options: { include_usage: true } } : {}),
  });
});

test.for(bothWays)('tools go over the wire, and so do their results, %s', async ([, run]) => {
  using server = await serve(complete(completion(asking(call))), complete(saying('3.')));
  const response = await run({
    agent: new Agent({ functions: [add] }),
    provider: openaiProvider(server.options),
  });
  expect(toolContents(response)).toEqual(['3']);
  expect(server.exchanges[1]?.body).toMatchObject({
    tools: [
      { type: 'function', function: { name: 'add', description: 'Adds.', parameters: add.parameters } },
    ],
    parallel_tool_calls: true,
  });
  expect(server.exchanges[1]?.body.messages.slice(2)).toEqual([
    { role: 'assistant', content: null, tool_calls: [{ type: 'function', ...call }] },
    { role: 'tool', tool_call_id: 'a', content: '3' },
  ]);
});

test.for(bothWays)('openaiProvider accepts a client, %s', async ([, run]) => {
  using server = await serve(complete(saying('Hello.')));
  const response = await run({ provider: openaiProvider(new OpenAI(server.options)) });
  expect(response.messages).toMatchObject([{ content: 'Hello.' }]);
});

test.for(bothWays)('one provider serves many runs, %s', async ([, run]) => {
  using server = await serve(complete(saying('one')), complete(saying('two')));
  const provider = openaiProvider(server.options);
  await run({ provider });
  await run({ provider });
  expect(server.exchanges).toHaveLength(2);
});

// The process has one environment, so each of the two tests that change it runs alone.
test.sequential('a swarm without a provider asks the API that the environment names', async ({
  onTestFinished,
}) => {
  using server = await serve(complete(saying('Hello.')));
  vi.stubEnv('OPENAI_BASE_URL', server.options.baseURL);
  vi.stubEnv('OPENAI_API_KEY', 'none');
  onTestFinished(() => void vi.unstubAllEnvs());
  const response = await new Swarm().run({ agent: new Agent(), messages: [] });
  expect(response.messages).toMatchObject([{ content: 'Hello.' }]);
});

test.sequential('a missing API key is reported when the model is asked, not before', async ({
  onTestFinished,
}) => {
  vi.stubEnv('OPENAI_API_KEY', undefined);
  onTestFinished(() => void vi.unstubAllEnvs());
  const swarm = new Swarm();
  await expect(swarm.run({ agent: new Agent(), messages: [] })).rejects.toThrow(/OPENAI_API_KEY/);
});

test.for(bothWays)(
  'a 429 reaches the caller as OpenAI.RateLimitError, without a retry, %s',
  async ([, run]) => {
    using server = await serve(complete(completion(asking(call))), ({ response }) =>
      json(response, 429, { error: { message: 'slow down' } }),
    );
    const error = await rejectedWith(
      run({ agent: new Agent({ functions: [add] }), provider: openaiProvider(server.options) }),
    );
    expect(error).toBeInstanceOf(OpenAI.RateLimitError);
    expect(error).toMatchObject({ status: 429, message: '429 slow down' });
    expect(server.exchanges).toHaveLength(2);
    expect(partialResponse(error)?.messages).toMatchObject([
      { role: 'assistant' },
      { role: 'tool', content: '3' },
    ]);
    expect(traceOf(error as object).events.at(-2)).toMatchObject({
      type: 'model-error',
      error: { name: 'RateLimitError', message: 'status 429', status: 429 },
    });
  },
);

test.for(bothWays)('a server that closes the connection causes a connection error, %s', async ([, run]) => {
  using server = await serve(({ response }) => void response.destroy());
  const error = await rejectedWith(run({ provider: openaiProvider(server.options) }));
  expect(error).toBeInstanceOf(OpenAI.APIConnectionError);
  expect(traceOf(error as object).events.at(-2)).toMatchObject({
    error: { name: 'APIConnectionError', message: 'connection error' },
  });
});

test.for(['{"choices": [', 'null', '[]', '"hi"', '{}'])(
  'a body of %s rejects with an InvalidCompletionError',
  async (body) => {
    using server = await serve(({ response }) => json(response, 200, body));
    expect(await rejectedWith(unstreamed({ provider: openaiProvider(server.options) }))).toBeInstanceOf(
      InvalidCompletionError,
    );
  },
);

test('the error for a body that is not JSON has a SyntaxError as its cause', async () => {
  using server = await serve(({ response }) => json(response, 200, '{"choices": ['));
  const error = await rejectedWith(unstreamed({ provider: openaiProvider(server.options) }));
  expect(error).toHaveProperty(
    'message',
    expect.stringContaining("The model's answer cannot be used: it is not JSON"),
  );
  expect(error).toHaveProperty('cause', expect.any(SyntaxError));
});

test.for(bothWays)('a page of HTML rejects with an InvalidCompletionError, %s', async ([, run]) => {
  using server = await serve(({ response }) =>
    response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Bad gateway</html>'),
  );
  expect(await rejectedWith(run({ provider: openaiProvider(server.options) }))).toBeInstanceOf(
    InvalidCompletionError,
  );
});

test('a body that is cut off rejects the run, and no tool runs', async () => {
  const execute = vi.fn<() => string>();
  const text = JSON.stringify(completion(asking({ id: 'a', function: { name: 'add', arguments: '{}' } })));
  using server = await serve(({ response }) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': text.length });
    response.write(text.slice(0, -10), () => response.destroy());
  });
  const agent = new Agent({ functions: [tool({ name: 'add', execute })] });
  const error = await rejectedWith(unstreamed({ agent, provider: openaiProvider(server.options) }));
  expect(error).toBeInstanceOf(Error);
  expect(execute).not.toHaveBeenCalled();
});

test.for(bothWays)(
  'an abort while the API is silent rejects the run with its reason, and closes the connection, %s',
  async ([, run]) => {
    const controller = new AbortController();
    using server = await serve(() => controller.abort('stop'));
    expect(
      await rejectedWith(run({ provider: openaiProvider(server.options), signal: controller.signal })),
    ).toBe('stop');
    await expect(server.exchanges[0]?.closed).resolves.toBeUndefined();
  },
);

test.for(bothWays)('an abort before the run makes no request, %s', async ([, run]) => {
  using server = await serve();
  expect(
    await rejectedWith(run({ provider: openaiProvider(server.options), signal: AbortSignal.abort('stop') })),
  ).toBe('stop');
  expect(server.exchanges).toEqual([]);
});
