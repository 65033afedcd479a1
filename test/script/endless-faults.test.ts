import { expect, test } from 'vitest';
import { Agent, Swarm } from 'swarmcheck';
import { modelFails, say, scriptedProvider, traceOf, type ModelStep } from 'swarmcheck/testing';
import { readAll } from '../support/completions.ts';
import { rejection } from '../support/failures.ts';
import { request } from './ask.ts';

const endless: [label: string, step: ModelStep][] = [
  ['no-answer', modelFails({ kind: 'no-answer' })],
  ['hung-body', modelFails({ kind: 'hung-body' })],
  ['hung-body beside text', say('hello', { fault: { kind: 'hung-body' } })],
];

/** Whether a promise settles within three turns of the event loop. */
async function settles(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  promise.then(
    () => (settled = true),
    () => (settled = true),
  );
  for (let round = 0; round < 3; round++) await new Promise((resolve) => setImmediate(resolve));
  return settled;
}

test.for(endless)('%s never answers', async ([, step]) => {
  expect(await settles(scriptedProvider([step]).complete(request()))).toBe(false);
  expect(await settles(readAll(scriptedProvider([step]).stream(request())))).toBe(false);
});

test.for(endless)('%s ends with the reason when the signal is aborted', async ([, step]) => {
  const controller = new AbortController();
  const reason = new Error('enough');
  const { signal } = controller;
  const pending = [
    scriptedProvider([step]).complete(request(), { signal }),
    readAll(scriptedProvider([step]).stream(request(), { signal })),
  ];
  for (const promise of pending) promise.catch(() => {});
  await settles(pending[0]!);
  controller.abort(reason);
  for (const promise of pending) expect(await rejection(promise)).toBe(reason);
});

test.for(endless)('%s ends a run with the outcome "aborted" when the signal is aborted', async ([, step]) => {
  for (const stream of [false, true]) {
    const controller = new AbortController();
    const reason = new Error('enough');
    const swarm = new Swarm({ provider: scriptedProvider([step]) });
    const options = { agent: new Agent(), messages: [], signal: controller.signal };
    const run = stream ? lastOf(swarm.run({ ...options, stream: true })) : swarm.run(options);
    run.catch(() => {});
    await settles(run);
    controller.abort(reason);
    expect(await rejection(run)).toBe(reason);
    expect(traceOf(reason).outcome).toBe('aborted');
  }
});

async function lastOf(stream: AsyncIterable<unknown>): Promise<unknown> {
  let last: unknown;
  for await (const event of stream) last = event;
  return last;
}
