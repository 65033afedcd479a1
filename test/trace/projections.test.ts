import { expect, test } from 'vitest';
import { Agent } from 'swarmcheck';
import { callTool, modelFails, runScenario, say, user } from 'swarmcheck/testing';
import { traceDesk } from './desk.ts';

const triage: Agent = new Agent({
  name: 'Triage',
  functions: [
    function to_sales() {
      return sales;
    },
    function again() {
      return triage;
    },
  ],
});
const sales = new Agent({
  name: 'Sales',
  functions: [
    function to_triage() {
      return triage;
    },
  ],
});

test('requests lists the requests to the model, in order', async () => {
  const { requests, events } = await traceDesk();
  expect(requests.map(({ run, turn, agent }) => [run, turn, agent])).toEqual([
    [1, 1, 'Desk'],
    [1, 2, 'Desk'],
    [1, 3, 'Refunds'],
  ]);
  expect(requests.map(({ request }) => request)).toEqual(
    events.flatMap((event) => (event.type === 'model-request' ? [event.request] : [])),
  );
});

test('each request has the history of its own turn', async () => {
  const { requests } = await traceDesk();
  expect(requests.map(({ request }) => request.messages.length)).toEqual([2, 4, 7]);
});

test('toolCalls lists the calls that were answered, in order', async () => {
  const { toolCalls } = await traceDesk();
  expect(toolCalls).toEqual([
    {
      run: 1,
      turn: 1,
      agent: 'Desk',
      tool: 'look_up',
      toolCallId: 'call_1',
      args: { orderId: 'A-17' },
      content: '{"status":"paid"}',
    },
    {
      run: 1,
      turn: 2,
      agent: 'Desk',
      tool: 'close_ticket',
      toolCallId: 'call_2',
      args: {},
      content: 'closed',
    },
    {
      run: 1,
      turn: 2,
      agent: 'Desk',
      tool: 'transfer_to_refunds',
      toolCallId: 'call_3',
      args: {},
      content: '{"assistant":"Refunds"}',
    },
  ]);
});

test('toolCalls leaves out calls without an answer', async () => {
  expect((await traceDesk({ executeTools: false })).toolCalls).toEqual([]);
});

test('a handoff names both agents and the tool', async () => {
  expect((await traceDesk()).handoffs).toEqual([
    { run: 1, turn: 2, from: 'Desk', to: 'Refunds', tool: 'transfer_to_refunds' },
  ]);
});

test('agents lists the agents in the order in which they were active', async () => {
  const run = await runScenario({
    agent: triage,
    steps: [user('x'), callTool('to_sales'), callTool('to_triage'), callTool('to_sales'), say('ok')],
  });
  expect(run.trace.agents).toEqual(['Triage', 'Sales', 'Triage', 'Sales']);
});

test('a handoff of an agent to itself is in handoffs, but adds nothing to agents', async () => {
  const { trace } = await runScenario({ agent: triage, steps: [user('x'), callTool('again'), say('ok')] });
  expect(trace.handoffs).toMatchObject([{ from: 'Triage', to: 'Triage' }]);
  expect(trace.agents).toEqual(['Triage']);
});

test('an agent that stays active in the next run is listed once', async () => {
  const { trace } = await runScenario({
    agent: triage,
    steps: [user('a'), callTool('to_sales'), say('hi'), user('b'), say('bye')],
  });
  expect(trace.agents).toEqual(['Triage', 'Sales']);
});

test('agents lists the new agent of a handoff in the last turn', async () => {
  const { trace } = await runScenario({
    agent: triage,
    maxTurns: 1,
    steps: [user('a'), callTool('to_sales')],
  });
  expect(trace.agents).toEqual(['Triage', 'Sales']);
});

test.for([
  ['completed', {}],
  ['max_turns', { maxTurns: 1 }],
  ['interrupted', { executeTools: false }],
  ['failed', { steps: [modelFails({ kind: 'reset' })] }],
  ['aborted', { signal: AbortSignal.abort() }],
] as const)('a trace has the outcome %s of its run', async ([outcome, different]) => {
  expect((await traceDesk(different)).outcome).toBe(outcome);
});

test('the outcome describes the last run', async () => {
  const { trace } = await runScenario({
    agent: triage,
    maxTurns: 1,
    steps: [user('a'), callTool('to_sales'), user('b'), say('hi')],
  });
  expect(trace.outcome).toBe('completed');
});

test('a run whose instructions throw has the outcome failed', async () => {
  const agent = new Agent({
    instructions: () => {
      throw new Error('no such user');
    },
  });
  const { trace } = await runScenario({ agent, steps: [user('a')] });
  expect(trace.outcome).toBe('failed');
  expect(trace.requests).toEqual([]);
});

test('events is always the same list, and every other projection is a new list at each read', async () => {
  const trace = await traceDesk();
  expect(trace.events).toBe(trace.events);
  for (const name of ['requests', 'toolCalls', 'handoffs', 'agents'] as const) {
    const before = [...trace[name]];
    expect((trace[name] as unknown[]).shift()).toEqual(before[0]);
    expect(trace[name]).toEqual(before);
    expect(before).not.toEqual([]);
  }
});
