import { expect, test } from 'vitest';
import { callTool, say, scriptedProvider, ScriptMistakeError, user, type Step } from 'swarmcheck/testing';
import { thrown } from '../support/failures.ts';
import { mistakeIn } from './mistake-in.ts';

test('a script that is no list is refused', ({ expect }) => {
  const error = thrown(() => scriptedProvider(say('hi') as unknown as Step[]));
  expect(error).toBeInstanceOf(ScriptMistakeError);
  expect(error.message).toMatchInlineSnapshot(
    `"The steps of a script must be a list, not an object. Write [user(…), say(…), …]."`,
  );
});

test('an empty step is refused', ({ expect }) => {
  expect(mistakeIn({})).toMatchInlineSnapshot(
    `"Step 2 (steps[1]) is empty. Give it one of say, calls, refusal or fault."`,
  );
});

test('a step with options alone is empty', () => {
  expect(mistakeIn({ usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 } })).toMatch(
    'is empty',
  );
});

test('undefined, as from a missing import, is refused', ({ expect }) => {
  expect(mistakeIn(undefined)).toMatchInlineSnapshot(
    `"Step 2 (steps[1]) must be a step (user, say, callTool, …), but is undefined."`,
  );
});

test('null is refused', ({ expect }) => {
  expect(mistakeIn(null)).toMatchInlineSnapshot(
    `"Step 2 (steps[1]) must be a step (user, say, callTool, …), but is null."`,
  );
});

test('a text in place of a step is refused', ({ expect }) => {
  expect(mistakeIn('hello')).toMatchInlineSnapshot(
    `"Step 2 (steps[1]) must be a step (user, say, callTool, …), but is the string "hello"."`,
  );
});

test('a list in the list is refused', ({ expect }) => {
  expect(mistakeIn([say('a'), say('b')])).toMatchInlineSnapshot(
    `"Step 2 (steps[1]) is a list. Spread it into the steps: ...steps."`,
  );
});

test('a hole in the list is refused', () => {
  const steps: Step[] = [say('a')];
  steps[2] = say('c');
  expect(thrown(() => scriptedProvider(steps)).message).toMatch('Step 2 (steps[1]) must be a step');
});

test('an unknown field is refused, with the nearest known one', ({ expect }) => {
  expect(mistakeIn({ say: 'hi', finishReasons: 'stop' })).toMatchInlineSnapshot(
    `"Step 2 (steps[1]) has an unknown field "finishReasons". Did you mean "finishReason"? Its fields: say, calls, refusal, fault, latencyMs, usage, finishReason."`,
  );
});

test('an unknown field that is near to nothing is refused without a guess', ({ expect }) => {
  expect(mistakeIn({ say: 'hi', temperature: 1 })).toMatchInlineSnapshot(
    `"Step 2 (steps[1]) has an unknown field "temperature". Its fields: say, calls, refusal, fault, latencyMs, usage, finishReason."`,
  );
});

test('a call in place of a step is refused', ({ expect }) => {
  expect(mistakeIn({ tool: 'look_up', args: {} })).toMatchInlineSnapshot(
    `"Step 2 (steps[1]) is a call, not a step. Use callTool("look_up", …), or put it into "calls"."`,
  );
});

test('user beside another field is refused', ({ expect }) => {
  expect(mistakeIn({ user: 'hi', say: 'hello', latencyMs: 1 })).toMatchInlineSnapshot(
    `"Step 2 (steps[1]) has "user" beside "say", "latencyMs". What the user says and what the model answers are two steps."`,
  );
});

test('a user step without text is refused', ({ expect }) => {
  expect(mistakeIn({ user: 5 })).toMatchInlineSnapshot(
    `"Step 2 (steps[1]) has a "user" that must be a string, but is the number 5."`,
  );
});

test('a say that is no text is refused', ({ expect }) => {
  expect(mistakeIn(say({ text: 'hi' } as unknown as string))).toMatchInlineSnapshot(
    `"Step 2 (steps[1]) has a "say" that must be a string, but is an object."`,
  );
});

test('a function as a text is refused, and named as one', () => {
  expect(mistakeIn({ say: () => 'hi' })).toMatch(/must be a string, but is (a|the) function(?! undefined)/);
});

test('a bigint as a text is refused', () => {
  expect(mistakeIn({ say: 1n })).toMatch('must be a string, but is the bigint 1');
});

test('a refusal that is no text is refused', ({ expect }) => {
  expect(mistakeIn({ refusal: true })).toMatchInlineSnapshot(
    `"Step 2 (steps[1]) has a "refusal" that must be a string, but is the boolean true."`,
  );
});

test('a finish reason that is no text is refused', ({ expect }) => {
  expect(mistakeIn({ say: 'hi', finishReason: null })).toMatchInlineSnapshot(
    `"Step 2 (steps[1]) has a "finishReason" that must be a string, but is null."`,
  );
});

test('latency that is no time is refused', ({ expect }) => {
  expect(mistakeIn({ say: 'hi', latencyMs: -1 })).toMatchInlineSnapshot(
    `"Step 2 (steps[1]) has a "latencyMs" that must be a number from 0, but is the number -1."`,
  );
  expect(mistakeIn({ say: 'hi', latencyMs: Infinity })).toMatch(
    '"latencyMs" that must be a number from 0, but is the number Infinity',
  );
  expect(mistakeIn({ say: 'hi', latencyMs: '5' })).toMatch('"latencyMs" that must be a number from 0');
});

test('usage that is incomplete is refused', ({ expect }) => {
  expect(mistakeIn({ say: 'hi', usage: { prompt_tokens: 1 } })).toMatchInlineSnapshot(
    `"Step 2 (steps[1]) has a "usage" that must hold whole numbers: prompt_tokens, completion_tokens, total_tokens."`,
  );
});

test('usage that does not count is refused', () => {
  expect(
    mistakeIn({ say: 'hi', usage: { prompt_tokens: 1.5, completion_tokens: 1, total_tokens: 2.5 } }),
  ).toMatch('whole numbers');
  expect(
    mistakeIn({ say: 'hi', usage: { prompt_tokens: -1, completion_tokens: 1, total_tokens: 0 } }),
  ).toMatch('whole numbers');
});

test('an instance of a class is no step', ({ expect }) => {
  expect(mistakeIn(new Date(0))).toMatchInlineSnapshot(
    `"Step 2 (steps[1]) must be a step (user, say, callTool, …), but is a Date."`,
  );
});

test('the first malformed step is the one that is named', () => {
  const error = thrown(() => scriptedProvider([user('hi'), {}, callTool('a'), {}] as Step[]));
  expect(error.message).toMatch(/^Step 2 \(steps\[1\]\)/);
});

test('an empty script is well formed', () => {
  expect(scriptedProvider([]).remaining).toBe(0);
});

test('an empty text is well formed', () => {
  expect(scriptedProvider([say(''), user('')]).remaining).toBe(1);
});
