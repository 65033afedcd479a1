import { expect, test } from 'vitest';
import { Agent, Result, tool } from 'swarmcheck';
import { callTool, say, traceOf } from 'swarmcheck/testing';
import { bothWays, type Run, toolContents } from '../support/runs.ts';

const sales = new Agent({ name: 'Sales' });

async function contentOf(run: Run, returned: unknown): Promise<unknown> {
  const agent = new Agent({ functions: [tool({ name: 'give', execute: () => returned })] });
  const response = await run({ agent, steps: [callTool('give'), say('ok')] });
  expect(traceOf(response).toolCalls[0]).not.toHaveProperty('error');
  return toolContents(response)[0];
}

test.for(bothWays)('returning an agent is a handoff, answered with its name, %s', async ([, run]) => {
  const agent = new Agent({
    functions: [
      function to_sales() {
        return sales;
      },
    ],
  });
  const response = await run({ agent, steps: [callTool('to_sales'), say('ok')] });
  expect(JSON.parse(String(toolContents(response)[0]))).toEqual({ assistant: 'Sales' });
  expect(response.agent).toBe(sales);
});

test.for(bothWays)("the answer is valid JSON if the agent's name contains quotes, %s", async ([, run]) => {
  const content = await contentOf(run, new Agent({ name: 'The "Boss"' }));
  expect(JSON.parse(String(content))).toEqual({ assistant: 'The "Boss"' });
});

test.for(bothWays)('a Result sets the answer, the agent and the context, %s', async ([, run]) => {
  const execute = () => new Result({ value: 'moved', agent: sales, contextVariables: { moved: true } });
  const agent = new Agent({ functions: [tool({ name: 'move', execute })] });
  const response = await run({ agent, steps: [callTool('move'), say('ok')] });
  expect(toolContents(response)).toEqual(['moved']);
  expect(response).toMatchObject({ agent: sales, contextVariables: { moved: true } });
});

test.for(bothWays)("the value of a Result defaults to '', %s", async ([, run]) => {
  expect(await contentOf(run, new Result({ agent: sales }))).toBe('');
});

test.for(bothWays)('the value of a Result is converted to text like a plain value, %s', async ([, run]) => {
  expect(await contentOf(run, new Result({ value: { id: 7 } }))).toBe('{"id":7}');
});

test.for(bothWays)("the value null of a Result is converted to 'null', %s", async ([, run]) => {
  expect(await contentOf(run, new Result({ value: null }))).toBe('null');
});

const casts: [words: string, returned: unknown, content: string][] = [
  ['a string with quotes', '"quoted"\n', '"quoted"\n'],
  ['an empty string', '', ''],
  ['undefined', undefined, ''],
  ['null', null, 'null'],
  ['a number', 1.5, '1.5'],
  ['NaN', NaN, 'null'],
  ['a boolean', false, 'false'],
  ['an array', [1, 'a', { b: null }], '[1,"a",{"b":null}]'],
  ['an object', { a: 1, b: undefined }, '{"a":1}'],
  ['a date', new Date(0), '"1970-01-01T00:00:00.000Z"'],
  ['an object with toJSON', { toJSON: () => ({ id: 7 }) }, '{"id":7}'],
];

for (const [words, returned, content] of casts) {
  test.for(bothWays)(`${words} is converted to text, %s`, async ([, run]) => {
    expect(await contentOf(run, returned)).toBe(content);
  });

  test.for(bothWays)(`a promise of ${words} is awaited, %s`, async ([, run]) => {
    expect(await contentOf(run, Promise.resolve(returned))).toBe(content);
  });
}

test.for(bothWays)('a promise of an agent is a handoff, %s', async ([, run]) => {
  const agent = new Agent({
    functions: [
      function to_sales() {
        return Promise.resolve(sales);
      },
    ],
  });
  const response = await run({ agent, steps: [callTool('to_sales'), say('ok')] });
  expect(response.agent).toBe(sales);
});
