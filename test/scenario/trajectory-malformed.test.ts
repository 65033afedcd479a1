import { expect, test } from 'vitest';
import { Agent } from 'swarmcheck';
import { runScenario, say, user, type Trajectory } from 'swarmcheck/testing';

/** The message of the error for a malformed trajectory. */
async function refusal(trajectory: unknown): Promise<string> {
  const scenario = {
    agent: new Agent(),
    steps: [user('x'), say('y')],
    expect: { toolCalls: trajectory as Trajectory },
  };
  const error = await runScenario(scenario).then(
    () => new Error('It was accepted.'),
    (error: Error) => error,
  );
  expect(error).toBeInstanceOf(TypeError);
  return error.message;
}

test('a string instead of a trajectory is refused', async ({ expect }) => {
  expect(await refusal('look_up')).toMatchInlineSnapshot(
    `"The scenario, in "expect", has a field "toolCalls" that must be a list of calls, or { sequence, allowOthers, never }, but is the string "look_up". Write ["look_up"]."`,
  );
});

test('an object without a sequence is refused', async ({ expect }) => {
  expect(await refusal({ never: ['a'] })).toMatchInlineSnapshot(
    `"The toolCalls of the scenario has no "sequence". Where any other calls will do, write { sequence: [], allowOthers: true, never: […] }."`,
  );
});

test('a single item instead of a list is refused', async ({ expect }) => {
  expect(await refusal({ tool: 'a' })).toMatchInlineSnapshot(
    `"The toolCalls of the scenario must be a list of calls, or { sequence, allowOthers, never }, but is a single item. Write [{ … }]."`,
  );
  expect(await refusal({ anyOrder: ['a'] })).toMatch('is a single item');
});

test('a mistyped field is named', async ({ expect }) => {
  expect(await refusal({ sequence: [], allowOther: true })).toMatchInlineSnapshot(
    `"The toolCalls of the scenario has an unknown field "allowOther". Did you mean "allowOthers"? Its fields: sequence, allowOthers, never."`,
  );
});

test('a sequence that is not a list is refused', async ({ expect }) => {
  expect(await refusal({ sequence: 'a' })).toMatchInlineSnapshot(
    `"The toolCalls of the scenario has a field "sequence" that must be a list of calls, but is the string "a". Write ["a"]."`,
  );
});

test('a never that is not a list is refused', async () => {
  expect(await refusal({ sequence: [], never: 'a' })).toMatch(/never.*list/);
});

test('an allowOthers that is not a boolean is refused', async () => {
  expect(await refusal({ sequence: [], allowOthers: 'yes' })).toMatch('allowOthers');
});

test('a malformed call is refused', async ({ expect }) => {
  expect(await refusal([{ args: {} }])).toMatchInlineSnapshot(
    `"Item 1 of the toolCalls of the scenario has no "tool"; it has "args"."`,
  );
  expect(await refusal([undefined])).toMatch('is undefined');
  expect(await refusal([['a', 'b']])).toMatch('an array of 2 items');
  expect(await refusal([5])).toMatch('the number 5');
  expect(await refusal([{ tool: 5 }])).toMatch("must be a tool's name, but is the number 5");
});

test('a mistyped field of a call is named', async ({ expect }) => {
  expect(await refusal([{ tool: 'a', argsContains: {} }])).toMatchInlineSnapshot(
    `"Item 1 of the toolCalls of the scenario has an unknown field "argsContains". Did you mean "argsContain"? Its fields: tool, args, argsContain."`,
  );
});

test('a step in place of a call is refused', async () => {
  expect(await refusal([{ calls: [{ tool: 'a' }] }])).toMatch("It is a step: write the tool's name.");
});

test('an item of two kinds is refused', async ({ expect }) => {
  expect(await refusal([{ turn: ['a'], anyOrder: ['b'] }])).toMatchInlineSnapshot(
    `"Item 1 of the toolCalls of the scenario has an unknown field "anyOrder". Its fields: turn."`,
  );
});

test('an empty turn is refused', async ({ expect }) => {
  expect(await refusal([{ turn: [] }])).toMatchInlineSnapshot(
    `"Item 1 of the toolCalls of the scenario has a field "turn" that must be a list of at least one call, but is an array of 0 items."`,
  );
  expect(await refusal([{ anyOrder: [] }])).toMatch('"anyOrder" that must be a list of at least one call');
});

test('a turn that is not a list is refused', async () => {
  expect(await refusal([{ turn: 'a' }])).toMatch(
    '"turn" that must be a list of at least one call, but is the string "a". Write ["a"].',
  );
});

test('items inside items are refused', async () => {
  expect(await refusal([{ turn: [{ anyOrder: ['a'] }] }])).toMatch('Call 1 in "turn" of item 1 of');
  expect(await refusal([{ anyOrder: ['b', { turn: ['a'] }] }])).toMatch('Call 2 in "anyOrder" of item 1 of');
});

test('an item of never that is not a call is refused', async () => {
  expect(await refusal({ sequence: [], never: [{ turn: ['a'] }] })).toMatch('Call 1 in "never" of');
});

test('arguments that are not an object are refused', async () => {
  expect(await refusal([{ tool: 'a', args: 'x' }])).toMatch('args');
  expect(await refusal([{ tool: 'a', argsContain: null }])).toMatch('argsContain');
});
