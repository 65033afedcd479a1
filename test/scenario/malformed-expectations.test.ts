import { expect, test } from 'vitest';
import { Agent, tool } from 'swarmcheck';
import {
  callTool,
  modelFails,
  runScenario,
  say,
  user,
  type Expectations,
  type Scenario,
} from 'swarmcheck/testing';
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
  expect(factsOf(await refusal({ stopReason: 'complete' }), 'expected')).toEqual({
    error: 'UsageError',
    field: 'stopReason',
    expected: 'one of completed, max_turns, interrupted (for a rejected run, use "error")',
    given: 'the string "complete"',
  });
});

test('agents that are not a list are refused', async ({ expect }) => {
  expect(factsOf(await refusal({ agents: 'Agent' }))).toEqual({
    error: 'UsageError',
    field: 'agents',
    given: 'the string "Agent"',
  });
});

test('agents instead of their names are refused', async () => {
  expect(factsOf(await refusal({ agents: [agent] }), 'expected')).toEqual({
    error: 'UsageError',
    field: 'agents',
    expected: "a list of agents' names",
    given: 'an array of 1 item',
  });
});

test('an error that is not an object is refused, because it would accept any error', async () => {
  expect(factsOf(await refusal({ error: 'RateLimitError' }, failing), 'expected')).toEqual({
    error: 'UsageError',
    field: 'error',
    expected: 'an object with the name of the error, a part of its message, or both',
    given: 'the string "RateLimitError"',
  });
});

test('an error with a mistyped field is refused, because it would accept any error', async () => {
  expect(factsOf(await refusal({ error: { nmae: 'RateLimitError' } }, failing))).toEqual({
    error: 'UsageError',
    field: 'nmae',
    suggestion: 'name',
  });
});

test('an error whose name is not a string is refused', async () => {
  expect(factsOf(await refusal({ error: { name: /Rate/ } }, failing), 'expected')).toEqual({
    error: 'UsageError',
    field: 'name',
    expected: 'a string',
    given: 'a RegExp',
  });
});

test('an error whose message is not a string is refused', async () => {
  expect(factsOf(await refusal({ error: { message: /connection/i } }, failing), 'expected')).toEqual({
    error: 'UsageError',
    field: 'message',
    expected: 'a string',
    given: 'a RegExp',
  });
});

test('context variables that are not an object are refused', async () => {
  expect(factsOf(await refusal({ contextVariables: 'Ann' }), 'expected')).toEqual({
    error: 'UsageError',
    field: 'contextVariables',
    expected: 'an object',
    given: 'the string "Ann"',
  });
});

test('a final message that is not a string is refused', async () => {
  expect(factsOf(await refusal({ finalMessage: /hello/ }), 'expected')).toEqual({
    error: 'UsageError',
    field: 'finalMessage',
    expected: 'a string',
    given: 'a RegExp',
  });
});

const fields = ['toolCalls', 'toolErrors', 'recovered', 'toolResults', 'agents', 'seen'];
test.for([...fields, 'stopReason', 'error', 'contextVariables', 'finalMessage'])(
  '%s is refused if it is null, because it would expect nothing',
  async (field) => {
    expect((await refusal({ [field]: null })).message).toMatch(field);
  },
);

test('tool calls that are not a trajectory are refused', async () => {
  expect(factsOf(await refusal({ toolCalls: 'look_up' }), 'expected')).toEqual({
    error: 'UsageError',
    field: 'toolCalls',
    expected: 'a list of calls, or { sequence, allowOthers, never }',
    given: 'the string "look_up"',
  });
});

const refused: [expectations: object, field: string, where?: string][] = [
  [{ toolResults: ['a'] }, '', 'toolResults[0]'],
  [
    {
      toolResults: [
        { tool: 'a', content: 1 },
        { tool: 'a', contentContain: 'b' },
      ],
    },
    'contentContain',
    'toolResults[1]',
  ],
  [{ toolResults: [{ tool: 1, content: 'b' }] }, 'tool', 'toolResults[0]'],
  [{ toolResults: [{ tool: 'a', contentContains: /b/ }] }, 'contentContains', 'toolResults[0]'],
  ...[/b/, () => 1, 1n, Number.NaN, Number.POSITIVE_INFINITY, new Date(0), [undefined], { a: [/b/] }].map(
    (content): (typeof refused)[number] => [
      { toolResults: [{ tool: 'a', content }] },
      'content',
      'toolResults[0]',
    ],
  ),
  [{ seen: { agent: 'a' } }, 'seen'],
  [{ seen: ['a'] }, '', 'seen[0]'],
  [{ seen: [{ agents: 'a' }] }, 'agents', 'seen[0]'],
  [{ seen: [{ agent }] }, 'agent', 'seen[0]'],
  [{ seen: [{ instructions: /a/ }] }, 'instructions', 'seen[0]'],
  [{ seen: [{ tools: 'a' }] }, 'tools', 'seen[0]'],
  [{ seen: [{ agent: 'a' }, { message: /a/ }] }, 'message', 'seen[1]'],
  [{ recovered: [] }, 'recovered'],
  [{ recovered: { tools: 'a' } }, 'tools', 'recovered'],
  [{ recovered: { tool: 1 } }, 'tool', 'recovered'],
  [{ recovered: { content: /a/ } }, 'content', 'recovered'],
  [{ toolErrors: ['a'] }, '', 'toolErrors[0]'],
  [{ toolErrors: [{ tool: 'a' }, { tool: 'a', kinds: 'b' }] }, 'kinds', 'toolErrors[1]'],
  [{ toolErrors: [{ tool: 1 }] }, 'tool', 'toolErrors[0]'],
  [{ toolErrors: [{ tool: 'a', kind: 'timeout' }] }, 'kind', 'toolErrors[0]'],
];
test.for(refused)('%o is refused', async ([expectations, field, where]) => {
  const facts = factsOf(await refusal(expectations), 'where');
  expect(facts).toMatchObject({
    error: 'UsageError',
    ...(field !== '' && { field }),
    where: expect.stringContaining(where === undefined ? 'in "expect"' : `in "expect.${where}"`),
  });
});

test('a result that contains itself is refused', async () => {
  const content: unknown[] = [];
  content.push(content);
  expect(factsOf(await refusal({ toolResults: [{ tool: 'a', content }] }))).toMatchObject({
    field: 'content',
  });
});

test('a result may repeat a value that does not contain itself', async ({ expect }) => {
  const part = { paid: true };
  const run = await runScenario({
    agent: new Agent({ functions: [tool({ name: 'list', execute: () => [part, { part }] })] }),
    steps: [user('hi'), callTool('list'), say('hello')],
    expect: { toolResults: [{ tool: 'list', content: [part, { part }] }] },
  });
  expect(run.failures).toEqual([]);
});
