import { expect, test } from 'vitest';
import { callTools, callTool, modelFails, say, scriptedProvider, type Fault } from 'swarmcheck/testing';
import { mistakeIn } from './mistake-in.ts';

/** The message for a fault that stands alone. */
const mistakeInFault = (fault: unknown) => mistakeIn(modelFails(fault as Fault));

test('a text in place of a fault is refused', ({ expect }) => {
  expect(mistakeInFault('reset')).toMatchInlineSnapshot(
    `"Step 2 (steps[1]) has a "fault" that must be an object with a kind, but is the string "reset". Write modelFails({ kind: "reset" })."`,
  );
});

test('a fault that is an object without a kind is not told to be an object', () => {
  expect(mistakeInFault({ status: 429 })).toMatch('kind');
  expect(mistakeInFault({ status: 429 })).not.toMatch('but is an object');
});

test('an unknown kind is refused, with the nearest known one', ({ expect }) => {
  expect(mistakeInFault({ kind: 'no-anwser' })).toMatchInlineSnapshot(
    `"Step 2 (steps[1]) has a fault of unknown kind "no-anwser". Did you mean "no-answer"? Kinds: status, reset, no-answer, hung-body, malformed-json, html, empty-choices, missing-choices, no-finish-reason, cut, bad-frame."`,
  );
});

test('a kind that only objects have is unknown', () => {
  expect(mistakeInFault({ kind: 'constructor' })).toMatch('unknown kind "constructor"');
});

test('a field of another kind is refused', ({ expect }) => {
  expect(mistakeInFault({ kind: 'reset', afterChunks: 1 })).toMatchInlineSnapshot(
    `"The fault of step 2 (steps[1]) has an unknown field "afterChunks". Its fields: kind."`,
  );
});

test('a mistyped field of a fault is refused, with the nearest known one', ({ expect }) => {
  expect(mistakeInFault({ kind: 'status', status: 429, retryAfter: 20 })).toMatchInlineSnapshot(
    `"The fault of step 2 (steps[1]) has an unknown field "retryAfter". Did you mean "retryAfterMs"? Its fields: kind, status, retryAfterMs, body."`,
  );
});

test('a status that is no error is refused', ({ expect }) => {
  expect(mistakeInFault({ kind: 'status', status: 200 })).toMatchInlineSnapshot(
    `"Step 2 (steps[1]) has a fault whose "status" must be an HTTP error, 400 to 599, but is the number 200."`,
  );
  expect(mistakeInFault({ kind: 'status', status: 600 })).toMatch('400 to 599');
  expect(mistakeInFault({ kind: 'status', status: 429.5 })).toMatch('400 to 599');
  expect(mistakeInFault({ kind: 'status', status: '429' })).toMatch('the string "429"');
  expect(mistakeInFault({ kind: 'status' })).toMatch('but is undefined');
});

test('a time to retry after that is no time is refused', ({ expect }) => {
  expect(mistakeInFault({ kind: 'status', status: 429, retryAfterMs: -5 })).toMatchInlineSnapshot(
    `"Step 2 (steps[1]) has a fault whose "retryAfterMs" must be a number from 0, but is the number -5."`,
  );
});

test('a cut that does not say how is refused', ({ expect }) => {
  expect(mistakeInFault({ kind: 'cut', afterChunks: 0 })).toMatchInlineSnapshot(
    `"Step 2 (steps[1]) has a fault whose "by" must be "error" or "end", but is undefined."`,
  );
});

test('a cut that does not say where is refused', ({ expect }) => {
  expect(mistakeInFault({ kind: 'cut', by: 'end' })).toMatchInlineSnapshot(
    `"Step 2 (steps[1]) has a fault whose "afterChunks" must be a whole number from 0 to 1, because its answer has 2 chunks, but is undefined."`,
  );
  expect(mistakeInFault({ kind: 'cut', by: 'end', afterChunks: -1 })).toMatch('a whole number from 0');
  expect(mistakeInFault({ kind: 'cut', by: 'end', afterChunks: 0.5 })).toMatch('a whole number from 0');
});

test('a cut beyond the answer is refused, with the number of its chunks', ({ expect }) => {
  expect(
    mistakeIn(say('hello', { fault: { kind: 'cut', by: 'end', afterChunks: 4 } })),
  ).toMatchInlineSnapshot(
    `"Step 2 (steps[1]) has a fault whose "afterChunks" must be a whole number from 0 to 3, because its answer has 4 chunks, but is the number 4."`,
  );
});

test('a bad frame beyond the answer is refused', () => {
  expect(mistakeIn(say('hello', { fault: { kind: 'bad-frame', afterChunks: 4 } }))).toMatch(
    'a whole number from 0 to 3',
  );
});

test('the last place of a cut is before the chunk with the finish reason', () => {
  expect(
    scriptedProvider([say('hello', { fault: { kind: 'cut', by: 'end', afterChunks: 3 } })]).remaining,
  ).toBe(1);
});

test('the chunks of calls count', () => {
  const calls = callTools([callTool('a', { x: 1 }), callTool('b')], {
    fault: { kind: 'cut', by: 'error', afterChunks: 99 },
  });
  expect(mistakeIn(calls)).toMatch('because its answer has 7 chunks');
});

test.for(['status', 'reset', 'no-answer'] as const)(
  'content beside %s, with which no answer comes, is refused',
  (kind) => {
    const fault = (kind === 'status' ? { kind, status: 500 } : { kind }) as Fault;
    expect(mistakeIn(say('hello', { fault }))).toMatch(`has content beside the fault "${kind}"`);
    expect(mistakeIn(callTool('a', {}, { fault }))).toMatch(`has content beside the fault "${kind}"`);
    expect(mistakeIn({ refusal: 'No.', fault })).toMatch(`has content beside the fault "${kind}"`);
  },
);

test('an empty text beside a fault with which no answer comes is content', ({ expect }) => {
  expect(mistakeIn(say('', { fault: { kind: 'reset' } }))).toMatchInlineSnapshot(
    `"Step 2 (steps[1]) has content beside the fault "reset", with which no answer comes. Make two steps of it."`,
  );
});
