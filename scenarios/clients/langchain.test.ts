/** The chat model of LangChain. It uses Chat Completions, unless an option requires the Responses API. */
import { HumanMessage, SystemMessage, type AIMessage, type BaseMessage } from '@langchain/core/messages';
import { tool } from '@langchain/core/tools';
import { ChatOpenAI } from '@langchain/openai';
import { callTool, callTools, modelFails, say } from 'swarmcheck/testing';
import { test } from 'swarmcheck/vitest';
import { expect } from 'vitest';
import { z } from 'zod';

const getWeather = tool(({ city }) => `sunny in ${city}`, {
  name: 'get_weather',
  description: 'The weather of a city, now.',
  schema: z.object({ city: z.string() }),
});
const chat = new ChatOpenAI({ model: 'gpt-4o', apiKey: 'none', useResponsesApi: false }).bindTools([
  getWeather,
]);

/** The app: asks the model until it calls no more tools. */
async function ask(question: string): Promise<AIMessage> {
  const messages: BaseMessage[] = [new SystemMessage('Answer with the weather.'), new HumanMessage(question)];
  for (;;) {
    const answer = await chat.invoke(messages);
    messages.push(answer);
    if (!answer.tool_calls?.length) return answer;
    for (const call of answer.tool_calls) messages.push(await getWeather.invoke(call));
  }
}

const weather = (city: string) => callTool('get_weather', { city });

test('a tool call makes a round trip', async ({ model }) => {
  const mock = model([weather('Oslo'), say('It is sunny.')]);

  expect((await ask('What is the weather in Oslo?')).text).toBe('It is sunny.');

  expect(mock).toHaveSeen({ instructions: 'Answer with the weather.', tools: ['get_weather'] });
  expect(mock).toHaveSeen({ message: 'What is the weather in Oslo?' });
  expect(mock).toHaveToolResult('get_weather', 'sunny in Oslo');
  expect(mock).toHaveStoppedBecause('completed');
});

test('parallel calls are executed in one turn', async ({ model }) => {
  const mock = model([callTools([weather('Oslo'), weather('Rome')]), say('Sunny in both.')]);

  await ask('What is the weather in Oslo and Rome?');

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

test('a stream delivers text and parallel calls', async ({ model }) => {
  model([callTools([weather('Oslo'), weather('Rome')], { say: 'One moment.' })]);

  const stream = await chat.stream('What is the weather in Oslo and Rome?');
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  const whole = chunks.reduce((left, right) => left.concat(right));

  expect(chunks.length).toBeGreaterThan(2);
  expect(whole.text).toBe('One moment.');
  expect(whole.tool_calls).toMatchObject([
    { name: 'get_weather', args: { city: 'Oslo' } },
    { name: 'get_weather', args: { city: 'Rome' } },
  ]);
});

test('an authentication error is not retried', async ({ model }) => {
  const mock = model([modelFails({ kind: 'status', status: 401 })]);

  await expect(ask('What is the weather in Oslo?')).rejects.toMatchObject({ status: 401 });

  expect(mock.requests).toHaveLength(1);
  expect(mock).toHaveStoppedBecause('failed');
});
