import { expect, test } from 'vitest';
import { callTools, callTool, modelFails, say, scriptedProvider, type Fault } from 'swarmcheck/testing';
import { mistakeIn } from './mistake-in.ts';
import { factsOf } from '../support/facts-of.ts';

/** The error for a step with only this fault. */
const mistakeInFault = (fault: unknown) => mistakeIn(modelFails(fault as Fault));

test('a text in place of a fault is refused', ({ expect }) => {
  expect(mistakeInFault('reset').message).toMatchInlineSnapshot(
    `"Step 2 (steps[1]) has a "fault" that must be an object with a kind, but is the string "reset". Write modelFails({ kind: "reset" })."`,
  );
});

test('the error for an object without a kind does not ask for an object', () => {
  expect(mistakeInFault({ status: 429 }).message).toMatch('kind');
  expect(mistakeInFault({ status: 429 }).message).not.toMatch('but is an object');
});

test('an unknown kind is refused, with the nearest known one', ({ expect }) => {
  expect(factsOf(mistakeInFault({ kind: 'no-anwser' }))).toEqual({
    error: 'ScriptMistakeError',
    step: 2,
    field: 'kind',
    given: 'no-anwser',
    suggestion: 'no-answer',
  });
});

test('a kind inherited from Object.prototype is unknown', () => {
  expect(factsOf(mistakeInFault({ kind: 'constructor' }))).toEqual({
    error: 'ScriptMistakeError',
    step: 2,
    field: 'kind',
    given: 'constructor',
  });
});

test('a field of another kind of fault is refused', ({ expect }) => {
  expect(factsOf(mistakeInFault({ kind: 'reset', afterChunks: 1 }))).toEqual({
    error: 'ScriptMistakeError',
    step: 2,
    field: 'afterChunks',
  });
});

test('a mistyped field of a fault is refused, with the nearest known one', ({ expect }) => {
  expect(factsOf(mistakeInFault({ kind: 'status', status: 429, retryAfter: 20 }))).toEqual({
    error: 'ScriptMistakeError',
    step: 2,
    field: 'retryAfter',
    suggestion: 'retryAfterMs',
  });
});

test('a status that is not an error is refused', ({ expect }) => {
  expect(factsOf(mistakeInFault({ kind: 'status', status: 200 }))).toEqual({
    error: 'ScriptMistakeError',
    step: 2,
    field: 'status',
    given: 'the number 200',
  });
  expect(factsOf(mistakeInFault({ kind: 'status', status: 600 }), 'expected')).toEqual({
    error: 'ScriptMistakeError',
    step: 2,
    field: 'status',
    expected: 'an HTTP error, 400 to 599',
    given: 'the number 600',
  });
  expect(factsOf(mistakeInFault({ kind: 'status', status: 429.5 }), 'expected')).toEqual({
    error: 'ScriptMistakeError',
    step: 2,
    field: 'status',
    expected: 'an HTTP error, 400 to 599',
    given: 'the number 429.5',
  });
  expect(factsOf(mistakeInFault({ kind: 'status', status: '429' }), 'expected')).toEqual({
    error: 'ScriptMistakeError',
    step: 2,
    field: 'status',
    expected: 'an HTTP error, 400 to 599',
    given: 'the string "429"',
  });
  expect(factsOf(mistakeInFault({ kind: 'status' }), 'expected')).toEqual({
    error: 'ScriptMistakeError',
    step: 2,
    field: 'status',
    expected: 'an HTTP error, 400 to 599',
    given: 'undefined',
  });
});

test('a negative retryAfterMs is refused', ({ expect }) => {
  expect(mistakeInFault({ kind: 'status', status: 429, retryAfterMs: -5 }).message).toMatchInlineSnapshot(
    `"Step 2 (steps[1]) has a fault whose "retryAfterMs" must be a number from 0, but is the number -5."`,
  );
});

test('a cut without "by" is refused', ({ expect }) => {
  expect(mistakeInFault({ kind: 'cut', afterChunks: 0 }).message).toMatchInlineSnapshot(
    `"Step 2 (steps[1]) has a fault whose "by" must be "error" or "end", but is undefined."`,
  );
});

test('a cut without a valid afterChunks is refused', ({ expect }) => {
  expect(factsOf(mistakeInFault({ kind: 'cut', by: 'end' }))).toEqual({
    error: 'ScriptMistakeError',
    step: 2,
    field: 'afterChunks',
    given: 'undefined',
  });
  expect(factsOf(mistakeInFault({ kind: 'cut', by: 'end', afterChunks: -1 }), 'expected')).toEqual({
    error: 'ScriptMistakeError',
    step: 2,
    field: 'afterChunks',
    expected: 'a whole number from 0 to 1',
    given: 'the number -1',
  });
  expect(factsOf(mistakeInFault({ kind: 'cut', by: 'end', afterChunks: 0.5 }), 'expected')).toEqual({
    error: 'ScriptMistakeError',
    step: 2,
    field: 'afterChunks',
    expected: 'a whole number from 0 to 1',
    given: 'the number 0.5',
  });
});

test('a cut beyond the end of the answer is refused', ({ expect }) => {
  expect(factsOf(mistakeIn(say('hello', { fault: { kind: 'cut', by: 'end', afterChunks: 4 } })))).toEqual({
    error: 'ScriptMistakeError',
    step: 2,
    field: 'afterChunks',
    given: 'the number 4',
  });
});

test('a bad frame beyond the end of the answer is refused', () => {
  expect(
    factsOf(mistakeIn(say('hello', { fault: { kind: 'bad-frame', afterChunks: 4 } })), 'expected'),
  ).toEqual({
    error: 'ScriptMistakeError',
    step: 2,
    field: 'afterChunks',
    expected: 'a whole number from 0 to 3',
    given: 'the number 4',
  });
});

test('the last possible cut is before the chunk with the finish reason', () => {
  expect(
    scriptedProvider([say('hello', { fault: { kind: 'cut', by: 'end', afterChunks: 3 } })]).remaining,
  ).toBe(1);
});

test('the chunks of calls count as chunks of the answer', () => {
  const calls = callTools([callTool('a', { x: 1 }), callTool('b')], {
    fault: { kind: 'cut', by: 'error', afterChunks: 99 },
  });
  expect(factsOf(mistakeIn(calls), 'expected')).toEqual({
    error: 'ScriptMistakeError',
    step: 2,
    field: 'afterChunks',
    expected: 'a whole number from 0 to 6',
    given: 'the number 99',
  });
});

test.for(['status', 'reset', 'no-answer'] as const)(
  'content beside %s, a fault without an answer, is refused',
  (kind) => {
    const fault = (kind === 'status' ? { kind, status: 500 } : { kind }) as Fault;
    expect(mistakeIn(say('hello', { fault })).message).toMatch(`has content beside the fault "${kind}"`);
    expect(mistakeIn(callTool('a', {}, { fault })).message).toMatch(`has content beside the fault "${kind}"`);
    expect(mistakeIn({ refusal: 'No.', fault }).message).toMatch(`has content beside the fault "${kind}"`);
  },
);

test('an empty text beside a fault without an answer counts as content', ({ expect }) => {
  expect(mistakeIn(say('', { fault: { kind: 'reset' } })).message).toMatchInlineSnapshot(
    `"Step 2 (steps[1]) has content beside the fault "reset", but with this fault no answer arrives. Make two steps: one with the fault, and one with the content."`,
  );
});
