import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { Agent } from 'swarmcheck';
import { modelFails, say, traceOf } from 'swarmcheck/testing';
import { answeredBy, hanging, saying } from '../support/completions.ts';
import { bothWays, streamOf, type Trial } from '../support/runs.ts';
import { rejectedWith } from '../support/failures.ts';

const endings: Record<string, Trial> = {
  'a run that completes': { provider: answeredBy(() => saying('ok')) },
  'a run that fails': { provider: answeredBy(() => Promise.reject(new Error('mine'))) },
  'a run whose agent has an invalid function': {
    agent: new Agent({
      functions: [
        function two(a: object, b?: object) {
          return [a, b];
        },
      ] as never,
    }),
  },
  'a run without turns': { maxTurns: 0 },
  'a run that fails with a scripted error': { steps: [modelFails({ kind: 'status', status: 429 })] },
};

for (const [words, trial] of Object.entries(endings)) {
  test.for(bothWays)(`after ${words} no listener is left on the signal, %s`, async ([, run]) => {
    const { signal } = new AbortController();
    await run({ ...trial, signal }).catch(() => {});
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
}

test.for(bothWays)('after an aborted run no listener is left on the signal, %s', async ([, run]) => {
  const controller = new AbortController();
  await rejectedWith(run({ provider: hanging(() => controller.abort('stop')), signal: controller.signal }));
  expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
});

test.for(bothWays)(
  'a signal that is already aborted rejects a run without turns, too, %s',
  async ([, run]) => {
    expect(await rejectedWith(run({ maxTurns: 0, signal: AbortSignal.abort('stop') }))).toBe('stop');
  },
);

test.for(bothWays)(
  'an abort in the afterModel hook of the last answer rejects the run, %s',
  async ([, run]) => {
    const controller = new AbortController();
    const hooks = { afterModel: () => controller.abort('stop') };
    const error = await rejectedWith(run({ steps: [say('ok')], hooks, signal: controller.signal }));
    expect(error).toBe('stop');
  },
);

test('an abort at the end of the last answer rejects the reader', async () => {
  const controller = new AbortController();
  const read = async () => {
    for await (const event of streamOf({ steps: [say('ok')], signal: controller.signal })) {
      if ('delim' in event && event.delim === 'end') controller.abort('stop');
    }
  };
  expect(await rejectedWith(read())).toBe('stop');
});

test('a stream that is never read adds no listener to the signal', () => {
  const { signal } = new AbortController();
  streamOf({ steps: [say('ok')], signal });
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

test.for(bothWays)('an abort after the run changes nothing, %s', async ([, run]) => {
  const controller = new AbortController();
  const response = await run({ steps: [say('ok')], signal: controller.signal });
  controller.abort('too late');
  expect(traceOf(response).outcome).toBe('completed');
});
