import { expect, test, vi } from 'vitest';
import { Agent, Result, tool } from 'swarmcheck';
import { callTool, say, scriptedProvider, traceOf } from 'swarmcheck/testing';
import { salesTeam } from '../support/agents.ts';
import { bothWays } from '../support/runs.ts';

test("an agent has Swarm's fields and defaults", () => {
  expect(new Agent()).toEqual({
    name: 'Agent',
    model: 'gpt-4o',
    instructions: 'You are a helpful agent.',
    functions: [],
    toolChoice: undefined,
    parallelToolCalls: true,
  });
});

test('an agent keeps every field that it is given', () => {
  const look_up = tool({ name: 'look_up', execute: () => '' });
  const fields = {
    name: 'Sales',
    model: 'm',
    instructions: 'Sell.',
    functions: [look_up],
    toolChoice: 'auto',
    parallelToolCalls: false,
  } as const;
  expect(new Agent({ ...fields, functions: [look_up] })).toEqual(fields);
});

test('two agents do not share a list of functions', () => {
  expect(new Agent().functions).not.toBe(new Agent().functions);
});

test.for(bothWays)('agents may refer to each other, %s', async ([, run]) => {
  const { triage, sales } = salesTeam();

  const response = await run({
    agent: triage,
    steps: [callTool('to_sales'), callTool('to_triage'), callTool('to_sales'), say('Hello.')],
  });

  expect(response.agent).toBe(sales);
  expect(traceOf(response).agents).toEqual(['Triage', 'Sales', 'Triage', 'Sales']);
});

test.for(bothWays)('a tool may hand off to an agent that it has just created, %s', async ([, run]) => {
  const agent = new Agent({
    functions: [
      function hire() {
        return new Agent({ name: 'Temp', instructions: 'You are new.' });
      },
    ],
  });
  const provider = scriptedProvider([callTool('hire'), say('Hello.')]);

  const response = await run({ agent, provider });

  expect(response.agent.name).toBe('Temp');
  expect(provider.requests[1]?.messages[0]).toEqual({ role: 'system', content: 'You are new.' });
});

// The tests of a file share one set of modules, and these tests reset it, so each runs alone.
test.sequential.for(bothWays)(
  'an Agent and a Result from another copy of the package are recognized, %s',
  async ([, run]) => {
    vi.resetModules();
    const other = await import('swarmcheck');
    expect(other.Agent).not.toBe(Agent);
    const sales = new other.Agent({ name: 'Sales' });
    const agent = new Agent({
      functions: [
        function to_sales() {
          return sales;
        },
      ],
    });
    sales.functions.push(
      other.tool({
        name: 'close',
        execute: () =>
          new other.Result({ value: 'closed', agent: sales, contextVariables: { closed: true } }),
      }),
    );

    const response = await run({ agent, steps: [callTool('to_sales'), callTool('close'), say('Done.')] });

    expect(response).toMatchObject({ agent: { name: 'Sales' }, contextVariables: { closed: true } });
  },
);

test('Agent.create awaits the function that returns its fields', async () => {
  const agent = await Agent.create(async () => ({ name: await Promise.resolve('Loaded') }));
  expect(agent).toBeInstanceOf(Agent);
  expect(agent.name).toBe('Loaded');
});

test('Agent.create rejects with the error of its function', async () => {
  const error = new Error('no connection');
  await expect(Agent.create(() => Promise.reject(error))).rejects.toBe(error);
});

test('disposing of an agent twice calls dispose once', async () => {
  const dispose = vi.fn<() => void>();
  const agent = await Agent.create(() => ({ dispose }));
  await agent[Symbol.asyncDispose]();
  await agent[Symbol.asyncDispose]();
  expect(dispose).toHaveBeenCalledOnce();
});

test('a Result has a default for every field', () => {
  expect(new Result()).toEqual({ value: '', agent: undefined, contextVariables: {} });
});
