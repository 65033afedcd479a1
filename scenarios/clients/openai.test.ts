/** The client of OpenAI itself, with its retries, streams and runTools. */
import OpenAI from 'openai';
import { callTool, callTools, modelFails, say } from 'swarmcheck/testing';
import { test } from 'swarmcheck/vitest';
import { expect } from 'vitest';

const client = new OpenAI({ apiKey: 'none' });

const question = {
  model: 'gpt-4o',
  messages: [
    { role: 'system' as const, content: 'Answer with the weather.' },
    { role: 'user' as const, content: 'What is the weather in Oslo and Rome?' },
  ],
};

const getWeather = {
  name: 'get_weather',
  description: 'The weather of a city, now.',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  function: ({ city }: { city: string }) => `sunny in ${city}`,
  parse: (text: string) => JSON.parse(text) as { city: string },
};

const weather = (city: string) => callTool('get_weather', { city });

test('a tool call can be executed by hand', async ({ model }) => {
  const mock = model([weather('Oslo'), say('It is sunny.')]);
  const { name, description, parameters } = getWeather;
  const tools = [{ type: 'function' as const, function: { name, description, parameters } }];

  const first = await client.chat.completions.create({ ...question, tools });
  const { message } = first.choices[0]!;
  const [call] = message.tool_calls!;
  const answer = { role: 'tool' as const, tool_call_id: call!.id, content: 'sunny' };
  const messages = [...question.messages, message, answer];
  const second = await client.chat.completions.create({ ...question, tools, messages });

  expect(second.choices[0]?.message.content).toBe('It is sunny.');
  expect(mock).toHaveSeen({ instructions: 'Answer with the weather.', tools: ['get_weather'] });
  expect(mock).toHaveToolResult('get_weather', 'sunny');
  expect(mock).toHaveStoppedBecause('completed');
});

test('runTools executes single and parallel calls', async ({ model }) => {
  const mock = model([
    weather('Oslo'),
    callTools([weather('Rome'), weather('Bergen')]),
    say('Sunny, all of them.'),
  ]);
  const tools = [{ type: 'function' as const, function: getWeather }];

  const text = await client.chat.completions.runTools({ ...question, tools }).finalContent();

  expect(text).toBe('Sunny, all of them.');
  expect(mock).toHaveToolCalls([
    { tool: 'get_weather', args: { city: 'Oslo' } },
    {
      turn: [
        { tool: 'get_weather', args: { city: 'Rome' } },
        { tool: 'get_weather', args: { city: 'Bergen' } },
      ],
    },
  ]);
  expect(mock).toHaveToolResult('get_weather', 'sunny in Bergen');
});

test('runTools streams the text and executes parallel calls', async ({ model }) => {
  const mock = model([callTools([weather('Oslo'), weather('Rome')]), say('Sunny in both.')]);
  const tools = [{ type: 'function' as const, function: getWeather }];
  const pieces: string[] = [];

  const runner = client.chat.completions.runTools({ ...question, tools, stream: true });
  runner.on('content', (piece) => pieces.push(piece));
  await runner.done();

  expect(pieces.length).toBeGreaterThan(1);
  expect(pieces.join('')).toBe('Sunny in both.');
  expect(mock).toHaveToolResult('get_weather', 'sunny in Rome');
});

test('runTools recovers from an unknown tool', async ({ model }) => {
  const mock = model([
    callTool('get_wether', { city: 'Oslo' }, { hallucinated: true }),
    weather('Oslo'),
    say('It is sunny.'),
  ]);
  const tools = [{ type: 'function' as const, function: getWeather }];

  await client.chat.completions.runTools({ ...question, tools }).done();

  expect(mock).toHaveRecoveredFrom({
    tool: 'get_wether',
    kind: 'unknown-tool',
    content: 'Available options are: "get_weather"',
  });
});

test('a rate limit in the middle of a conversation is retried', async ({ model }) => {
  const mock = model([
    weather('Oslo'),
    modelFails({ kind: 'status', status: 429, retryAfterMs: 0 }),
    say('It is sunny.'),
  ]);
  const tools = [{ type: 'function' as const, function: getWeather }];

  expect(await client.chat.completions.runTools({ ...question, tools }).finalContent()).toBe('It is sunny.');

  expect(mock).toHaveToolCalls([{ tool: 'get_weather', args: { city: 'Oslo' } }]);
  expect(mock.requests).toHaveLength(3);
});
