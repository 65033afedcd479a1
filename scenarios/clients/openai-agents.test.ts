/**
 * The Agents SDK of OpenAI, in Chat Completions mode. Its tracing is disabled, because it would send requests to
 * another server.
 */
import {
  Agent,
  OpenAIChatCompletionsModel,
  OpenAIProvider,
  Runner,
  run,
  setDefaultOpenAIKey,
  setOpenAIAPI,
  setTracingDisabled,
  tool,
} from '@openai/agents';
import OpenAI from 'openai';
import { callTool, callTools, modelFails, say } from 'swarmcheck/testing';
import { test } from 'swarmcheck/vitest';
import { expect } from 'vitest';
import { z } from 'zod';

setOpenAIAPI('chat_completions');
setDefaultOpenAIKey('none');
setTracingDisabled(true);

const getWeather = tool({
  name: 'get_weather',
  description: 'The weather of a city, now.',
  parameters: z.object({ city: z.string() }),
  execute: ({ city }) => `sunny in ${city}`,
});
const travel = new Agent({
  name: 'travel',
  instructions: 'Plan journeys.',
  handoffDescription: 'Plans journeys.',
});
const meteorologist = new Agent({
  name: 'meteorologist',
  instructions: 'Answer with the weather.',
  tools: [getWeather],
  handoffs: [travel],
});

const weather = (city: string) => callTool('get_weather', { city });

test('a tool call makes a round trip', async ({ model }) => {
  const mock = model([weather('Oslo'), say('It is sunny.')]);

  const result = await run(meteorologist, 'What is the weather in Oslo?');

  expect(result.finalOutput).toBe('It is sunny.');
  expect(mock).toHaveSeen({
    instructions: 'Answer with the weather.',
    tools: ['get_weather', 'transfer_to_travel'],
  });
  expect(mock).toHaveToolResult('get_weather', 'sunny in Oslo');
  expect(mock).toHaveStoppedBecause('completed');
});

test('parallel calls are executed in one turn', async ({ model }) => {
  const mock = model([callTools([weather('Oslo'), weather('Rome')]), say('Sunny in both.')]);

  await run(meteorologist, 'What is the weather in Oslo and Rome?');

  expect(mock).toHaveToolCalls([
    {
      turn: [
        { tool: 'get_weather', args: { city: 'Oslo' } },
        { tool: 'get_weather', args: { city: 'Rome' } },
      ],
    },
  ]);
  expect(mock).toHaveToolResult('get_weather', 'sunny in Rome');
});

test('a streamed run executes parallel calls', async ({ model }) => {
  const mock = model([callTools([weather('Oslo'), weather('Rome')]), say('Sunny in both.')]);

  const result = await run(meteorologist, 'What is the weather in Oslo and Rome?', { stream: true });
  const pieces: string[] = [];
  for await (const piece of result.toTextStream()) pieces.push(piece);

  expect(pieces.length).toBeGreaterThan(1);
  expect(pieces.join('')).toBe('Sunny in both.');
  expect(mock).toHaveToolCalls([{ turn: ['get_weather', 'get_weather'] }]);
});

test('a handoff makes the other agent active', async ({ model }) => {
  const mock = model([callTool('transfer_to_travel', {}), say('Take the train.')]);

  const { lastAgent } = await run(meteorologist, 'How do I get to Oslo?');

  expect(lastAgent?.name).toBe('travel');
  expect(mock).toHaveHandoffOrder(['Agent', 'travel']);
  expect(mock).toHaveSeen({ agent: 'travel', instructions: 'Plan journeys.', tools: [] });
});

test('a model with its own client is answered', async ({ model }) => {
  const mock = model([say('It is sunny.')]);
  const client = new OpenAI({ apiKey: 'none', baseURL: mock.baseURL });

  const agent = new Agent({ name: 'own', model: new OpenAIChatCompletionsModel(client, 'gpt-4o') });
  await run(agent, 'What is the weather?');

  expect(mock.requests[0]?.model).toBe('gpt-4o');
});

test('a rate limit is retried', async ({ model }) => {
  const mock = model([modelFails({ kind: 'status', status: 429, retryAfterMs: 0 }), say('It is sunny.')]);

  const runner = new Runner({ modelProvider: new OpenAIProvider({ apiKey: 'none', useResponses: false }) });
  expect((await runner.run(meteorologist, 'What is the weather?')).finalOutput).toBe('It is sunny.');

  expect(mock.requests).toHaveLength(2);
});
