import { expect, test } from 'vitest';
import { Agent, Result, tool } from 'swarmcheck';
import { callTool, runScenario, say, user, type Scenario, type ToolStub } from 'swarmcheck/testing';
import { factsOf, factsOfMistake } from '../support/facts-of.ts';
import { messagesOf } from '../support/failures.ts';
import { playRefund, refunds, refundSteps, triage } from '../support/agents.ts';

/** What issue_refund answers when this stands in for it. */
async function answerOf(stub: ToolStub): Promise<string | undefined> {
  const run = await playRefund({ tools: { issue_refund: stub } });
  expect(messagesOf(run)).toEqual([]);
  return run.trace.toolCalls[1]?.content;
}

test.for<[stub: ToolStub, content: string]>([
  ['done', 'done'],
  [7, '7'],
  [false, 'false'],
  [{ ok: true }, '{"ok":true}'],
  [['a', 1], '["a",1]'],
])('the value %j is what the tool answers', async ([stub, content]) => {
  expect(await answerOf(stub)).toBe(content);
});

test('a function stands in for execute, with the arguments of the call', async () => {
  expect(await answerOf(({ orderId, amount }) => `${orderId} for ${amount}`)).toBe('A-17 for 5');
});

test('an async function is awaited', async () => {
  expect(await answerOf(async ({ orderId }) => `later ${orderId}`)).toBe('later A-17');
});

test('a function is given the context of the call', async () => {
  const seen: unknown[] = [];
  const stub: ToolStub = (_args, { contextVariables, toolCallId, signal }) => {
    seen.push(contextVariables['user'], toolCallId, signal.aborted);
    return 'done';
  };
  await answerOf(stub);
  expect(seen).toEqual(['Ann', 'call_2', false]);
});

test('a stub of a plain function is given the context of the call, too', async () => {
  const seen: unknown[] = [];
  const stub: ToolStub = (args, { contextVariables, toolCallId, signal }) => {
    seen.push(args, contextVariables['user'], toolCallId, signal?.aborted);
    return refunds;
  };
  await playRefund({ tools: { transfer_to_refunds: stub } });
  expect(seen).toEqual([{}, 'Ann', 'call_1', false]);
});

test('a function that throws is answered with its message', async () => {
  const run = await playRefund({
    tools: {
      issue_refund: () => {
        throw new Error('The bank is closed.');
      },
    },
  });
  expect(run.trace.toolCalls[1]).toMatchObject({
    content: 'Error: Tool issue_refund failed: The bank is closed.',
    error: 'threw',
  });
});

test('a function may change the context and hand off', async () => {
  const stub = () => new Result({ value: 'done', agent: triage, contextVariables: { refunded: true } });
  const run = await playRefund({ tools: { issue_refund: stub } });
  expect(run.response?.contextVariables).toEqual({ user: 'Ann', refunded: true });
  expect(run.trace.agents).toEqual(['Triage', 'Refunds', 'Triage']);
});

test('the schema is still enforced', async () => {
  const steps = [
    ...refundSteps.slice(0, 2),
    callTool('issue_refund', { orderId: 17 }, { hallucinated: true }),
    say('Hm.'),
  ];
  const run = await playRefund({ steps, tools: { issue_refund: 'done' } });
  expect(run.trace.toolCalls[1]).toMatchObject({
    error: 'invalid-arguments',
    content: expect.stringContaining('"orderId" must be a string'),
  });
});

test('what the model is shown stays the same', async () => {
  const [real, stubbed] = [
    await playRefund(),
    await playRefund({ tools: { issue_refund: 'refunded A-17' } }),
  ];
  expect(stubbed.trace.requests).toEqual(real.trace.requests);
});

test('a stub is reached after a handoff, and after the way back', async () => {
  const steps = [
    user('x'),
    callTool('transfer_to_refunds'),
    callTool('back_to_triage'),
    callTool('transfer_to_refunds'),
    callTool('issue_refund', { orderId: 'A-17' }),
    say('ok'),
  ];
  const run = await playRefund({ steps, tools: { issue_refund: 'done' } });
  expect(run.trace.toolCalls.at(-1)?.content).toBe('done');
});

test('a stub holds in later runs', async () => {
  const steps = [
    ...refundSteps,
    user('Another one.'),
    callTool('issue_refund', { orderId: 'A-18' }),
    say('Done.'),
  ];
  const run = await playRefund({ steps, tools: { issue_refund: 'done' } });
  expect(run.trace.toolCalls.map(({ content }) => content)).toEqual([
    '{"assistant":"Refunds"}',
    'done',
    'done',
  ]);
});

test('an agent as a stub hands off', async () => {
  const night = new Agent({ name: 'Night desk' });
  const run = await playRefund({
    steps: [user('x'), callTool('transfer_to_refunds'), say('ok')],
    tools: { transfer_to_refunds: night },
  });
  expect(run.trace.agents).toEqual(['Triage', 'Night desk']);
});

test('the original agents are not touched', async () => {
  const look = () =>
    [triage, refunds].map((agent) => [
      Object.entries(agent),
      ...agent.functions.map((each) => Object.entries(each)),
    ]);
  const before = look();
  await playRefund({ tools: { issue_refund: 'done' } });
  expect(look()).toEqual(before);
  expect((await playRefund()).trace.toolCalls[1]?.content).toBe('refunded A-17');
});

test('a name that no agent has fails, with the nearest one', async () => {
  const run = await playRefund({ tools: { issue_refunds: 'done' } });
  expect(run.passed).toBe(false);
  expect(run.failures).toEqual([
    {
      message: expect.any(String) as string,
      tool: 'issue_refunds',
      suggestion: 'issue_refund',
      known: ['transfer_to_refunds', 'look_up', 'issue_refund', 'back_to_triage'],
    },
  ]);
});

test('a name that is near to nothing fails without a guess', async () => {
  const [failure] = (await playRefund({ tools: { escalate: 'done' } })).failures;
  expect(failure?.tool).toBe('escalate');
  expect(failure).not.toHaveProperty('suggestion');
});

test('a tool of an agent that was never reached fails, as nobody can tell it from a mistyped one', async () => {
  const run = await playRefund({ steps: [user('x'), say('y')], tools: { issue_refund: 'done' } });
  expect(run.failures).toMatchObject([{ tool: 'issue_refund', known: ['transfer_to_refunds'] }]);
});

test('a tool that was reached and not called is fine', async () => {
  expect((await playRefund({ tools: { issue_refund: 'done', look_up: 'nothing' } })).passed).toBe(true);
});

test('a stub of a name that only objects have stands in for nothing', async () => {
  const agent = new Agent({ functions: [tool({ name: 'toString', execute: () => 'real' })] });
  const run = await runScenario({ agent, tools: {}, steps: [user('x'), callTool('toString'), say('ok')] });
  expect(run.trace.toolCalls[0]?.content).toBe('real');
});

test('a function that is missing, as from an import cycle, is told the same with stubs as without', async () => {
  const agent = new Agent({ functions: [undefined as unknown as () => string] });
  const scenario: Scenario = { agent, steps: [user('x'), say('y')] };
  const [real, stubbed] = [
    await runScenario(scenario),
    await runScenario({ ...scenario, tools: { issue_refund: 'done' } }),
  ];
  expect(factsOf(real.error)).toEqual({
    error: 'UsageError',
    field: 'functions[0]',
    agent: 'Agent',
    given: 'undefined',
  });
  expect(stubbed.error).toEqual(real.error);
});

test('functions that are no list are told the same with stubs as without', async () => {
  const agent = new Agent({ functions: {} as unknown as [] });
  const scenario: Scenario = { agent, steps: [user('x'), say('y')] };
  const [real, stubbed] = [
    await runScenario(scenario),
    await runScenario({ ...scenario, tools: { issue_refund: 'done' } }),
  ];
  expect(factsOf(real.error)).toEqual({
    error: 'UsageError',
    field: 'functions',
    agent: 'Agent',
    given: 'an object',
  });
  expect(stubbed.error).toEqual(real.error);
});

test('undefined as a stub, as from a missing import, is told so', async () => {
  const run = runScenario({
    agent: triage,
    steps: refundSteps,
    tools: { issue_refund: undefined as unknown as string },
  });
  expect(await factsOfMistake(() => run)).toEqual({
    error: 'UsageError',
    tool: 'issue_refund',
    given: 'undefined',
  });
});
