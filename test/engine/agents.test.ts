import { expect, test, vi } from 'vitest';
import { Agent, Result, tool } from 'swarmcheck';
import { callTool, say, scriptedProvider, traceOf } from 'swarmcheck/testing';
import { salesTeam } from '../support/agents.ts';
import { bothWays } from '../support/runs.ts';

test("A1 an agent has Swarm's fields and defaults", () => {
  expect(new Agent()).toEqual({
    name: 'Agent',
    model: 'gpt-4o',
    instructions: 'You are a helpful agent.',
    functions: [],
    toolChoice: undefined,
    parallelToolCalls: true,
  });
});

test('A1 an agent takes every field it is given', () => {
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

test('A1 two agents do not share their list of functions', () => {
  expect(new Agent().functions).not.toBe(new Agent().functions);
});

test.for(bothWays)('A4 agents may refer to each other, %s', async ([, run]) => {
  const { triage, sales } = salesTeam();

  const response = await run({
    agent: triage,
    steps: [callTool('to_sales'), callTool('to_triage'), callTool('to_sales'), say('Hello.')],
  });

  expect(response.agent).toBe(sales);
  expect(traceOf(response).agents).toEqual(['Triage', 'Sales', 'Triage', 'Sales']);
});

test.for(bothWays)('A4 a tool may hand off to an agent it has just made, %s', async ([, run]) => {
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

// A file has one set of modules, and these tests begin a new one, so each runs alone.
test.sequential.for(bothWays)(
  'an agent and a result of another copy of the package are recognised, %s',
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

test('Agent.create waits for what its fields need', async () => {
  const agent = await Agent.create(async () => ({ name: await Promise.resolve('Loaded') }));
  expect(agent).toBeInstanceOf(Agent);
  expect(agent.name).toBe('Loaded');
});

test('Agent.create rejects with the error of its function', async () => {
  const error = new Error('no connection');
  await expect(Agent.create(() => Promise.reject(error))).rejects.toBe(error);
});

test('an agent that is disposed of twice calls dispose once', async () => {
  const dispose = vi.fn<() => void>();
  const agent = await Agent.create(() => ({ dispose }));
  await agent[Symbol.asyncDispose]();
  await agent[Symbol.asyncDispose]();
  expect(dispose).toHaveBeenCalledOnce();
});

test('a result has defaults for all its parts', () => {
  expect(new Result()).toEqual({ value: '', agent: undefined, contextVariables: {} });
});
