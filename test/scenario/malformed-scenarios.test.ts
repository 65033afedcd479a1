import { expect, test } from 'vitest';
import { Agent } from 'swarmcheck';
import {
  defineScenario,
  runScenario,
  say,
  ScriptMistakeError,
  user,
  type Scenario,
} from 'swarmcheck/testing';
import { refundSteps, triage } from '../support/agents.ts';
import { factsOf } from '../support/facts-of.ts';

const agent = new Agent();
const steps = [user('hi'), say('hello')];

/** The error with which runScenario refuses a scenario. */
async function refusal(different: object): Promise<Error> {
  const error = await runScenario({ agent, steps, ...different }).then(
    ({ failures }) => new Error(`It was played, with failures ${JSON.stringify(failures)}`),
    (error: Error) => error,
  );
  expect(['TypeError', 'RangeError']).toContain(error.name);
  return error;
}

test.for([undefined, null, 'a text', 7, [], () => steps])('%o is refused as a scenario', async (value) => {
  await expect(runScenario(value as unknown as Scenario)).rejects.toThrow(
    /^A scenario must be an object, but is /,
  );
  expect(() => defineScenario(value as unknown as Scenario & { name: string })).toThrow(TypeError);
});

test('an unknown field is refused, with the nearest known one', async ({ expect }) => {
  expect(factsOf(await refusal({ expects: {} }))).toEqual({
    error: 'UsageError',
    field: 'expects',
    suggestion: 'expect',
  });
});

test('a scenario without an agent is refused', async ({ expect }) => {
  expect((await refusal({ agent: undefined })).message).toMatchInlineSnapshot(
    `"The scenario has no "agent". Give it an Agent, a function that makes one, or an externalAgent."`,
  );
});

test('a plain object as the agent is refused', async () => {
  expect(factsOf(await refusal({ agent: { name: 'Desk', functions: [] } }), 'expected')).toEqual({
    error: 'UsageError',
    field: 'agent',
    expected: 'an Agent, a function that makes one, or an externalAgent',
    given: 'an object',
  });
});

test('steps that are not a list are refused with a ScriptMistakeError', () => {
  expect(() => defineScenario({ name: 'x', agent, steps: say('hi') as unknown as [] })).toThrow(
    ScriptMistakeError,
  );
});

test('a malformed step is refused with a ScriptMistakeError, played or defined', async () => {
  const scenario = { name: 'x', agent, steps: [user('hi'), {}] };
  await expect(runScenario(scenario)).rejects.toThrow(ScriptMistakeError);
  expect(() => defineScenario(scenario)).toThrow(/^Step 2 \(steps\[1\]\)/);
});

test('context variables that are not an object are refused', async ({ expect }) => {
  expect(factsOf(await refusal({ contextVariables: ['Ann'] }))).toEqual({
    error: 'UsageError',
    field: 'contextVariables',
    given: 'an array of 1 item',
  });
});

test('tools that are not an object are refused', async () => {
  expect(factsOf(await refusal({ tools: ['issue_refund'] }), 'expected')).toEqual({
    error: 'UsageError',
    field: 'tools',
    expected: 'an object with a stub for each tool name',
    given: 'an array of 1 item',
  });
});

test('a check that is not a function is refused', async ({ expect }) => {
  expect(factsOf(await refusal({ check: true }))).toEqual({
    error: 'UsageError',
    field: 'check',
    given: 'the boolean true',
  });
});

test('a time limit that is not a finite number above 0 is refused', async ({ expect }) => {
  expect(factsOf(await refusal({ timeoutMs: 0 }))).toEqual({
    error: 'UsageError',
    field: 'timeoutMs',
    given: 'the number 0',
  });
  expect(factsOf(await refusal({ timeoutMs: '20' }), 'expected')).toEqual({
    error: 'UsageError',
    field: 'timeoutMs',
    expected: 'a number of milliseconds above 0',
    given: 'the string "20"',
  });
  expect(factsOf(await refusal({ timeoutMs: NaN }), 'expected')).toEqual({
    error: 'UsageError',
    field: 'timeoutMs',
    expected: 'a number of milliseconds above 0',
    given: 'the number NaN',
  });
  expect(factsOf(await refusal({ timeoutMs: Infinity }), 'expected')).toEqual({
    error: 'UsageError',
    field: 'timeoutMs',
    expected: 'a number of milliseconds above 0',
    given: 'the number Infinity',
  });
});

test('messages that are not a list are refused', async () => {
  expect(factsOf(await refusal({ messages: 'hi' }), 'expected')).toEqual({
    error: 'UsageError',
    field: 'messages',
    expected: 'a list of messages',
    given: 'the string "hi"',
  });
});

test('a message without a role is refused', async () => {
  expect(factsOf(await refusal({ messages: [{ content: 'hi' }] }), 'expected')).toEqual({
    error: 'UsageError',
    field: 'messages[0]',
    expected: 'role',
  });
});

test.for([1.5, NaN, '3'])('a maxTurns of %o is refused', async (maxTurns) => {
  expect(await refusal({ maxTurns })).toMatchObject({ field: 'maxTurns' });
});

test('an executeTools that is not a boolean is refused', async () => {
  expect(factsOf(await refusal({ executeTools: 'no' }), 'expected')).toEqual({
    error: 'UsageError',
    field: 'executeTools',
    expected: 'true or false',
    given: 'the string "no"',
  });
});

test('a modelOverride that is not a string is refused', async () => {
  expect(factsOf(await refusal({ modelOverride: 5 }), 'expected')).toEqual({
    error: 'UsageError',
    field: 'modelOverride',
    expected: 'a string',
    given: 'the number 5',
  });
});

test('hooks with a mistyped name are refused', async () => {
  expect(factsOf(await refusal({ hooks: { beforeModle: () => {} } }))).toEqual({
    error: 'UsageError',
    field: 'beforeModle',
    suggestion: 'beforeModel',
  });
});

test('a name that is not a string is refused', async () => {
  expect(factsOf(await refusal({ name: 5 }), 'expected')).toEqual({
    error: 'UsageError',
    field: 'name',
    expected: 'a string',
    given: 'the number 5',
  });
});

test.for<[field: string, different: object]>([
  ['expects', { expects: {} }],
  ['agent', { agent: undefined }],
  ['contextVariables', { contextVariables: 5 }],
  ['timeoutMs', { timeoutMs: 0 }],
  ['check', { check: true }],
  ['messages', { messages: 'hi' }],
  ['maxTurns', { maxTurns: 1.5 }],
  ['toolCalls', { expect: { toolCalls: 'look_up' } }],
])('defineScenario refuses the same mistakes as runScenario: %s', async ([, different]) => {
  const message = (await refusal({ name: 'a greeting', ...different })).message;
  expect(() => defineScenario({ name: 'a greeting', agent, steps, ...different })).toThrow(message);
});

test.for([{}, { name: '' }, { name: '  ' }])('defineScenario requires a name: %o', (different) => {
  expect(() => defineScenario({ agent, steps, ...different } as Scenario & { name: string })).toThrow(
    'A scenario needs a name that says what happens in it',
  );
});

test('defineScenario returns the scenario it was given', () => {
  const scenario = { name: 'a refund is issued once', agent: triage, steps: refundSteps };
  expect(defineScenario(scenario)).toBe(scenario);
});

test('fields that are undefined count as absent', async () => {
  const scenario: Scenario = {
    agent,
    steps,
    messages: undefined,
    contextVariables: undefined,
    maxTurns: undefined,
    executeTools: undefined,
    modelOverride: undefined,
    hooks: undefined,
    timeoutMs: undefined,
    tools: undefined,
    expect: undefined,
    check: undefined,
  };
  expect((await runScenario(scenario)).trace.hash).toBe((await runScenario({ agent, steps })).trace.hash);
});
