import { expect, test } from 'vitest';
import { Agent, Swarm } from 'swarmcheck';
import { callTool, say, scriptedProvider, stubTools, traceOf } from 'swarmcheck/testing';
import { refunds, triage } from '../support/agents.ts';

const provider = () =>
  scriptedProvider([
    callTool('transfer_to_refunds'),
    callTool('issue_refund', { orderId: 'A-17' }),
    say('ok'),
  ]);

test('a stubbed agent runs in any Swarm, and its handoffs lead to stubbed agents', async () => {
  const response = await new Swarm({ provider: provider() }).run({
    agent: stubTools(triage, { issue_refund: 'done' }),
    messages: [],
  });
  expect(traceOf(response).toolCalls[1]?.content).toBe('done');
});

test('stubTools returns a copy: the original agents keep their real tools', async () => {
  stubTools(triage, { issue_refund: 'done' });
  const response = await new Swarm({ provider: provider() }).run({ agent: triage, messages: [] });
  expect(traceOf(response).toolCalls[1]?.content).toBe('refunded A-17');
});

test('a copy has the name, the model and the instructions of the original', () => {
  const original = new Agent({
    name: 'Desk',
    model: 'gpt-4o-mini',
    instructions: 'Help.',
    toolChoice: 'auto',
    parallelToolCalls: false,
  });
  expect(Object.entries(stubTools(original, {}))).toEqual(Object.entries(original));
  expect(stubTools(original, {})).not.toBe(original);
});

test('agents that hand off to each other have one copy each', async () => {
  const steps = [
    callTool('transfer_to_refunds'),
    callTool('back_to_triage'),
    callTool('transfer_to_refunds'),
    say('ok'),
  ];
  const stubbed = stubTools(triage, {});
  const active: Agent[] = [];
  const swarm = new Swarm({
    provider: scriptedProvider(steps),
    hooks: { beforeModel: ({ agent }) => void active.push(agent) },
  });
  await swarm.run({ agent: stubbed, messages: [] });
  expect(active.map((agent) => agent === active[0])).toEqual([true, false, true, false]);
  expect(active[1]).toBe(active[3]);
  expect(active).not.toContain(refunds);
});

test('a stub with a name that no agent has is ignored', async () => {
  const response = await new Swarm({ provider: provider() }).run({
    agent: stubTools(triage, { nothing: 'done' }),
    messages: [],
  });
  expect(traceOf(response).toolCalls[1]?.content).toBe('refunded A-17');
});

test('a stubbed run and a real run with the same results have the same hash', async () => {
  const real = await new Swarm({ provider: provider() }).run({
    agent: triage,
    messages: [],
    contextVariables: { refunded: ['A-17'] },
  });
  const stubbed = await new Swarm({ provider: provider() }).run({
    agent: stubTools(triage, { issue_refund: 'refunded A-17' }),
    messages: [],
    contextVariables: { refunded: ['A-17'] },
  });
  expect(traceOf(stubbed).hash).toBe(traceOf(real).hash);
});
