import OpenAI from 'openai';
import { expect, test } from 'vitest';
import { Agent, InvalidCompletionError } from 'swarmcheck';
import { callTool, modelFails, runScenario, say, user, type Scenario } from 'swarmcheck/testing';
import { messagesOf } from '../support/failures.ts';
import { playRefund } from '../support/agents.ts';

const limited = [user('x'), modelFails({ kind: 'status', status: 429 })];

test('the result has the error that rejected the run', async () => {
  const run = await playRefund({ steps: limited });
  expect(run.error).toBeInstanceOf(OpenAI.RateLimitError);
  expect(run.passed).toBe(false);
  expect(run).not.toHaveProperty('response');
});

test.for([
  [{ name: 'RateLimitError' }],
  [{ message: 'status 429' }],
  [{ name: 'RateLimitError', message: 'Scripted fault' }],
  [{}],
] as const)('an expected error passes: %o', async ([error]) => {
  const run = await playRefund({ steps: limited, expect: { error } });
  expect(messagesOf(run)).toEqual([]);
  expect(run.passed).toBe(true);
});

test('the error of a damaged answer can be expected by its name', async () => {
  const run = await playRefund({
    steps: [user('x'), modelFails({ kind: 'html' })],
    expect: { error: { name: 'InvalidCompletionError' } },
  });
  expect(run.passed).toBe(true);
  expect(run.error).toBeInstanceOf(InvalidCompletionError);
});

test('only the error of the last run counts', async () => {
  const run = await playRefund({ steps: [...limited, user('again'), say('Sorry.')] });
  expect(run.passed).toBe(true);
  expect(run).not.toHaveProperty('error');
});

test('the error of an earlier run does not satisfy an expected error', async () => {
  const run = await playRefund({
    steps: [...limited, user('again'), say('Sorry.')],
    expect: { error: { name: 'RateLimitError' } },
  });
  expect(run.passed).toBe(false);
});

test('an error that is not in the script ends the scenario', async ({ expect }) => {
  const hooks = {
    afterModel() {
      throw new Error('the hook broke');
    },
  };
  const run = await playRefund({ hooks, steps: [user('a'), say('1'), user('b'), say('2')] });
  expect(run.trace.requests).toHaveLength(1);
  expect(messagesOf(run)).toMatchInlineSnapshot(`
    [
      "The run was rejected: Error: the hook broke
    If the scenario should expect this error, add expect: { error: { name: "Error" } }.
    What happened:
        turn 1  Triage: says "1"
      ❯ ended: failed",
    ]
  `);
});

test('an error thrown by instructions is the error of the run', async () => {
  const agent = new Agent({
    instructions: ({ user }) => {
      throw new Error(`no language for ${user}`);
    },
  });
  const run = await runScenario({
    agent,
    contextVariables: { user: 'Ann' },
    steps: [user('hi')],
    expect: { error: { message: 'no language for Ann' } },
  });
  expect(run.passed).toBe(true);
});

test('an agent whose function has no name rejects the run', async () => {
  const agent = new Agent({ functions: [() => 'no name'] });
  const run = await runScenario({ agent, steps: [user('x'), say('y')] });
  expect(run.error).toBeInstanceOf(TypeError);
  expect(messagesOf(run)[0]).toMatch('has no name');
});

test('a thrown value that is not an Error is shown', async () => {
  const rejected = async (thrown: unknown) => {
    const hooks: Scenario['hooks'] = { beforeModel: () => Promise.reject(thrown) };
    return messagesOf(await playRefund({ hooks }))[0];
  };
  expect(await rejected('a text')).toMatch(/^The run was rejected: "?a text"?/);
  expect(await rejected({ code: 7 })).toMatch('The run was rejected: {"code":7}');
  expect(await rejected(null)).toMatch('The run was rejected: null');
});

test('a run that is rejected with undefined fails the scenario', async () => {
  const run = await playRefund({
    hooks: { beforeModel: () => Promise.reject(undefined) },
  });
  expect(run.passed).toBe(false);
});

test('steps left over after an unexpected error are not reported', async () => {
  const run = await playRefund({
    steps: [
      user('x'),
      callTool('transfer_to_refunds'),
      modelFails({ kind: 'reset' }),
      say('never'),
      say('ever'),
    ],
  });
  expect(messagesOf(run)).toHaveLength(1);
  expect(messagesOf(run)[0]).toMatch('APIConnectionError');
});

test('steps left over after an expected error are a failure', async () => {
  const run = await playRefund({
    steps: [...limited, say('never')],
    expect: { error: { name: 'RateLimitError' } },
  });
  expect(run.passed).toBe(false);
  expect(run.failures).toMatchObject([{ step: 3, message: expect.stringContaining('say("never")') }]);
});
