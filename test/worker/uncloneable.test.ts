import { workerTool } from 'swarmcheck/worker';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { called } from '../support/called.ts';

const url = new URL('./modules/uncloneable.ts', import.meta.url);

test('a context variable that cannot be copied is named in the error, and can be left out', async () => {
  const contextVariables = { user: 'Ann', db: { query: () => 1 } };
  const call = (tools: ReturnType<typeof workerTool>[]) => called(tools, 'see', {}, { contextVariables });
  expect(await call([workerTool(url, 'see')])).toMatchObject({
    content:
      'Error: Tool see failed: The context variable "db" cannot be copied into a worker thread: only plain data can. Name the variables that the function needs: workerTool(…, { contextVariables: […] }).',
    error: 'threw',
  });
  const some = workerTool(url, 'see', { contextVariables: ['user', 'another'] });
  expect((await call([some])).content).toBe('{"user":"Ann"}');
});

test('an argument that its schema turns into a function is named in the error', async () => {
  const parameters = z.object({ text: z.string(), test: z.string().transform((text) => () => text) });
  const see = workerTool(url, 'see', { parameters });
  expect((await called([see], 'see', { text: 'a', test: 'b' })).content).toBe(
    'Error: Tool see failed: Its argument "test" cannot be copied into a worker thread: only plain data can. Let its schema convert it to plain data.',
  );
});

const results: Record<string, string> = {
  give_function:
    'It ran, but returned the function secret that cannot be copied out of its worker thread: only plain data can. Return plain data.',
  give_object_with_function:
    'It ran, but returned an object that cannot be copied out of its worker thread: only plain data can. Return plain data.',
  give_symbol:
    'It ran, but returned the symbol Symbol(s) that cannot be copied out of its worker thread: only plain data can. Return plain data.',
  set_function:
    'It ran, but returned a Result that cannot be copied out of its worker thread: only plain data can. Return plain data.',
  throw_function: 'It threw the function secret.',
};

test.for(Object.entries(results))('a result that cannot be copied is an error: %s', async ([name, words]) => {
  const give = workerTool(url, name);
  expect(await called([give], name)).toMatchObject({
    content: `Error: Tool ${name} failed: ${words}`,
    error: 'threw',
  });
  // The call did not end the thread.
  expect((await called([workerTool(url, 'see')], 'see')).content).toBe('{}');
});

test('an instance of a class is copied as its fields', async () => {
  class Order {
    id = 'A-17';
    total() {
      return 2;
    }
  }
  const contextVariables = { order: new Order() };
  const { content } = await called([workerTool(url, 'see')], 'see', {}, { contextVariables });
  expect(content).toBe('{"order":{"id":"A-17"}}');
});
