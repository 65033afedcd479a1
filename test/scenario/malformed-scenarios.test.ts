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

const agent = new Agent();
const steps = [user('hi'), say('hello')];

/** The message with which runScenario refuses a scenario. */
async function refusal(different: object): Promise<string> {
  const error = await runScenario({ agent, steps, ...different }).then(
    ({ failures }) => new Error(`It was played, with failures ${JSON.stringify(failures)}`),
    (error: Error) => error,
  );
  expect(['TypeError', 'RangeError']).toContain(error.name);
  return error.message;
}

test.for([undefined, null, 'a text', 7, [], () => steps])('%o is no scenario', async (value) => {
  await expect(runScenario(value as unknown as Scenario)).rejects.toThrow(
    /^A scenario must be an object, but is /,
  );
  expect(() => defineScenario(value as unknown as Scenario & { name: string })).toThrow(TypeError);
});

test('an unknown field is refused, with the nearest known one', async ({ expect }) => {
  expect(await refusal({ expects: {} })).toMatchInlineSnapshot(
    `"The scenario has an unknown field "expects". Did you mean "expect"? Its fields: name, agent, steps, messages, contextVariables, maxTurns, executeTools, modelOverride, hooks, timeoutMs, maxBlockMs, tools, expect, check."`,
  );
});

test('a scenario without an agent is refused', async ({ expect }) => {
  expect(await refusal({ agent: undefined })).toMatchInlineSnapshot(
    `"The scenario has a field "agent" that must be an Agent or a function that makes one, but is undefined."`,
  );
});

test('an agent that is none is refused', async () => {
  expect(await refusal({ agent: { name: 'Desk', functions: [] } })).toMatch(
    'must be an Agent or a function that makes one, but is an object',
  );
});

test('steps that are no list are refused as a script', () => {
  expect(() => defineScenario({ name: 'x', agent, steps: say('hi') as unknown as [] })).toThrow(
    ScriptMistakeError,
  );
});

test('a malformed step is refused as a script, played or defined', async () => {
  const scenario = { name: 'x', agent, steps: [user('hi'), {}] };
  await expect(runScenario(scenario)).rejects.toThrow(ScriptMistakeError);
  expect(() => defineScenario(scenario)).toThrow(/^Step 2 \(steps\[1\]\)/);
});

test('context variables that are no object are refused', async ({ expect }) => {
  expect(await refusal({ contextVariables: ['Ann'] })).toMatchInlineSnapshot(
    `"The contextVariables of the scenario must be an object, not an array of 1 item."`,
  );
});

test('tools that are no object are refused', async () => {
  expect(await refusal({ tools: ['issue_refund'] })).toMatch('"tools" that must be an object');
});

test('a check that is no function is refused', async ({ expect }) => {
  expect(await refusal({ check: true })).toMatchInlineSnapshot(
    `"The scenario has a field "check" that must be a function, but is the boolean true."`,
  );
});

test('a time limit that is none is refused', async ({ expect }) => {
  expect(await refusal({ timeoutMs: 0 })).toMatchInlineSnapshot(
    `"The scenario has a field "timeoutMs" that must be a number of milliseconds above 0, but is the number 0."`,
  );
  expect(await refusal({ timeoutMs: '20' })).toMatch('is the string "20"');
  expect(await refusal({ timeoutMs: NaN })).toMatch('is the number NaN');
  expect(await refusal({ timeoutMs: Infinity })).toMatch('is the number Infinity');
});

test('messages that are no list are refused', async () => {
  expect(await refusal({ messages: 'hi' })).toMatch('"messages"');
});

test('a message without a role is refused', async () => {
  expect(await refusal({ messages: [{ content: 'hi' }] })).toMatch('has no role');
});

test.for([1.5, NaN, '3'])('the limit on turns %o is refused', async (maxTurns) => {
  expect(await refusal({ maxTurns })).toMatch('maxTurns');
});

test('executeTools that is neither true nor false is refused', async () => {
  expect(await refusal({ executeTools: 'no' })).toMatch('executeTools');
});

test('a model that is no name is refused', async () => {
  expect(await refusal({ modelOverride: 5 })).toMatch('modelOverride');
});

test('hooks with a mistyped name are refused', async () => {
  expect(await refusal({ hooks: { beforeModle: () => {} } })).toMatch('beforeModle');
});

test('a name that is no text is refused', async () => {
  expect(await refusal({ name: 5 })).toMatch('name');
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
])('what is refused when it is played is refused when it is defined: %s', async ([, different]) => {
  const message = await refusal({ name: 'a greeting', ...different });
  expect(() => defineScenario({ name: 'a greeting', agent, steps, ...different })).toThrow(message);
});

test.for([{}, { name: '' }, { name: '  ' }])('defineScenario wants a name: %o', (different) => {
  expect(() => defineScenario({ agent, steps, ...different } as Scenario & { name: string })).toThrow(
    'A scenario needs a name that says what happens in it',
  );
});

test('defineScenario gives back the scenario it was given', () => {
  const scenario = { name: 'a refund is issued once', agent: triage, steps: refundSteps };
  expect(defineScenario(scenario)).toBe(scenario);
});

test('fields that are undefined are as good as absent', async () => {
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
