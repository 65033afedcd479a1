import { expect, test } from 'vitest';
import { Agent, Result, tool } from 'swarmcheck';
import { callTool, runScenario, say, user, type Scenario, type ToolStub } from 'swarmcheck/testing';
import { factsOf, factsOfMistake } from '../support/facts-of.ts';
import { messagesOf } from '../support/failures.ts';
import { playRefund, refunds, refundSteps, triage } from '../support/agents.ts';

/** The result of issue_refund when this stub replaces it. */
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
])('a tool with the stub %j answers with that value', async ([stub, content]) => {
  expect(await answerOf(stub)).toBe(content);
});

test('a stub function replaces execute, and gets the arguments of the call', async () => {
  expect(await answerOf(({ orderId, amount }) => `${orderId} for ${amount}`)).toBe('A-17 for 5');
});

test('an async stub function is awaited', async () => {
  expect(await answerOf(async ({ orderId }) => `later ${orderId}`)).toBe('later A-17');
});

test('a stub function gets the context of the call', async () => {
  const seen: unknown[] = [];
  const stub: ToolStub = (_args, { contextVariables, toolCallId, signal }) => {
    seen.push(contextVariables['user'], toolCallId, signal.aborted);
    return 'done';
  };
  await answerOf(stub);
  expect(seen).toEqual(['Ann', 'call_2', false]);
});

test('a stub of a plain function gets the context of the call, too', async () => {
  const seen: unknown[] = [];
  const stub: ToolStub = (args, { contextVariables, toolCallId, signal }) => {
    seen.push(args, contextVariables['user'], toolCallId, signal?.aborted);
    return refunds;
  };
  await playRefund({ tools: { transfer_to_refunds: stub } });
  expect(seen).toEqual([{}, 'Ann', 'call_1', false]);
});

test('a stub function that throws is a tool failure with its message', async () => {
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

test('a stub function may change the context and hand off', async () => {
  const stub = () => new Result({ value: 'done', agent: triage, contextVariables: { refunded: true } });
  const run = await playRefund({ tools: { issue_refund: stub } });
  expect(run.response?.contextVariables).toEqual({ user: 'Ann', refunded: true });
  expect(run.trace.agents).toEqual(['Triage', 'Refunds', 'Triage']);
});

test('the schema of a stubbed tool is still enforced', async () => {
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

test('stubs do not change the requests to the model', async () => {
  const [real, stubbed] = [
    await playRefund(),
    await playRefund({ tools: { issue_refund: 'refunded A-17' } }),
  ];
  expect(stubbed.trace.requests).toEqual(real.trace.requests);
});

test('a stub is used after a handoff, and after a handoff back and forth', async () => {
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

test('a stub is used in later runs, too', async () => {
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

test('a stub that is an agent hands off to it', async () => {
  const night = new Agent({ name: 'Night desk' });
  const run = await playRefund({
    steps: [user('x'), callTool('transfer_to_refunds'), say('ok')],
    tools: { transfer_to_refunds: night },
  });
  expect(run.trace.agents).toEqual(['Triage', 'Night desk']);
});

test('the original agents are not changed', async () => {
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

test('a stub with a name that no agent has is a failure, with the nearest name', async () => {
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

test('a stub name that resembles no tool is a failure without a suggestion', async () => {
  const [failure] = (await playRefund({ tools: { escalate: 'done' } })).failures;
  expect(failure?.tool).toBe('escalate');
  expect(failure).not.toHaveProperty('suggestion');
});

test('a stub for a tool of an agent that was not reached is a failure, because its name could be mistyped', async () => {
  const run = await playRefund({ steps: [user('x'), say('y')], tools: { issue_refund: 'done' } });
  expect(run.failures).toMatchObject([{ tool: 'issue_refund', known: ['transfer_to_refunds'] }]);
});

test('a stub for a tool that was offered and not called passes', async () => {
  expect((await playRefund({ tools: { issue_refund: 'done', look_up: 'nothing' } })).passed).toBe(true);
});

test('a name inherited from Object.prototype is not a stub', async () => {
  const agent = new Agent({ functions: [tool({ name: 'toString', execute: () => 'real' })] });
  const run = await runScenario({ agent, tools: {}, steps: [user('x'), callTool('toString'), say('ok')] });
  expect(run.trace.toolCalls[0]?.content).toBe('real');
});

test('an undefined function, as from an import cycle, has the same error with and without stubs', async () => {
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

test('functions that are not a list have the same error with and without stubs', async () => {
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

test('an undefined stub, as from a missing import, is reported', async () => {
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
