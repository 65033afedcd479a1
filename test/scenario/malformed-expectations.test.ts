import { expect, test } from 'vitest';
import { Agent } from 'swarmcheck';
import { modelFails, runScenario, say, user, type Expectations, type Scenario } from 'swarmcheck/testing';
import { factsOf } from '../support/facts-of.ts';

const agent = new Agent();

/** The error for a scenario with these expectations. */
async function refusal(
  expectations: unknown,
  steps: Scenario['steps'] = [user('hi'), say('hello')],
): Promise<Error> {
  const error = await runScenario({ agent, steps, expect: expectations as Expectations }).then(
    ({ passed }) => new Error(`It was played, and ${passed ? 'passed' : 'failed'}.`),
    (error: Error) => error,
  );
  expect(error).toBeInstanceOf(TypeError);
  return error;
}

const failing = [user('hi'), modelFails({ kind: 'reset' })];

test('expectations that are not an object are refused', async ({ expect }) => {
  expect((await refusal('completed')).message).toMatchInlineSnapshot(
    `"The scenario has a field "expect" that must be an object, but is the string "completed"."`,
  );
});

test('an unknown expectation is refused, with the nearest known one', async ({ expect }) => {
  expect(factsOf(await refusal({ toolcalls: [] }))).toEqual({
    error: 'UsageError',
    field: 'toolcalls',
    suggestion: 'toolCalls',
  });
});

test('an unknown stop reason is refused', async ({ expect }) => {
  expect(factsOf(await refusal({ stopReason: 'failed' }))).toEqual({
    error: 'UsageError',
    field: 'stopReason',
    given: 'the string "failed"',
  });
  expect((await refusal({ stopReason: 'complete' })).message).toMatch(
    'must be one of completed, max_turns, interrupted',
  );
});

test('agents that are not a list are refused', async ({ expect }) => {
  expect(factsOf(await refusal({ agents: 'Agent' }))).toEqual({
    error: 'UsageError',
    field: 'agents',
    given: 'the string "Agent"',
  });
});

test('agents instead of their names are refused', async () => {
  expect((await refusal({ agents: [agent] })).message).toMatch('agents');
});

test('an error that is not an object is refused, because it would accept any error', async () => {
  expect((await refusal({ error: 'RateLimitError' }, failing)).message).toMatch('error');
});

test('an error with a mistyped field is refused, because it would accept any error', async () => {
  expect((await refusal({ error: { nmae: 'RateLimitError' } }, failing)).message).toMatch('nmae');
});

test('an error whose name is not a string is refused', async () => {
  expect((await refusal({ error: { name: /Rate/ } }, failing)).message).toMatch('name');
});

test('an error whose message is not a string is refused', async () => {
  expect((await refusal({ error: { message: /connection/i } }, failing)).message).toMatch('message');
});

test('context variables that are not an object are refused', async () => {
  expect((await refusal({ contextVariables: 'Ann' })).message).toMatch('contextVariables');
});

test('a final message that is not a string is refused', async () => {
  expect((await refusal({ finalMessage: /hello/ })).message).toMatch('finalMessage');
});

test.for(['toolCalls', 'agents', 'stopReason', 'error', 'contextVariables', 'finalMessage'])(
  '%s is refused if it is null, because it would expect nothing',
  async (field) => {
    expect((await refusal({ [field]: null })).message).toMatch(field);
  },
);

test('tool calls that are not a trajectory are refused', async () => {
  expect((await refusal({ toolCalls: 'look_up' })).message).toMatch('must be a list of calls');
});
