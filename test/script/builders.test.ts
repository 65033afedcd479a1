import { expect, test } from 'vitest';
import { callTool, callTools, modelFails, refuse, say, user } from 'swarmcheck/testing';

const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 };

test('user gives a step with one field', () => {
  expect(user('hi')).toStrictEqual({ user: 'hi' });
});

test('say gives a step with one field', () => {
  expect(say('hello')).toStrictEqual({ say: 'hello' });
});

test('say adds the options of an answer to the step', () => {
  const fault = { kind: 'no-finish-reason' } as const;
  expect(say('hello', { latencyMs: 5, usage, finishReason: 'length', fault })).toStrictEqual({
    say: 'hello',
    latencyMs: 5,
    usage,
    finishReason: 'length',
    fault,
  });
});

test('callTool without arguments leaves them out', () => {
  expect(callTool('look_up')).toStrictEqual({ calls: [{ tool: 'look_up' }] });
});

test('callTool takes an object as arguments', () => {
  expect(callTool('look_up', { q: 'a' })).toStrictEqual({ calls: [{ tool: 'look_up', args: { q: 'a' } }] });
});

test('callTool takes a string as raw arguments', () => {
  expect(callTool('look_up', '{"q": ')).toStrictEqual({ calls: [{ tool: 'look_up', rawArgs: '{"q": ' }] });
});

test('callTool takes the empty string as raw arguments', () => {
  expect(callTool('look_up', '')).toStrictEqual({ calls: [{ tool: 'look_up', rawArgs: '' }] });
});

test('callTool puts id and hallucinated on the call, the rest on the answer', () => {
  expect(
    callTool(
      'look_up',
      { q: 'a' },
      { id: 'c1', hallucinated: true, say: 'One moment.', usage, finishReason: 'stop', latencyMs: 1 },
    ),
  ).toStrictEqual({
    calls: [{ tool: 'look_up', args: { q: 'a' }, id: 'c1', hallucinated: true }],
    say: 'One moment.',
    usage,
    finishReason: 'stop',
    latencyMs: 1,
  });
});

test('callTools joins calls into one answer', () => {
  expect(
    callTools([
      callTool('a', { x: 1 }),
      callTool('b', '{', { id: 'c2' }),
      callTool('c', undefined, { hallucinated: true }),
    ]),
  ).toStrictEqual({
    calls: [
      { tool: 'a', args: { x: 1 } },
      { tool: 'b', rawArgs: '{', id: 'c2' },
      { tool: 'c', hallucinated: true },
    ],
  });
});

test('callTools adds the options of the answer to the step', () => {
  expect(
    callTools([callTool('a')], { say: 'Two things.', usage, finishReason: 'stop', latencyMs: 2 }),
  ).toStrictEqual({
    calls: [{ tool: 'a' }],
    say: 'Two things.',
    usage,
    finishReason: 'stop',
    latencyMs: 2,
  });
});

test('refuse gives a refusal with the options of an answer', () => {
  expect(refuse('No.', { usage })).toStrictEqual({ refusal: 'No.', usage });
});

test('modelFails gives a fault, with latencyMs if given', () => {
  expect(modelFails({ kind: 'reset' })).toStrictEqual({ fault: { kind: 'reset' } });
  expect(modelFails({ kind: 'status', status: 429, retryAfterMs: 20 }, { latencyMs: 3 })).toStrictEqual({
    fault: { kind: 'status', status: 429, retryAfterMs: 20 },
    latencyMs: 3,
  });
});

test('steps survive JSON', () => {
  const steps = [
    user('hi'),
    say('a', { usage }),
    callTools([callTool('a', { x: 1 }), callTool('b', '{')]),
    refuse('No.'),
    modelFails({ kind: 'reset' }),
  ];
  expect(JSON.parse(JSON.stringify(steps))).toStrictEqual(steps);
});
