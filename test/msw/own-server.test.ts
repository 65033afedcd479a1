/** `chatCompletions` in an msw server of the test. The tests run in a nested Vitest without the setup file. */
import { beforeAll, expect, test } from 'vitest';
import { noNetwork, runVitest, type TestOutcome, toldOf } from '../support/run-vitest.ts';

const source = `
import OpenAI from 'openai';
import { setupServer } from 'msw/node';
import { chatCompletions, mockModel, startMocking } from 'swarmcheck/msw';
import { callTool, callTools, modelFails, say, scriptedProvider } from 'swarmcheck/testing';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';

const server = setupServer();
beforeAll(() => server.listen({ onUnhandledRequest: 'error' }));
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

const hello = { model: 'm', messages: [{ role: 'user', content: 'Hello?' }] };
const client = (options) => new OpenAI({ apiKey: 'none', ...options });
const ask = (request, options) => client(options).chat.completions.create({ ...hello, ...request });
const serve = (provider, options) => server.use(...chatCompletions(provider, options));

test('steps are answered unstreamed', async () => {
  serve([say('one'), say('two')]);
  expect((await ask()).choices[0].message.content).toBe('one');
  expect((await ask()).choices[0].message.content).toBe('two');
});

test('steps are answered streamed', async () => {
  serve([callTools([callTool('a', { text: 'größer 🌍' }), callTool('b', {})])]);
  const tools = ['a', 'b'].map((name) => ({ type: 'function', function: { name } }));
  const { choices } = await client().chat.completions.stream({ ...hello, tools }).finalChatCompletion();
  expect(choices[0].message.tool_calls.map((call) => call.function.arguments)).toEqual(['{"text":"größer 🌍"}', '{}']);
});

test('a scripted provider reports the steps left over', async () => {
  const provider = scriptedProvider([say('one'), say('two')]);
  serve(provider);
  await ask();
  expect(() => provider.assertComplete()).toThrow('say("two")');
});

test('handlers for a base URL leave other addresses alone', async () => {
  serve([say('here')], { baseURL: 'https://llm.invalid/v1' });
  const { choices } = await ask({}, { baseURL: 'https://llm.invalid/v1' });
  expect(choices[0].message.content).toBe('here');
  await expect(ask({}, { maxRetries: 0 })).rejects.toBeInstanceOf(OpenAI.APIConnectionError);
});

test('a request that the API would refuse is refused', async () => {
  serve([]);
  await expect(ask({ tool_choice: 'auto' })).rejects.toMatchObject({ name: 'Error', status: 400, param: 'tool_choice' });
});

test('a request beyond the script is not retried', async () => {
  const provider = scriptedProvider([]);
  serve(provider);
  await expect(ask()).rejects.toMatchObject({ status: 500, code: 'ScriptExhaustedError', message: expect.stringContaining('Completion 1 was requested') });
  expect(provider.requests).toHaveLength(1);
});

test('a request to the Responses API gets an error that says what to call', async () => {
  serve([]);
  const call = client().responses.create({ model: 'm', input: 'Hello?' });
  await expect(call).rejects.toMatchObject({ status: 404, message: expect.stringContaining('client.chat.completions.create(…)') });
});

const completion = {
  id: 'c', object: 'chat.completion', created: 1, model: 'own',
  choices: [{ index: 0, message: { role: 'assistant', content: 'from a provider', refusal: null }, finish_reason: 'stop', logprobs: null }],
};
const chunk = (delta, finish_reason = null) => ({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'own', choices: [{ index: 0, delta, finish_reason, logprobs: null }] });
const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 };
const seen = [];
const own = {
  complete: async (request) => { seen.push(request); return completion; },
  async *stream(request) {
    seen.push(request);
    yield chunk({ role: 'assistant', content: 'from a ' });
    yield chunk({ content: 'provider' });
    yield chunk({}, 'stop');
    yield { ...chunk({}), choices: [], usage };
  },
};

test('a custom provider answers unstreamed', async () => {
  serve(own);
  expect(await ask({ temperature: 0 })).toEqual(completion);
  expect(seen.at(-1)).toEqual({ ...hello, temperature: 0 });
});

test('a custom provider answers streamed', async () => {
  serve(own);
  const chunks = [];
  for await (const one of await ask({ stream: true, stream_options: { include_usage: true } })) chunks.push(one);
  expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('')).toBe('from a provider');
  expect(chunks.at(-1).usage).toEqual(usage);
  expect(seen.at(-1)).toEqual(hello);
});

test('a stream of a custom provider has no usage if the request does not ask for it', async () => {
  serve(own);
  const chunks = [];
  for await (const one of await ask({ stream: true })) chunks.push(one);
  expect(chunks).toHaveLength(3);
});

const failing = (error) => ({
  complete: async () => { throw error(); },
  async *stream() { throw error(); },
});
const rateLimit = () => new OpenAI.RateLimitError(429, { message: 'Slow down.', code: 'rate_limit_exceeded' }, undefined, new Headers({ 'x-request-id': 'r-1' }));

for (const stream of [false, true]) {
  const how = stream ? ', streamed' : '';
  test('an API error of a provider reaches the client' + how, async () => {
    serve(failing(rateLimit));
    const error = await ask({ stream }, { maxRetries: 0 }).catch((reason) => reason);
    expect(error).toBeInstanceOf(OpenAI.RateLimitError);
    expect([error.message, error.code, error.requestID]).toEqual(['429 Slow down.', 'rate_limit_exceeded', 'r-1']);
  });
  test('a connection error of a provider reaches the client' + how, async () => {
    serve(failing(() => new OpenAI.APIConnectionError({ message: 'gone' })));
    await expect(ask({ stream }, { maxRetries: 0 })).rejects.toBeInstanceOf(OpenAI.APIConnectionError);
  });
  test('a provider error that is not an API error becomes a 500, and is not retried' + how, async () => {
    let count = 0;
    serve(failing(() => { count++; return new Error('a mistake of mine'); }));
    const error = await ask({ stream }).catch((reason) => reason);
    expect(error).toBeInstanceOf(OpenAI.InternalServerError);
    expect(error.message).toBe('500 a mistake of mine');
    expect(count).toBe(1);
  });
}

test('a stream of a provider that breaks off is an error after its chunks', async () => {
  serve({ ...own, async *stream() { yield chunk({ content: 'from' }); throw new Error('gone'); } });
  const chunks = [];
  const reading = (async () => { for await (const one of await ask({ stream: true })) chunks.push(one); })();
  await expect(reading).rejects.toThrow('gone');
  expect(chunks).toHaveLength(1);
});

test('a malformed step is refused', () => { expect(() => chatCompletions([{}])).toThrow('Step 1'); });

test('mockModel without the setup file says how to add it', () => {
  expect(() => mockModel([])).toThrow('Add setupFiles: ["swarmcheck/msw/setup"] to "test" in vitest.config.ts');
});
`;

let outcomes: Map<string, TestOutcome>;

beforeAll(async () => {
  outcomes = await runVitest(source, {
    files: { 'no-network.ts': noNetwork },
    setupFiles: ['no-network.ts'],
  });
}, 60_000);

test.for(
  [...source.matchAll(/^ *test\('([^']+)'( \+ how)?/gm)].flatMap(([, name, both]) =>
    both ? [name!, `${name}, streamed`] : [name!],
  ),
)('%s', (name) => {
  expect(toldOf(outcomes, name)).toEqual(['passed']);
});
