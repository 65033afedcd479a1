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

test('requests are what the model was shown, in order', async () => {
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

test('each request shows the history as it was then', async () => {
  const { requests } = await traceDesk();
  expect(requests.map(({ request }) => request.messages.length)).toEqual([2, 4, 7]);
});

test('tool calls are those that were answered, in order', async () => {
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

test('calls that nobody answered are none', async () => {
  expect((await traceDesk({ executeTools: false })).toolCalls).toEqual([]);
});

test('handoffs say who, to whom and by which tool', async () => {
  expect((await traceDesk()).handoffs).toEqual([
    { run: 1, turn: 2, from: 'Desk', to: 'Refunds', tool: 'transfer_to_refunds' },
  ]);
});

test('agents are named in the order they were active', async () => {
  const run = await runScenario({
    agent: triage,
    steps: [user('x'), callTool('to_sales'), callTool('to_triage'), callTool('to_sales'), say('ok')],
  });
  expect(run.trace.agents).toEqual(['Triage', 'Sales', 'Triage', 'Sales']);
});

test('a handoff of an agent to itself is one, but no change of agents', async () => {
  const { trace } = await runScenario({ agent: triage, steps: [user('x'), callTool('again'), say('ok')] });
  expect(trace.handoffs).toMatchObject([{ from: 'Triage', to: 'Triage' }]);
  expect(trace.agents).toEqual(['Triage']);
});

test('an agent that goes on in the next run is named once', async () => {
  const { trace } = await runScenario({
    agent: triage,
    steps: [user('a'), callTool('to_sales'), say('hi'), user('b'), say('bye')],
  });
  expect(trace.agents).toEqual(['Triage', 'Sales']);
});

test('a handoff in the last turn counts', async () => {
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
] as const)('the outcome of a run that ended as %s', async ([outcome, different]) => {
  expect((await traceDesk(different)).outcome).toBe(outcome);
});

test('the outcome is that of the last run', async () => {
  const { trace } = await runScenario({
    agent: triage,
    maxTurns: 1,
    steps: [user('a'), callTool('to_sales'), user('b'), say('hi')],
  });
  expect(trace.outcome).toBe('completed');
});

test('the outcome of a run that fails in its own instructions is failed', async () => {
  const agent = new Agent({
    instructions: () => {
      throw new Error('no such user');
    },
  });
  const { trace } = await runScenario({ agent, steps: [user('a')] });
  expect(trace.outcome).toBe('failed');
  expect(trace.requests).toEqual([]);
});

test('events are made once, and what a reader does to another projection reaches no other reader', async () => {
  const trace = await traceDesk();
  expect(trace.events).toBe(trace.events);
  for (const name of ['requests', 'toolCalls', 'handoffs', 'agents'] as const) {
    const before = [...trace[name]];
    expect((trace[name] as unknown[]).shift()).toEqual(before[0]);
    expect(trace[name]).toEqual(before);
    expect(before).not.toEqual([]);
  }
});
