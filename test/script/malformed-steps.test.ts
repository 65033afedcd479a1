import { expect, test } from 'vitest';
import { callTool, say, scriptedProvider, ScriptMistakeError, user, type Step } from 'swarmcheck/testing';
import { thrown } from '../support/failures.ts';
import { mistakeIn } from './mistake-in.ts';
import { factsOf } from '../support/facts-of.ts';

test('a script that is not a list is refused', ({ expect }) => {
  const error = thrown(() => scriptedProvider(say('hi') as unknown as Step[]));
  expect(error).toBeInstanceOf(ScriptMistakeError);
  expect(error.message).toMatchInlineSnapshot(
    `"The steps of a script must be a list, not an object. Write [user(…), say(…), …]."`,
  );
});

test('an empty step is refused', ({ expect }) => {
  expect(factsOf(mistakeIn({}))).toEqual({ error: 'ScriptMistakeError', step: 2 });
});

test('a step with nothing but options is empty', () => {
  expect(mistakeIn({ usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 } }).message).toMatch(
    'is empty',
  );
});

test('undefined, as from a missing import, is refused', ({ expect }) => {
  expect(factsOf(mistakeIn(undefined))).toEqual({ error: 'ScriptMistakeError', step: 2, given: 'undefined' });
});

test('null is refused', ({ expect }) => {
  expect(factsOf(mistakeIn(null))).toEqual({ error: 'ScriptMistakeError', step: 2, given: 'null' });
});

test('a text in place of a step is refused', ({ expect }) => {
  expect(factsOf(mistakeIn('hello'))).toEqual({
    error: 'ScriptMistakeError',
    step: 2,
    given: 'the string "hello"',
  });
});

test('a list in the list is refused', ({ expect }) => {
  expect(factsOf(mistakeIn([say('a'), say('b')]))).toEqual({
    error: 'ScriptMistakeError',
    step: 2,
    given: 'a list',
  });
});

test('a hole in the list is refused', () => {
  const steps: Step[] = [say('a')];
  steps[2] = say('c');
  expect(thrown(() => scriptedProvider(steps)).message).toMatch('Step 2 (steps[1]) must be a step');
});

test('an unknown field is refused, with the nearest known one', ({ expect }) => {
  expect(factsOf(mistakeIn({ say: 'hi', finishReasons: 'stop' }))).toEqual({
    error: 'ScriptMistakeError',
    step: 2,
    field: 'finishReasons',
    suggestion: 'finishReason',
  });
});

test('an unknown field that resembles no known one is refused without a suggestion', ({ expect }) => {
  expect(factsOf(mistakeIn({ say: 'hi', temperature: 1 }))).toEqual({
    error: 'ScriptMistakeError',
    step: 2,
    field: 'temperature',
  });
});

test('a call in place of a step is refused', ({ expect }) => {
  expect(factsOf(mistakeIn({ tool: 'look_up', args: {} }))).toEqual({
    error: 'ScriptMistakeError',
    step: 2,
    given: 'a call',
  });
});

test('user beside another field is refused', ({ expect }) => {
  expect(mistakeIn({ user: 'hi', say: 'hello', latencyMs: 1 }).message).toMatchInlineSnapshot(
    `"Step 2 (steps[1]) has "user" beside "say", "latencyMs". Make two steps: one for the user, and one for the model."`,
  );
});

test('a user step without text is refused', ({ expect }) => {
  expect(factsOf(mistakeIn({ user: 5 }))).toEqual({
    error: 'ScriptMistakeError',
    step: 2,
    field: 'user',
    given: 'the number 5',
  });
});

test('a say that is not a string is refused', ({ expect }) => {
  expect(factsOf(mistakeIn(say({ text: 'hi' } as unknown as string)))).toEqual({
    error: 'ScriptMistakeError',
    step: 2,
    field: 'say',
    given: 'an object',
  });
});

test('a function as a text is refused, and named as a function', () => {
  expect(mistakeIn({ say: () => 'hi' }).message).toMatch(
    /must be a string, but is (a|the) function(?! undefined)/,
  );
});

test('a bigint as a text is refused', () => {
  expect(factsOf(mistakeIn({ say: 1n }), 'expected')).toEqual({
    error: 'ScriptMistakeError',
    step: 2,
    field: 'say',
    expected: 'a string',
    given: 'the bigint 1',
  });
});

test('a refusal that is not a string is refused', ({ expect }) => {
  expect(factsOf(mistakeIn({ refusal: true }))).toEqual({
    error: 'ScriptMistakeError',
    step: 2,
    field: 'refusal',
    given: 'the boolean true',
  });
});

test('a finish reason that is not a string is refused', ({ expect }) => {
  expect(factsOf(mistakeIn({ say: 'hi', finishReason: null }))).toEqual({
    error: 'ScriptMistakeError',
    step: 2,
    field: 'finishReason',
    given: 'null',
  });
});

test('a latencyMs that is not a finite number from 0 is refused', ({ expect }) => {
  expect(mistakeIn({ say: 'hi', latencyMs: -1 }).message).toMatchInlineSnapshot(
    `"Step 2 (steps[1]) has a "latencyMs" that must be a number from 0, but is the number -1."`,
  );
  expect(factsOf(mistakeIn({ say: 'hi', latencyMs: Infinity }), 'expected')).toEqual({
    error: 'ScriptMistakeError',
    step: 2,
    field: 'latencyMs',
    expected: 'a number from 0',
    given: 'the number Infinity',
  });
  expect(factsOf(mistakeIn({ say: 'hi', latencyMs: '5' }), 'expected')).toEqual({
    error: 'ScriptMistakeError',
    step: 2,
    field: 'latencyMs',
    expected: 'a number from 0',
    given: 'the string "5"',
  });
});

test('usage that is incomplete is refused', ({ expect }) => {
  expect(mistakeIn({ say: 'hi', usage: { prompt_tokens: 1 } }).message).toMatchInlineSnapshot(
    `"Step 2 (steps[1]) has a "usage" that must hold whole numbers: prompt_tokens, completion_tokens, total_tokens."`,
  );
});

test('usage that is not in whole numbers from 0 is refused', () => {
  expect(
    mistakeIn({ say: 'hi', usage: { prompt_tokens: 1.5, completion_tokens: 1, total_tokens: 2.5 } }).message,
  ).toMatch('whole numbers');
  expect(
    mistakeIn({ say: 'hi', usage: { prompt_tokens: -1, completion_tokens: 1, total_tokens: 0 } }).message,
  ).toMatch('whole numbers');
});

test('an instance of a class is refused', ({ expect }) => {
  expect(factsOf(mistakeIn(new Date(0)))).toEqual({ error: 'ScriptMistakeError', step: 2, given: 'a Date' });
});

test('the first of several malformed steps is named', () => {
  const error = thrown(() => scriptedProvider([user('hi'), {}, callTool('a'), {}] as Step[]));
  expect(error.message).toMatch(/^Step 2 \(steps\[1\]\)/);
});

test('an empty script is well formed', () => {
  expect(scriptedProvider([]).remaining).toBe(0);
});

test('an empty text is well formed', () => {
  expect(scriptedProvider([say(''), user('')]).remaining).toBe(1);
});
