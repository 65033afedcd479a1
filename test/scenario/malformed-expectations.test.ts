import { expect, test } from 'vitest';
import { Agent } from 'swarmcheck';
import { modelFails, runScenario, say, user, type Expectations, type Scenario } from 'swarmcheck/testing';

const agent = new Agent();

/** The message with which a scenario is refused that expects this. */
async function refusal(
  expectations: unknown,
  steps: Scenario['steps'] = [user('hi'), say('hello')],
): Promise<string> {
  const error = await runScenario({ agent, steps, expect: expectations as Expectations }).then(
    ({ passed }) => new Error(`It was played, and ${passed ? 'passed' : 'failed'}.`),
    (error: Error) => error,
  );
  expect(error).toBeInstanceOf(TypeError);
  return error.message;
}

const failing = [user('hi'), modelFails({ kind: 'reset' })];

test('expectations that are no object are refused', async ({ expect }) => {
  expect(await refusal('completed')).toMatchInlineSnapshot(
    `"The scenario has a field "expect" that must be an object, but is the string "completed"."`,
  );
});

test('an unknown expectation is refused, with the nearest known one', async ({ expect }) => {
  expect(await refusal({ toolcalls: [] })).toMatchInlineSnapshot(
    `"The scenario, in "expect", has an unknown field "toolcalls". Did you mean "toolCalls"? Its fields: toolCalls, agents, stopReason, error, contextVariables, finalMessage."`,
  );
});

test('a stop reason that there is not is refused', async ({ expect }) => {
  expect(await refusal({ stopReason: 'failed' })).toMatchInlineSnapshot(
    `"The scenario, in "expect", has a field "stopReason" that must be one of completed, max_turns, interrupted (a rejected run has none: use "error"), but is the string "failed"."`,
  );
  expect(await refusal({ stopReason: 'complete' })).toMatch(
    'must be one of completed, max_turns, interrupted',
  );
});

test('agents that are no list are refused', async ({ expect }) => {
  expect(await refusal({ agents: 'Agent' })).toMatchInlineSnapshot(
    `"The scenario, in "expect", has a field "agents" that must be a list of agents' names, but is the string "Agent". Write ["Agent"]."`,
  );
});

test('agents that are given in place of their names are refused', async () => {
  expect(await refusal({ agents: [agent] })).toMatch('agents');
});

test('an error that is no object is refused: any error would do', async () => {
  expect(await refusal({ error: 'RateLimitError' }, failing)).toMatch('error');
});

test('an error with a mistyped field is refused: any error would do', async () => {
  expect(await refusal({ error: { nmae: 'RateLimitError' } }, failing)).toMatch('nmae');
});

test('an error whose name is no text is refused', async () => {
  expect(await refusal({ error: { name: /Rate/ } }, failing)).toMatch('name');
});

test('an error whose message is no text is refused', async () => {
  expect(await refusal({ error: { message: /connection/i } }, failing)).toMatch('message');
});

test('context variables that are no object are refused', async () => {
  expect(await refusal({ contextVariables: 'Ann' })).toMatch('contextVariables');
});

test('a final message that is no text is refused', async () => {
  expect(await refusal({ finalMessage: /hello/ })).toMatch('finalMessage');
});

test.for(['toolCalls', 'agents', 'stopReason', 'error', 'contextVariables', 'finalMessage'])(
  '%s that is null expects nothing, and is refused',
  async (field) => {
    expect(await refusal({ [field]: null })).toMatch(field);
  },
);

test('tool calls that are no trajectory are refused', async () => {
  expect(await refusal({ toolCalls: 'look_up' })).toMatch('must be a list of calls');
});
