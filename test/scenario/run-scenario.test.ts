import { expect, test } from 'vitest';
import { Agent } from 'swarmcheck';
import { callTool, modelFails, runScenario, say, user } from 'swarmcheck/testing';
import { messagesOf } from '../support/failures.ts';
import { playRefund, refunds, refundSteps, triage } from '../support/agents.ts';

test('a scenario that goes as scripted passes', async () => {
  const run = await playRefund();
  expect(run.passed).toBe(true);
  expect(run.failures).toEqual([]);
});

test('the result has the response, the trace and the scenario itself', async () => {
  const scenario = { agent: triage, steps: refundSteps };
  const run = await runScenario(scenario);
  expect(run.scenario).toBe(scenario);
  expect(run.response).toMatchObject({
    stopReason: 'completed',
    agent: refunds,
    contextVariables: { refunded: ['A-17'] },
  });
  expect(run.trace.agents).toEqual(['Triage', 'Refunds']);
  expect(run).not.toHaveProperty('error');
});

test('a scenario that meets every expectation passes', async () => {
  const run = await playRefund({
    expect: {
      agents: ['Triage', 'Refunds'],
      toolCalls: ['transfer_to_refunds', { tool: 'issue_refund', args: { orderId: 'A-17', amount: 5 } }],
      stopReason: 'completed',
      contextVariables: { refunded: ['A-17'] },
      finalMessage: 'A-17 is refunded',
    },
  });
  expect(messagesOf(run)).toEqual([]);
});

test('every user step starts a run that continues the last', async () => {
  const { trace, passed } = await playRefund({
    steps: [...refundSteps, user('Thanks!'), say('You are welcome.')],
  });
  expect(passed).toBe(true);
  const last = trace.requests.at(-1)!;
  expect(last).toMatchObject({ run: 2, turn: 1, agent: 'Refunds' });
  expect(last.request.messages.map(({ role }) => role)).toEqual([
    'system',
    'user',
    'assistant',
    'tool',
    'assistant',
    'tool',
    'assistant',
    'user',
  ]);
});

test('a later run starts with the context variables that the last one left', async () => {
  const { trace } = await playRefund({ steps: [...refundSteps, user('Thanks!'), say('You are welcome.')] });
  const starts = trace.events.filter((event) => event.type === 'run-start');
  expect(starts.map(({ contextVariables }) => contextVariables)).toEqual([
    { user: 'Ann' },
    { user: 'Ann', refunded: ['A-17'] },
  ]);
});

test('consecutive user steps are messages of one run', async () => {
  const { trace } = await runScenario({
    agent: new Agent(),
    steps: [user('Hello?'), user('Anybody?'), say('Yes.')],
  });
  expect(trace.requests).toHaveLength(1);
  expect(trace.requests[0]?.request.messages.slice(1)).toEqual([
    { role: 'user', content: 'Hello?' },
    { role: 'user', content: 'Anybody?' },
  ]);
});

test('the messages of a scenario come before its first step', async () => {
  const messages = [
    { role: 'user', content: 'Hi.' } as const,
    { role: 'assistant', content: 'Hello.', sender: 'Triage' } as const,
  ];
  const { trace } = await playRefund({ messages });
  expect(trace.requests[0]?.request.messages.map(({ content }) => content)).toEqual([
    'Find out what the user needs.',
    'Hi.',
    'Hello.',
    'I want my money back for A-17.',
  ]);
  expect(messages).toHaveLength(2);
});

test('the first step may answer the messages of a scenario', async () => {
  const run = await runScenario({
    agent: new Agent(),
    messages: [{ role: 'user', content: 'Hi.' }],
    steps: [say('Hello.')],
  });
  expect(run.passed).toBe(true);
});

test('a scenario without steps fails with a ScriptExhaustedError', async () => {
  expect(messagesOf(await runScenario({ agent: new Agent(), steps: [] }))).toMatchObject([
    expect.stringContaining('ScriptExhaustedError'),
  ]);
});

test('maxTurns is 100 by default', async () => {
  const steps = [
    user('x'),
    ...Array.from({ length: 100 }, () => callTool('transfer_to_refunds', {}, { hallucinated: true })),
  ];
  const run = await runScenario({ agent: triage, steps, expect: { stopReason: 'max_turns' } });
  expect(run.passed).toBe(true);
  expect(run.trace.events[0]).toMatchObject({ maxTurns: 100 });
});

test('maxTurns applies to each run', async () => {
  const steps = [user('x'), callTool('transfer_to_refunds'), user('y'), callTool('back_to_triage')];
  const { passed, trace } = await runScenario({ agent: triage, maxTurns: 1, steps });
  expect(passed).toBe(true);
  expect(trace.agents).toEqual(['Triage', 'Refunds', 'Triage']);
});

test('modelOverride replaces the model of every agent', async () => {
  const { trace } = await playRefund({ modelOverride: 'gpt-4o-mini' });
  expect(new Set(trace.requests.map(({ request }) => request.model))).toEqual(new Set(['gpt-4o-mini']));
});

test('executeTools: false leaves the calls pending', async () => {
  const run = await playRefund({
    executeTools: false,
    steps: refundSteps.slice(0, 2),
    expect: { stopReason: 'interrupted', toolCalls: ['transfer_to_refunds'] },
  });
  expect(run.passed).toBe(true);
});

test('a scenario whose user speaks before the answers to pending calls fails', async () => {
  const run = await playRefund({
    executeTools: false,
    steps: [user('Refund.'), callTool('transfer_to_refunds'), user('Hello?'), say('Hi.')],
  });
  expect(run.passed).toBe(false);
  expect(run.trace.requests).toHaveLength(1);
  expect(run.error).toMatchObject({
    name: 'TypeError',
    message:
      'The user of the scenario speaks before the answers to all calls, which the API refuses. Without an answer: transfer_to_refunds. End the steps at the calls. To test the answers, call answerPending in a test.',
  });
});

test('a single set of hooks and a list of them are called as in a Swarm', async () => {
  const seen: string[] = [];
  const hook = (name: string) => ({
    beforeModel: ({ turn }: { turn: number }) => void seen.push(`${name} ${turn}`),
  });
  await playRefund({ hooks: hook('a') });
  await playRefund({ hooks: [hook('b'), hook('c')], steps: [user('x'), say('y')] });
  expect(seen).toEqual(['a 1', 'a 2', 'a 3', 'b 1', 'c 1']);
});

test('two concurrent plays of one scenario do not affect each other', async () => {
  const scenario = { agent: triage, contextVariables: { user: 'Ann' }, steps: refundSteps };
  const [one, other] = await Promise.all([runScenario(scenario), runScenario(scenario, { stream: true })]);
  expect([one.passed, other.passed]).toEqual([true, true]);
  expect(one.trace.hash).toBe(other.trace.hash);
  expect(scenario.contextVariables).toEqual({ user: 'Ann' });
});

test('the user can continue after a scripted failure, from before the failed run', async () => {
  const steps = [
    user('Hi.'),
    say('Hello.'),
    user('Refund me.'),
    modelFails({ kind: 'status', status: 503 }),
    user('Still there?'),
    say('Yes.'),
  ];
  const { passed, trace, response } = await runScenario({ agent: triage, steps });
  expect(passed).toBe(true);
  expect(response?.stopReason).toBe('completed');
  expect(
    trace.requests
      .at(-1)
      ?.request.messages.slice(1)
      .map(({ content }) => content),
  ).toEqual(['Hi.', 'Hello.', 'Still there?']);
});

test('an unknown transport is refused', async ({ expect }) => {
  await expect(
    runScenario({ agent: triage, steps: refundSteps }, { transport: 'carrier pigeon' as 'in-process' }),
  ).rejects.toThrowErrorMatchingInlineSnapshot(
    `[TypeError: The transport "carrier pigeon" is unknown. Use "in-process" or "http".]`,
  );
});
