/** The AI SDK of Vercel, in Chat Completions mode: `openai.chat(…)`. */
import { createOpenAI } from '@ai-sdk/openai';
import { generateText, stepCountIs, streamText, tool } from 'ai';
import { callTool, callTools, modelFails, say } from 'swarmcheck/testing';
import { test } from 'swarmcheck/vitest';
import { expect } from 'vitest';
import { z } from 'zod';

const openai = createOpenAI({ apiKey: 'none' });

/** The app. `openai('gpt-4o')` would use the Responses API. */
const settings = {
  model: openai.chat('gpt-4o'),
  system: 'Answer with the weather.',
  prompt: 'What is the weather in Oslo and Rome?',
  tools: {
    get_weather: tool({
      description: 'The weather of a city, now.',
      inputSchema: z.object({ city: z.string() }),
      execute: ({ city }) => Promise.resolve({ city, weather: 'sunny' }),
    }),
  },
  stopWhen: stepCountIs(5),
};

const weather = (city: string) => callTool('get_weather', { city });

test('generateText executes a call and continues', async ({ model }) => {
  const mock = model([weather('Oslo'), say('It is sunny.')]);

  const { text, steps } = await generateText(settings);

  expect([text, steps.length]).toEqual(['It is sunny.', 2]);
  expect(mock).toHaveSeen({ instructions: 'Answer with the weather.', tools: ['get_weather'] });
  expect(mock).toHaveToolResult('get_weather', { city: 'Oslo', weather: 'sunny' });
  expect(mock).toHaveStoppedBecause('completed');
});

test('generateText executes parallel calls', async ({ model }) => {
  const mock = model([callTools([weather('Oslo'), weather('Rome')]), say('Sunny in both.')]);

  await generateText(settings);

  expect(mock).toHaveToolCalls([
    {
      turn: [
        { tool: 'get_weather', args: { city: 'Oslo' } },
        { tool: 'get_weather', args: { city: 'Rome' } },
      ],
    },
  ]);
  expect(mock).toHaveToolResult('get_weather', { city: 'Rome', weather: 'sunny' });
});

test('streamText executes parallel calls and streams the text', async ({ model }) => {
  const mock = model([callTools([weather('Oslo'), weather('Rome')]), say('Sunny in both.')]);

  const pieces: string[] = [];
  for await (const piece of streamText(settings).textStream) pieces.push(piece);

  expect(pieces.length).toBeGreaterThan(1);
  expect(pieces.join('')).toBe('Sunny in both.');
  expect(mock).toHaveToolCalls([{ turn: ['get_weather', 'get_weather'] }]);
});

test('the model is shown why its arguments fail the schema', async ({ model }) => {
  const mock = model([
    callTool('get_weather', { town: 'Oslo' }, { hallucinated: true }),
    weather('Oslo'),
    say('It is sunny.'),
  ]);

  expect((await generateText(settings)).text).toBe('It is sunny.');

  expect(mock).toHaveRecoveredFrom({
    tool: 'get_weather',
    kind: 'invalid-arguments',
    content: 'Invalid input',
  });
});

test('the SDK stops at its step limit', async ({ model }) => {
  const mock = model([weather('Oslo'), weather('Rome')]);

  await generateText({ ...settings, stopWhen: stepCountIs(2) });

  expect(mock).toHaveStoppedBecause('interrupted');
});

test('a rate limit is retried', async ({ model }) => {
  const mock = model([modelFails({ kind: 'status', status: 429, retryAfterMs: 0 }), say('It is sunny.')]);

  expect((await generateText(settings)).text).toBe('It is sunny.');

  expect(mock.requests).toHaveLength(2);
});
