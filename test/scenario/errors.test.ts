import OpenAI from 'openai';
import { expect, test } from 'vitest';
import { Agent, InvalidCompletionError } from 'swarmcheck';
import { callTool, modelFails, runScenario, say, user, type Scenario } from 'swarmcheck/testing';
import { messagesOf } from '../support/failures.ts';
import { playRefund } from '../support/agents.ts';

const limited = [user('x'), modelFails({ kind: 'status', status: 429 })];

test('the error of the run is in the result, the very object', async () => {
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

test('an expected error of a damaged answer has its own name', async () => {
  const run = await playRefund({
    steps: [user('x'), modelFails({ kind: 'html' })],
    expect: { error: { name: 'InvalidCompletionError' } },
  });
  expect(run.passed).toBe(true);
  expect(run.error).toBeInstanceOf(InvalidCompletionError);
});

test('the error of the last run is what counts', async () => {
  const run = await playRefund({ steps: [...limited, user('again'), say('Sorry.')] });
  expect(run.passed).toBe(true);
  expect(run).not.toHaveProperty('error');
});

test('a run that failed and went on does not satisfy an expected error', async () => {
  const run = await playRefund({
    steps: [...limited, user('again'), say('Sorry.')],
    expect: { error: { name: 'RateLimitError' } },
  });
  expect(run.passed).toBe(false);
});

test('an error that nobody scripted ends the scenario', async ({ expect }) => {
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
    If this is meant to happen, say so: expect: { error: { name: "Error" } }.
    What happened:
        turn 1  Triage: says "1"
      ❯ ended: failed",
    ]
  `);
});

test('instructions that throw are the error of the run', async () => {
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

test('an agent that cannot be offered to a model is the error of the run', async () => {
  const agent = new Agent({ functions: [() => 'no name'] });
  const run = await runScenario({ agent, steps: [user('x'), say('y')] });
  expect(run.error).toBeInstanceOf(TypeError);
  expect(messagesOf(run)[0]).toMatch('has no name');
});

test('something thrown that is no Error is named', async () => {
  const rejected = async (thrown: unknown) => {
    const hooks: Scenario['hooks'] = { beforeModel: () => Promise.reject(thrown) };
    return messagesOf(await playRefund({ hooks }))[0];
  };
  expect(await rejected('a text')).toMatch(/^The run was rejected: "?a text"?/);
  expect(await rejected({ code: 7 })).toMatch('The run was rejected: {"code":7}');
  expect(await rejected(null)).toMatch('The run was rejected: null');
});

test('a run that is rejected with undefined has failed', async () => {
  const run = await playRefund({
    hooks: { beforeModel: () => Promise.reject(undefined) },
  });
  expect(run.passed).toBe(false);
});

test('what is left over after an error is no news', async () => {
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

test('what is left over after an expected error is a failure', async () => {
  const run = await playRefund({
    steps: [...limited, say('never')],
    expect: { error: { name: 'RateLimitError' } },
  });
  expect(run.passed).toBe(false);
  expect(run.failures).toMatchObject([{ step: 3, message: expect.stringContaining('say("never")') }]);
});
