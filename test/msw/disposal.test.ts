import { mockModel } from 'swarmcheck/msw';
import {
  say,
  scriptedProvider,
  ScriptExhaustedError,
  ScriptMistakeError,
  ScriptNotFinishedError,
} from 'swarmcheck/testing';
import OpenAI from 'openai';
import { expect, test } from 'vitest';
import { thrown } from '../support/failures.ts';
import { bareClient, textOf } from '../support/openai-client.ts';

test('disposing of a mock throws if steps are left over', () => {
  const mock = mockModel([say('one'), say('two')]);
  expect(() => mock[Symbol.dispose]()).toThrow(ScriptNotFinishedError);
});

test('steps left over show the requests that came to the mock, and its address', async () => {
  const mock = mockModel([say('one'), say('two')], { baseURL: 'http://models.invalid/v1' });
  await textOf(new OpenAI({ apiKey: 'none', baseURL: mock.baseURL }));
  expect(thrown(() => mock.assertComplete())).toMatchObject({
    requests: [{ method: 'POST', path: '/v1/chat/completions', status: 200, count: 1 }],
    address: 'http://models.invalid/v1',
  });
});

test('disposing of a mock throws nothing if its script was played', async () => {
  const mock = mockModel([say('one')]);
  await textOf(bareClient());
  expect(() => mock[Symbol.dispose]()).not.toThrow();
});

test('a "using" block throws at its end if steps are left over', () => {
  expect(() => {
    using mock = mockModel([say('left over')]);
    expect(mock.requests).toEqual([]);
  }).toThrow('say("left over")');
});

test('a mock that failed throws its error, and does not report the steps left over', async () => {
  const mock = mockModel([
    () => {
      throw new Error('no step today');
    },
    say('left over'),
  ]);
  await expect(textOf(bareClient())).rejects.toThrow('no step today');
  expect(() => mock[Symbol.dispose]()).toThrow('no step today');
});

test('an error that assertComplete threw is not thrown again', () => {
  const mock = mockModel([say('left over')]);
  expect(() => mock.assertComplete()).toThrow(ScriptNotFinishedError);
  expect(() => mock[Symbol.dispose]()).not.toThrow();
});

test('assertComplete throws for a request beyond the script, even if the code caught the error', async () => {
  const mock = mockModel([]);
  await textOf(bareClient()).catch(() => {});
  expect(() => mock.assertComplete()).toThrow(ScriptExhaustedError);
});

test('an error that was taken from the provider of a mock is not thrown', async () => {
  const provider = scriptedProvider([]);
  const mock = mockModel(provider);
  await textOf(bareClient()).catch(() => {});
  expect(provider.takeMisfit()).toBeInstanceOf(ScriptExhaustedError);
  expect(() => mock.assertComplete()).not.toThrow();
});

test('of several requests beyond the script, the first is thrown, with their number', async () => {
  const mock = mockModel([]);
  for (let count = 0; count < 2; count++) await textOf(bareClient()).catch(() => {});
  expect(() => mock.assertComplete()).toThrow(/^Completion 1 .*the first of 2 requests that did not fit\.$/s);
});

test('a disposed mock does not answer', async () => {
  using older = mockModel([say('older')]);
  {
    using newer = mockModel([say('newer')]);
    expect(await textOf(bareClient())).toBe('newer');
    expect(newer.requests).toHaveLength(1);
  }
  expect(await textOf(bareClient())).toBe('older');
  expect(older.requests).toHaveLength(1);
});

test('a disposed mock keeps its requests and its trace', async () => {
  const mock = mockModel([say('Hi.')]);
  await textOf(bareClient());
  mock[Symbol.dispose]();
  expect(mock.requests).toHaveLength(1);
  expect(mock.trace.outcome).toBe('completed');
});

test('a malformed step is refused when the mock is made', () => {
  expect(() => mockModel([{}])).toThrow(ScriptMistakeError);
});
