import { expect, test } from 'vitest';
import { callTool, callTools, scriptedProvider, type CallStep } from 'swarmcheck/testing';
import { mistakeIn } from './mistake-in.ts';
import { factsOf } from '../support/facts-of.ts';

test('an empty list of calls is refused', ({ expect }) => {
  expect(mistakeIn({ calls: [] }).message).toMatchInlineSnapshot(
    `"Step 2 (steps[1]) has "calls" that must be a list of at least one call."`,
  );
  expect(factsOf(mistakeIn(callTools([] as unknown as [CallStep])), 'expected')).toEqual({
    error: 'ScriptMistakeError',
    step: 2,
    field: 'calls',
    expected: 'a list of at least one call',
  });
});

test('calls that are not a list are refused', () => {
  expect(factsOf(mistakeIn({ calls: { tool: 'a' } }), 'expected')).toEqual({
    error: 'ScriptMistakeError',
    step: 2,
    field: 'calls',
    expected: 'a list of at least one call',
  });
});

test('the error has the number of the malformed call', ({ expect }) => {
  expect(mistakeIn({ calls: [{ tool: 'a' }, undefined] }).message).toMatchInlineSnapshot(
    `"Call 2 of step 2 (steps[1]) must be an object, but is undefined."`,
  );
});

test('a step in place of a call is refused', ({ expect }) => {
  expect(mistakeIn({ calls: [callTool('a')] }).message).toMatchInlineSnapshot(
    `"Call 1 of step 2 (steps[1]) is a step of its own. Use callTools([callTool(…), …])."`,
  );
});

test('an unknown field of a call is refused, with the nearest known one', () => {
  expect(factsOf(mistakeIn({ calls: [{ tool: 'a', arg: {} }] }))).toEqual({
    error: 'ScriptMistakeError',
    step: 2,
    call: 1,
    field: 'arg',
    suggestion: 'args',
  });
});

test('a call without a tool is refused', ({ expect }) => {
  expect(mistakeIn({ calls: [{ args: {} }] }).message).toMatchInlineSnapshot(
    `"Call 1 of step 2 (steps[1]) has no tool name: "tool" is undefined."`,
  );
});

test('args beside rawArgs are refused', ({ expect }) => {
  expect(factsOf(mistakeIn({ calls: [{ tool: 'a', args: {}, rawArgs: '{}' }] }))).toEqual({
    error: 'ScriptMistakeError',
    step: 2,
    call: 1,
    field: 'rawArgs',
  });
});

test('args that are not an object are refused', ({ expect }) => {
  expect(factsOf(mistakeIn({ calls: [{ tool: 'a', args: ['x'] }] }))).toEqual({
    error: 'ScriptMistakeError',
    step: 2,
    call: 1,
    field: 'args',
    given: 'an array of 1 item',
  });
  expect(factsOf(mistakeIn({ calls: [{ tool: 'a', args: null }] }), 'expected')).toEqual({
    error: 'ScriptMistakeError',
    step: 2,
    call: 1,
    field: 'args',
    expected: 'an object',
    given: 'null',
  });
  expect(factsOf(mistakeIn({ calls: [{ tool: 'a', args: 'x' }] }), 'expected')).toEqual({
    error: 'ScriptMistakeError',
    step: 2,
    call: 1,
    field: 'args',
    expected: 'an object',
    given: 'the string "x"',
  });
});

test('args with a function are refused', ({ expect }) => {
  expect(mistakeIn(callTool('a', { when: () => 1 })).message).toMatchInlineSnapshot(
    `"Call 1 of step 2 (steps[1]) has "args" that are not JSON (they contain a function, a bigint, NaN, a Map, or an object that contains itself)."`,
  );
});

test('args with a function at a greater depth are refused', () => {
  expect(factsOf(mistakeIn(callTool('a', { list: [{ when: () => 1 }] })), 'expected')).toEqual({
    error: 'ScriptMistakeError',
    step: 2,
    call: 1,
    field: 'args',
    expected: 'JSON',
  });
});

test('args with a bigint are refused', () => {
  expect(factsOf(mistakeIn(callTool('a', { count: 1n })), 'expected')).toEqual({
    error: 'ScriptMistakeError',
    step: 2,
    call: 1,
    field: 'args',
    expected: 'JSON',
  });
});

test('args with a symbol are refused', () => {
  expect(factsOf(mistakeIn(callTool('a', { mark: Symbol('x') })), 'expected')).toEqual({
    error: 'ScriptMistakeError',
    step: 2,
    call: 1,
    field: 'args',
    expected: 'JSON',
  });
});

test('args that contain themselves are refused', () => {
  const args: Record<string, unknown> = {};
  args['self'] = args;
  expect(factsOf(mistakeIn(callTool('a', args)), 'expected')).toEqual({
    error: 'ScriptMistakeError',
    step: 2,
    call: 1,
    field: 'args',
    expected: 'JSON',
  });
});

test.for([NaN, Infinity, new Map([['a', 1]]), new Set([1])])(
  'args with %o, which JSON would change silently, are refused',
  (value) => {
    expect(factsOf(mistakeIn(callTool('a', { value })), 'expected')).toEqual({
      error: 'ScriptMistakeError',
      step: 2,
      call: 1,
      field: 'args',
      expected: 'JSON',
    });
  },
);

test('rawArgs that are not a string are refused', ({ expect }) => {
  expect(mistakeIn({ calls: [{ tool: 'a', rawArgs: { x: 1 } }] }).message).toMatchInlineSnapshot(
    `"Call 1 of step 2 (steps[1]) has "rawArgs" that must be a string, not an object."`,
  );
});

test('an id that is not a string, or is empty, is refused', ({ expect }) => {
  expect(mistakeIn(callTool('a', {}, { id: '' })).message).toMatchInlineSnapshot(
    `"Call 1 of step 2 (steps[1]) has an "id" that must be a non-empty string, but is the string ""."`,
  );
  expect(factsOf(mistakeIn({ calls: [{ tool: 'a', id: 7 }] }), 'expected')).toEqual({
    error: 'ScriptMistakeError',
    step: 2,
    call: 1,
    field: 'id',
    expected: 'a non-empty string',
    given: 'the number 7',
  });
});

test('a hallucinated that is not a boolean is refused', ({ expect }) => {
  expect(mistakeIn({ calls: [{ tool: 'a', hallucinated: 'yes' }] }).message).toMatchInlineSnapshot(
    `"Call 1 of step 2 (steps[1]) has a "hallucinated" that must be true or false, but is the string "yes"."`,
  );
});

test('args with an undefined field are well formed', () => {
  expect(scriptedProvider([callTool('a', { x: undefined })]).remaining).toBe(1);
});
