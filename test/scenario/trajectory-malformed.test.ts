import { expect, test } from 'vitest';
import { Agent } from 'swarmcheck';
import { runScenario, say, user, type Trajectory } from 'swarmcheck/testing';
import { factsOfMistake } from '../support/facts-of.ts';

const toolCalls = 'The toolCalls of the scenario';
const first = 'Item 1 of the toolCalls of the scenario';
const calls = 'a list of calls';
const trajectory = 'a list of calls, or { sequence, allowOthers, never }';
const call = "a tool's name, { tool, args } or { tool, argsContain }";
const group = 'a list of at least one call';

/** The fields of the error for an invalid trajectory. test/mistakes asserts the whole texts. */
async function refusal(wrong: unknown): Promise<Record<string, unknown>> {
  const scenario = {
    agent: new Agent(),
    steps: [user('x'), say('y')],
    expect: { toolCalls: wrong as Trajectory },
  };
  const { error, ...facts } = await factsOfMistake(() => runScenario(scenario), 'where', 'expected');
  expect(error).toBe('UsageError');
  return facts;
}

test('a string instead of a trajectory is refused', async () => {
  expect(await refusal('look_up')).toEqual({
    where: 'The scenario, in "expect",',
    field: 'toolCalls',
    expected: trajectory,
    given: 'the string "look_up"',
  });
});

test('an object without a sequence is refused', async () => {
  expect(await refusal({ never: ['a'] })).toEqual({ where: toolCalls, field: 'sequence' });
});

test('a single item instead of a list is refused', async () => {
  for (const item of [{ tool: 'a' }, { anyOrder: ['a'] }, { turnAnyOrder: ['a'] }, { atMost: [] }])
    expect(await refusal(item)).toEqual({ where: toolCalls, expected: trajectory, given: 'a single item' });
});

test('a mistyped field is named', async () => {
  expect(await refusal({ sequence: [], allowOther: true })).toEqual({
    where: toolCalls,
    field: 'allowOther',
    suggestion: 'allowOthers',
  });
});

test('a sequence that is not a list is refused', async () => {
  expect(await refusal({ sequence: 'a' })).toEqual({
    where: toolCalls,
    field: 'sequence',
    expected: calls,
    given: 'the string "a"',
  });
});

test('a never that is not a list is refused', async () => {
  expect(await refusal({ sequence: [], never: 'a' })).toEqual({
    where: toolCalls,
    field: 'never',
    expected: calls,
    given: 'the string "a"',
  });
});

test('an allowOthers that is not a boolean is refused', async () => {
  expect(await refusal({ sequence: [], allowOthers: 'yes' })).toEqual({
    where: toolCalls,
    field: 'allowOthers',
    expected: 'true or false',
    given: 'the string "yes"',
  });
});

test('a malformed call is refused', async () => {
  expect(await refusal([{ args: {} }])).toEqual({ where: first, field: 'tool' });
  for (const [none, given] of [
    [undefined, 'undefined'],
    [['a', 'b'], 'an array of 2 items'],
    [5, 'the number 5'],
  ])
    expect(await refusal([none])).toEqual({ where: first, expected: call, given });
  expect(await refusal([{ tool: 5 }])).toEqual({
    where: first,
    field: 'tool',
    expected: "a tool's name",
    given: 'the number 5',
  });
});

test('a mistyped field of a call is named', async () => {
  expect(await refusal([{ tool: 'a', argsContains: {} }])).toEqual({
    where: first,
    field: 'argsContains',
    suggestion: 'argsContain',
  });
});

test('a step in place of a call is refused', async () => {
  expect(await refusal([{ calls: [{ tool: 'a' }] }])).toEqual({ where: first, field: 'tool' });
});

test('an item of two kinds is refused', async () => {
  expect(await refusal([{ turn: ['a'], anyOrder: ['b'] }])).toEqual({ where: first, field: 'anyOrder' });
});

test('an empty turn is refused', async () => {
  for (const field of ['turn', 'turnAnyOrder', 'anyOrder'])
    expect(await refusal([{ [field]: [] }])).toEqual({
      where: first,
      field,
      expected: group,
      given: 'an array of 0 items',
    });
});

test('an atMost may be empty, but must be a list of calls', async () => {
  expect(await refusal([{ atMost: 'a' }])).toEqual({
    where: first,
    field: 'atMost',
    expected: calls,
    given: 'the string "a"',
  });
  expect(await refusal([{ atMost: ['a', { turn: ['a'] }] }])).toEqual({
    where: 'Call 2 in "atMost" of item 1 of the toolCalls of the scenario',
    field: 'tool',
  });
  expect(await refusal([{ atMost: [] }, 5])).toMatchObject({ where: first.replace('1', '2') });
});

test('a turn that is not a list is refused', async () => {
  expect(await refusal([{ turn: 'a' }])).toEqual({
    where: first,
    field: 'turn',
    expected: group,
    given: 'the string "a"',
  });
});

test('items inside items are refused', async () => {
  expect(await refusal([{ turn: [{ anyOrder: ['a'] }] }])).toEqual({
    where: 'Call 1 in "turn" of item 1 of the toolCalls of the scenario',
    field: 'tool',
  });
  expect(await refusal([{ anyOrder: ['b', { turn: ['a'] }] }])).toEqual({
    where: 'Call 2 in "anyOrder" of item 1 of the toolCalls of the scenario',
    field: 'tool',
  });
});

test('an item of never that is not a call is refused', async () => {
  expect(await refusal({ sequence: [], never: [{ turn: ['a'] }] })).toEqual({
    where: 'Call 1 in "never" of the toolCalls of the scenario',
    field: 'tool',
  });
});

test('arguments that are not an object are refused', async () => {
  expect(await refusal([{ tool: 'a', args: 'x' }])).toEqual({
    where: first,
    field: 'args',
    expected: 'an object',
    given: 'the string "x"',
  });
  expect(await refusal([{ tool: 'a', argsContain: null }])).toEqual({
    where: first,
    field: 'argsContain',
    expected: 'an object',
    given: 'null',
  });
});
