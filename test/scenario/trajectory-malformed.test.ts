import { expect, test } from 'vitest';
import { Agent } from 'swarmcheck';
import { runScenario, say, user, type Trajectory } from 'swarmcheck/testing';

/** The message with which something is refused that is no trajectory. */
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

test('a text is no trajectory', async () => {
  expect(await refusal('look_up')).toMatchInlineSnapshot(
    `"A trajectory is a list of calls, or { sequence, allowOthers, never }, but is the string "look_up"."`,
  );
});

test('an object without a sequence is none', async () => {
  expect(await refusal({ never: ['a'] })).toMatchInlineSnapshot(
    `"The sequence of a trajectory is a list of calls, but is undefined."`,
  );
});

test('a single item is none', async () => {
  expect(await refusal({ tool: 'a' })).toMatchInlineSnapshot(
    `"A trajectory has no field "tool". Fields: sequence, allowOthers, never."`,
  );
  expect(await refusal({ anyOrder: ['a'] })).toMatch('has no field "anyOrder"');
});

test('a mistyped field is named', async () => {
  expect(await refusal({ sequence: [], allowOther: true })).toMatchInlineSnapshot(
    `"A trajectory has no field "allowOther". Fields: sequence, allowOthers, never."`,
  );
});

test('a sequence that is no list is refused', async () => {
  expect(await refusal({ sequence: 'a' })).toMatchInlineSnapshot(
    `"The sequence of a trajectory is a list of calls, but is the string "a"."`,
  );
});

test('never that is no list is refused', async () => {
  expect(await refusal({ sequence: [], never: 'a' })).toMatch(/never.*list/);
});

test('allowOthers that is neither true nor false is refused', async () => {
  expect(await refusal({ sequence: [], allowOthers: 'yes' })).toMatch('allowOthers');
});

test('a call that is none is refused', async () => {
  expect(await refusal([{ args: {} }])).toMatchInlineSnapshot(
    `"A call in a trajectory is a tool's name, or { tool, args } or { tool, argsContain }, but is an object."`,
  );
  expect(await refusal([undefined])).toMatch('is undefined');
  expect(await refusal([['a', 'b']])).toMatch('an array of 2 items');
  expect(await refusal([5])).toMatch('the number 5');
  expect(await refusal([{ tool: 5 }])).toMatch('A call in a trajectory');
});

test('a mistyped field of a call is named', async () => {
  expect(await refusal([{ tool: 'a', argsContains: {} }])).toMatchInlineSnapshot(
    `"A call in a trajectory has no field "argsContains". Fields: tool, args, argsContain."`,
  );
});

test('a step in place of a call is refused', async () => {
  expect(await refusal([{ calls: [{ tool: 'a' }] }])).toMatch('A call in a trajectory');
});

test('an item of two kinds is refused', async () => {
  expect(await refusal([{ turn: ['a'], anyOrder: ['b'] }])).toMatchInlineSnapshot(
    `"A trajectory's turn has no field "anyOrder". Fields: turn."`,
  );
});

test('a turn of nothing is refused', async () => {
  expect(await refusal([{ turn: [] }])).toMatchInlineSnapshot(
    `"A trajectory's turn is a list of at least one call, but is an array of 0 items."`,
  );
  expect(await refusal([{ anyOrder: [] }])).toMatch("A trajectory's anyOrder is a list of at least one call");
});

test('a turn that is no list is refused', async () => {
  expect(await refusal([{ turn: 'a' }])).toMatch(
    'A trajectory\'s turn is a list of at least one call, but is the string "a"',
  );
});

test('items inside items are refused', async () => {
  expect(await refusal([{ turn: [{ anyOrder: ['a'] }] }])).toMatch('A call in a trajectory');
  expect(await refusal([{ anyOrder: [{ turn: ['a'] }] }])).toMatch('A call in a trajectory');
});

test('a forbidden call that is none is refused', async () => {
  expect(await refusal({ sequence: [], never: [{ turn: ['a'] }] })).toMatch('A call in a trajectory');
});

test('arguments that are no object are refused', async () => {
  expect(await refusal([{ tool: 'a', args: 'x' }])).toMatch('args');
  expect(await refusal([{ tool: 'a', argsContain: null }])).toMatch('argsContain');
});
