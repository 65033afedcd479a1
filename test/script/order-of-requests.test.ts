import { expect, test } from 'vitest';
import { say, scriptedProvider, user } from 'swarmcheck/testing';
import { readAll } from '../support/completions.ts';
import { rejection } from '../support/failures.ts';
import { request } from './ask.ts';

const aborted = (reason: Error) => ({ signal: AbortSignal.abort(reason) });

test('an aborted request takes no step', async () => {
  const reason = new Error('stopped');
  const provider = scriptedProvider([say('a')]);
  expect(await rejection(provider.complete(request(), aborted(reason)))).toBe(reason);
  expect(provider.remaining).toBe(1);
});

test('an aborted stream takes no step', async () => {
  const reason = new Error('stopped');
  const provider = scriptedProvider([say('a')]);
  expect(await rejection(readAll(provider.stream(request(), aborted(reason))))).toBe(reason);
  expect(provider.remaining).toBe(1);
});

test('an aborted request is not compared with a user step', async () => {
  const reason = new Error('stopped');
  const provider = scriptedProvider([user('another'), say('a')]);
  expect(await rejection(provider.complete(request(), aborted(reason)))).toBe(reason);
});

test('concurrent requests get different steps, in the order they were made', async () => {
  const provider = scriptedProvider([say('first'), say('second'), say('third')]);
  const answers = await Promise.all([
    provider.complete(request()),
    provider.complete(request()),
    provider.complete(request()),
  ]);
  expect(answers.map(({ choices }) => choices[0]?.message.content)).toEqual(['first', 'second', 'third']);
  expect(answers.map(({ id }) => id)).toEqual(['chatcmpl-1', 'chatcmpl-2', 'chatcmpl-3']);
});

test('a slow function step keeps its place', async () => {
  const gate: { open?: () => void } = {};
  const opened = new Promise<void>((resolve) => (gate.open = resolve));
  const provider = scriptedProvider([
    async () => {
      await opened;
      return say('first');
    },
    say('second'),
  ]);
  const first = provider.complete(request());
  expect((await provider.complete(request())).choices[0]?.message.content).toBe('second');
  gate.open?.();
  expect((await first).choices[0]?.message.content).toBe('first');
});

test('concurrent streams get different steps, in the order they were requested', async () => {
  const provider = scriptedProvider([say('first'), say('second')]);
  const streams = [provider.stream(request()), provider.stream(request())];
  const texts = (await Promise.all(streams.toReversed().map(readAll))).map((chunks) =>
    chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join(''),
  );
  expect(texts).toEqual(['second', 'first']);
});
