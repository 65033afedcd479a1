import { expect, test } from 'vitest';
import { Agent, Result, tool } from 'swarmcheck';
import { callTool, callTools, say, scriptedProvider, traceOf } from 'swarmcheck/testing';
import { bothWays, toolContents } from '../support/runs.ts';
import { rejectedWith } from '../support/failures.ts';

const sales = new Agent({
  name: 'Sales',
  functions: [
    function close() {
      return 'closed by Sales';
    },
  ],
});
const refunds = new Agent({ name: 'Refunds' });
const triage: Agent = new Agent({
  name: 'Triage',
  functions: [
    function to_sales() {
      return sales;
    },
    function to_refunds() {
      return new Result({ value: 'moved', agent: refunds });
    },
    function stay() {
      return triage;
    },
    function close() {
      return 'closed by Triage';
    },
    function note() {
      return new Result({ value: 'noted' });
    },
  ],
});

test.for(bothWays)(
  'a call is looked up in the agent that made it, even after a handoff in the same turn, %s',
  async ([, run]) => {
    const response = await run({
      agent: triage,
      steps: [callTools([callTool('to_sales'), callTool('close')]), say('ok')],
    });
    expect(toolContents(response)[1]).toBe('closed by Triage');
    expect(traceOf(response).toolCalls.map(({ agent }) => agent)).toEqual(['Triage', 'Triage']);
  },
);

test.for(bothWays)(
  'from the turn after a handoff, calls are looked up in the new agent, %s',
  async ([, run]) => {
    const steps = [
      callTool('to_sales'),
      callTool('close'),
      callTool('note', {}, { hallucinated: true }),
      say('ok'),
    ];
    const response = await run({ agent: triage, steps });
    expect(toolContents(response).slice(1)).toEqual([
      'closed by Sales',
      'Error: Tool note not found. Available tools: close.',
    ]);
  },
);

test.for(bothWays)(
  'an agent with two tools of the same name is rejected before the model is called, %s',
  async ([, run]) => {
    const provider = scriptedProvider([]);
    const agent = new Agent({
      name: 'Twins',
      functions: [
        tool({ name: 'a', execute: () => 1 }),
        function a() {
          return 2;
        },
      ],
    });
    const error = await rejectedWith(run({ agent, provider }));
    expect(error).toBeInstanceOf(TypeError);
    expect(error).toHaveProperty(
      'message',
      'Agent "Twins" has two functions named "a". Rename one: the model could not tell them apart.',
    );
    expect(provider.requests).toEqual([]);
  },
);

test.for(bothWays)('the last of several handoffs in a turn wins, %s', async ([, run]) => {
  const response = await run({
    agent: triage,
    steps: [callTools([callTool('to_sales'), callTool('to_refunds')]), say('ok')],
  });
  expect(response.agent).toBe(refunds);
  expect(traceOf(response).agents).toEqual(['Triage', 'Refunds']);
});

test.for(bothWays)('a later result without an agent does not cancel a handoff, %s', async ([, run]) => {
  const steps = [callTools([callTool('to_sales'), callTool('note'), callTool('close')]), say('ok')];
  const response = await run({ agent: triage, steps });
  expect(response.agent).toBe(sales);
});

test.for(bothWays)('a later call that fails does not cancel a handoff, %s', async ([, run]) => {
  const steps = [
    callTools([callTool('to_sales'), callTool('nothing', {}, { hallucinated: true })]),
    say('ok'),
  ];
  const response = await run({ agent: triage, steps });
  expect(response.agent).toBe(sales);
});

test.for(bothWays)('an agent may hand off to itself, %s', async ([, run]) => {
  const response = await run({ agent: triage, steps: [callTool('stay'), say('ok')] });
  expect(response.agent).toBe(triage);
  expect(traceOf(response)).toMatchObject({
    agents: ['Triage'],
    handoffs: [{ from: 'Triage', to: 'Triage', tool: 'stay' }],
  });
});

test.for(bothWays)('a handoff to an agent with an invalid tool rejects the run, %s', async ([, run]) => {
  const broken = new Agent({ name: 'Broken', functions: [tool({ name: 'no spaces', execute: () => '' })] });
  const agent = new Agent({
    functions: [
      function to_broken() {
        return broken;
      },
    ],
  });
  const provider = scriptedProvider([callTool('to_broken')]);
  const error = await rejectedWith(run({ agent, provider }));
  expect(error).toHaveProperty(
    'message',
    expect.stringContaining('Function 1 of agent "Broken" is named "no spaces"'),
  );
  expect(provider.requests).toHaveLength(1);
});
