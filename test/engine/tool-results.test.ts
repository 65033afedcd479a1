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

test.for(bothWays)('D7 an agent is a handoff, answered with its name, %s', async ([, run]) => {
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

test.for(bothWays)('D7 a name with quotes is still JSON, %s', async ([, run]) => {
  const content = await contentOf(run, new Agent({ name: 'The "Boss"' }));
  expect(JSON.parse(String(content))).toEqual({ assistant: 'The "Boss"' });
});

test.for(bothWays)('D7 a Result is its parts, %s', async ([, run]) => {
  const execute = () => new Result({ value: 'moved', agent: sales, contextVariables: { moved: true } });
  const agent = new Agent({ functions: [tool({ name: 'move', execute })] });
  const response = await run({ agent, steps: [callTool('move'), say('ok')] });
  expect(toolContents(response)).toEqual(['moved']);
  expect(response).toMatchObject({ agent: sales, contextVariables: { moved: true } });
});

test.for(bothWays)("D7 a Result's value is '' when it is left out, %s", async ([, run]) => {
  expect(await contentOf(run, new Result({ agent: sales }))).toBe('');
});

test.for(bothWays)("D7 a Result's value is cast as a plain value is, %s", async ([, run]) => {
  expect(await contentOf(run, new Result({ value: { id: 7 } }))).toBe('{"id":7}');
});

test.for(bothWays)("D7 null is 'null' in a Result as it is alone, %s", async ([, run]) => {
  expect(await contentOf(run, new Result({ value: null }))).toBe('null');
});

const casts: [words: string, returned: unknown, content: string][] = [
  ['a string, as it is', '"quoted"\n', '"quoted"\n'],
  ['an empty string', '', ''],
  ['undefined', undefined, ''],
  ['null', null, 'null'],
  ['a number', 1.5, '1.5'],
  ['NaN, as JSON has it', NaN, 'null'],
  ['a boolean', false, 'false'],
  ['a list', [1, 'a', { b: null }], '[1,"a",{"b":null}]'],
  ['an object', { a: 1, b: undefined }, '{"a":1}'],
  ['a date', new Date(0), '"1970-01-01T00:00:00.000Z"'],
  ['an object with toJSON', { toJSON: () => ({ id: 7 }) }, '{"id":7}'],
];

for (const [words, returned, content] of casts) {
  test.for(bothWays)(`D7 ${words} is cast to text, %s`, async ([, run]) => {
    expect(await contentOf(run, returned)).toBe(content);
  });

  test.for(bothWays)(`D7 a promise of ${words} is awaited, %s`, async ([, run]) => {
    expect(await contentOf(run, Promise.resolve(returned))).toBe(content);
  });
}

test.for(bothWays)('D7 a promise of an agent is a handoff, %s', async ([, run]) => {
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
