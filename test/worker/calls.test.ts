import { Agent, Swarm } from 'swarmcheck';
import { callTool, callTools, say, scriptedProvider, traceOf } from 'swarmcheck/testing';
import { workerTool, type WorkerToolOptions } from 'swarmcheck/worker';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { called } from '../support/called.ts';

const url = new URL('./modules/tools.ts', import.meta.url);
const anything = { type: 'object', additionalProperties: true } as const;
const work = (exportName: string, options: WorkerToolOptions = {}) =>
  workerTool(url, exportName, { parameters: anything, ...options });

test('a function in a thread gets the arguments and the context variables', async () => {
  const contextVariables = { user: 'Ann', since: new Map([['May', 1]]) };
  const { content } = await called([work('echo')], 'echo', { a: [1, null] }, { contextVariables });
  expect(JSON.parse(content)).toEqual([{ a: [1, null] }, { user: 'Ann', since: {} }]);
});

test('arguments are validated and transformed by the schema before the thread gets them', async () => {
  const parameters = z.object({ day: z.string().transform((text) => new Date(text).getTime()) });
  const tools = [work('echo', { parameters })];
  expect((await called(tools, 'echo', { day: '1970-01-02' })).content).toBe('[{"day":86400000},{}]');
  expect(await called(tools, 'echo', { day: 7 })).toMatchObject({ error: 'invalid-arguments' });
});

test('without a schema a worker tool takes no arguments', async () => {
  const tools = [workerTool(url, 'echo')];
  expect(tools[0]!.parameters).toEqual({ type: 'object', properties: {} });
  expect((await called(tools, 'echo')).content).toBe('[{},{}]');
  expect((await called(tools, 'echo', { a: 1 })).error).toBe('invalid-arguments');
});

test('a worker tool has the name of its export, unless it is given another', async () => {
  expect(work('echo')).toMatchObject({ name: 'echo', description: '' });
  const shout = work('default', { name: 'shout', description: 'Says it loudly.' });
  expect(shout).toMatchObject({ name: 'shout', description: 'Says it loudly.' });
  expect((await called([shout], 'shout', { text: 'hi' })).content).toBe('HI');
});

test('changes to the context variables stay in the thread, and those in a Result reach the run', async () => {
  const agent = new Agent({
    functions: [work('set_city')],
    instructions: ({ city, told }: { city?: string; told?: string }) => `${city}, ${told}`,
  });
  const response = await new Swarm({
    provider: scriptedProvider([callTool('set_city', { city: 'Rome' }), say('Done.')]),
  }).run({ agent, messages: [{ role: 'user', content: 'Go.' }], contextVariables: { city: 'Oslo' } });
  expect(response.contextVariables).toEqual({ city: 'Rome' });
  expect(traceOf(response).toolCalls[0]?.content).toBe('moved to Rome');
  expect(traceOf(response).requests.map(({ request }) => request.messages[0]?.content)).toEqual([
    'Oslo, undefined',
    'Rome, undefined',
  ]);
});

test.for(['hand_off', 'hand_off_in_result'])('a function in a thread cannot hand off: %s', async (name) => {
  const { content, error } = await called([work(name)], name);
  expect(content).toBe(
    `Error: Tool ${name} failed: It handed off to an agent. A function in a worker thread cannot do that, because agents stay in the thread of the run. Hand off in a tool of the agent itself.`,
  );
  expect(error).toBe('threw');
});

test('the calls of one turn are executed one after another', async () => {
  const order: string[] = [];
  const provider = scriptedProvider([
    callTools([
      callTool('set_city', { city: 'Rome' }),
      callTool('echo', {}),
      callTool('set_city', { city: 'Bonn' }),
    ]),
    say('Done.'),
  ]);
  const response = await new Swarm({
    provider,
    hooks: {
      beforeTool: ({ name }) => void order.push(`${name} begins`),
      afterTool: ({ name }) => void order.push(`${name} ends`),
    },
  }).run({
    agent: new Agent({ functions: [work('set_city'), work('echo')] }),
    messages: [{ role: 'user', content: 'Go.' }],
  });
  expect(order).toEqual(
    ['set_city', 'echo', 'set_city'].flatMap((name) => [`${name} begins`, `${name} ends`]),
  );
  expect(response.contextVariables).toMatchObject({ city: 'Bonn' });
});

test('200 concurrent calls each get their own answer', async () => {
  const tools = [work('square')];
  const numbers = Array.from({ length: 200 }, (_, n) => n);
  const contents = await Promise.all(
    numbers.map(async (n) => (await called(tools, 'square', { n })).content),
  );
  expect(contents).toEqual(numbers.map((n) => String(n * n)));
});
