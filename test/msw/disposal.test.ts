import { mockModel } from 'swarmcheck/msw';
import { say, ScriptExhaustedError, ScriptMistakeError, ScriptNotFinishedError } from 'swarmcheck/testing';
import { expect, test } from 'vitest';
import { bareClient, textOf } from '../support/openai-client.ts';

test('disposing of a mock throws what is left of its script', () => {
  const mock = mockModel([say('one'), say('two')]);
  expect(() => mock[Symbol.dispose]()).toThrow(ScriptNotFinishedError);
});

test('disposing of a mock whose script was played throws nothing', async () => {
  const mock = mockModel([say('one')]);
  await textOf(bareClient());
  expect(() => mock[Symbol.dispose]()).not.toThrow();
});

test('a block with "using" throws what is left at its end', () => {
  expect(() => {
    using mock = mockModel([say('left over')]);
    expect(mock.requests).toEqual([]);
  }).toThrow('say("left over")');
});

test('a mock that failed throws that, and nothing of what is left', async () => {
  const mock = mockModel([
    () => {
      throw new Error('no step today');
    },
    say('left over'),
  ]);
  await expect(textOf(bareClient())).rejects.toThrow('no step today');
  expect(() => mock[Symbol.dispose]()).toThrow('no step today');
});

test('what was told once is not told again', () => {
  const mock = mockModel([say('left over')]);
  expect(() => mock.assertComplete()).toThrow(ScriptNotFinishedError);
  expect(() => mock[Symbol.dispose]()).not.toThrow();
});

test('assertComplete throws a request beyond the script, although the code swallowed it', async () => {
  const mock = mockModel([]);
  await textOf(bareClient()).catch(() => {});
  expect(() => mock.assertComplete()).toThrow(ScriptExhaustedError);
});

test('a mock that is disposed of answers no more', async () => {
  using older = mockModel([say('older')]);
  {
    using newer = mockModel([say('newer')]);
    expect(await textOf(bareClient())).toBe('newer');
    expect(newer.requests).toHaveLength(1);
  }
  expect(await textOf(bareClient())).toBe('older');
  expect(older.requests).toHaveLength(1);
});

test('a mock keeps its requests and its trace when it is disposed of', async () => {
  const mock = mockModel([say('Hi.')]);
  await textOf(bareClient());
  mock[Symbol.dispose]();
  expect(mock.requests).toHaveLength(1);
  expect(mock.trace.outcome).toBe('completed');
});

test('a malformed step is told when the mock is made', () => {
  expect(() => mockModel([{}])).toThrow(ScriptMistakeError);
});
