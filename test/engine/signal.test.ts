import { expect, test, vi } from 'vitest';
import { Agent, partialResponse } from 'swarmcheck';
import { callTool, say, scriptedProvider, traceOf } from 'swarmcheck/testing';
import { answeredBy, chunk, completing, hanging } from '../support/completions.ts';
import { bothWays, streamed, streamOf, type Trial } from '../support/runs.ts';
import { never } from '../support/waiting.ts';
import { rejectedWith } from '../support/failures.ts';

test.for(bothWays)(
  'a signal that is already aborted rejects the run with its reason, before any request, %s',
  async ([, run]) => {
    const provider = scriptedProvider([say('ok')]);
    const reason = new Error('stop');
    const error = await rejectedWith(run({ provider, signal: AbortSignal.abort(reason) }));
    expect(error).toBe(reason);
    expect(provider.requests).toEqual([]);
    expect(partialResponse(reason)).toMatchObject({ messages: [], outcome: 'aborted' });
  },
);

test.for(bothWays)('the reason may be a string, which has no partial response, %s', async ([, run]) => {
  expect(await rejectedWith(run({ signal: AbortSignal.abort('stop') }))).toBe('stop');
  expect(partialResponse('stop')).toBeUndefined();
});

test.for(bothWays)('the run rejects with the reason object that abort() creates, %s', async ([, run]) => {
  const controller = new AbortController();
  const error = await rejectedWith(
    run({ provider: hanging(() => controller.abort()), signal: controller.signal }),
  );
  expect(error).toBe(controller.signal.reason);
  expect(error).toHaveProperty('name', 'AbortError');
});

test.for(bothWays)(
  "an abort while the provider hangs rejects the run at once and aborts the provider's signal, %s",
  async ([, run]) => {
    const controller = new AbortController();
    const told: unknown[] = [];
    const provider = answeredBy((_request, options) => {
      options?.signal?.addEventListener('abort', () => told.push(options.signal?.reason));
      queueMicrotask(() => controller.abort('stop'));
      return never();
    });
    expect(await rejectedWith(run({ provider, signal: controller.signal }))).toBe('stop');
    expect(told).toEqual(['stop']);
  },
);

test.for(bothWays)(
  'an error that the provider throws on an abort does not replace the reason, %s',
  async ([, run]) => {
    const controller = new AbortController();
    const reason = new Error('stop');
    const provider = answeredBy((_request, options) => {
      queueMicrotask(() => controller.abort(reason));
      return new Promise((_resolve, reject) => {
        options?.signal?.addEventListener('abort', () => reject(new Error('Request was aborted.')));
      });
    });
    expect(await rejectedWith(run({ provider, signal: controller.signal }))).toBe(reason);
  },
);

test.for(bothWays)(
  'a provider that rejects after the abort causes no unhandled rejection, %s',
  async ([, run]) => {
    const controller = new AbortController();
    let fail: (error: Error) => void = () => {};
    const provider = answeredBy(() => {
      queueMicrotask(() => controller.abort('stop'));
      return new Promise((_resolve, reject) => (fail = reject));
    });
    expect(await rejectedWith(run({ provider, signal: controller.signal }))).toBe('stop');
    // An unhandled rejection would fail the whole test run.
    fail(new Error('too late'));
    await new Promise(setImmediate);
  },
);

test.for(bothWays)('an abort while an instructions function hangs rejects the run, %s', async ([, run]) => {
  const controller = new AbortController();
  const provider = scriptedProvider([say('ok')]);
  const agent = new Agent({
    instructions: () => {
      queueMicrotask(() => controller.abort('stop'));
      return never();
    },
  });
  expect(await rejectedWith(run({ agent, provider, signal: controller.signal }))).toBe('stop');
  expect(provider.requests).toEqual([]);
});

test.for(bothWays)(
  'an abort in an instructions function or a beforeModel hook stops the run before the request, %s',
  async ([, run]) => {
    for (const trial of [
      (abort: () => void): Trial => ({
        agent: new Agent({ instructions: () => (abort(), 'Hi.') }),
        hooks: { beforeModel() {} },
      }),
      (abort: () => void): Trial => ({ hooks: { beforeModel: abort } }),
    ]) {
      const controller = new AbortController();
      const provider = scriptedProvider([say('ok')]);
      const options = trial(() => controller.abort('stop'));
      expect(await rejectedWith(run({ ...options, provider, signal: controller.signal }))).toBe('stop');
      expect(provider.requests).toEqual([]);
    }
  },
);

test.for(['beforeModel', 'afterModel', 'beforeTool', 'afterTool'] as const)(
  'an abort while the %s hook hangs rejects the run',
  async (hook) => {
    const controller = new AbortController();
    const hooks = {
      [hook]: () => {
        queueMicrotask(() => controller.abort('stop'));
        return never();
      },
    };
    const agent = new Agent({
      functions: [
        function ping() {
          return 'pong';
        },
      ],
    });
    for (const [, run] of bothWays) {
      const provider = scriptedProvider([callTool('ping'), say('ok')]);
      expect(await rejectedWith(run({ agent, provider, hooks, signal: controller.signal }))).toBe('stop');
    }
  },
);

test("an abort between two events of a stream rejects the reader and closes the provider's stream", async () => {
  const controller = new AbortController();
  const closed = vi.fn<() => void>();
  const provider = {
    ...completing(),
    async *stream() {
      try {
        yield chunk({ role: 'assistant', content: 'He' });
        yield chunk({ content: 'llo' }, 'stop');
      } finally {
        closed();
      }
    },
  };
  const contents: unknown[] = [];
  const read = async () => {
    for await (const event of streamOf({ provider, signal: controller.signal })) {
      if (!('content' in event)) continue;
      contents.push(event.content);
      controller.abort('stop');
    }
  };
  expect(await rejectedWith(read())).toBe('stop');
  expect(contents).toEqual(['He']);
  expect(closed).toHaveBeenCalledOnce();
});

test('an error that the provider throws while it closes after an abort does not replace the reason', async () => {
  const controller = new AbortController();
  const provider = {
    ...completing(),
    async *stream() {
      try {
        yield chunk({ role: 'assistant', content: 'He' });
      } finally {
        // An unhandled rejection would fail the whole test run.
        await Promise.reject(new Error('cannot close'));
      }
    },
  };
  const read = async () => {
    for await (const event of streamOf({ provider, signal: controller.signal })) {
      if ('content' in event) controller.abort('stop');
    }
  };
  expect(await rejectedWith(read())).toBe('stop');
  await new Promise(setImmediate);
});

test('an abort while a stream hangs in the middle rejects the reader', async () => {
  const controller = new AbortController();
  const provider = {
    ...completing(),
    async *stream() {
      yield chunk({ role: 'assistant', content: 'He' });
      queueMicrotask(() => controller.abort('stop'));
      yield await never();
    },
  };
  expect(await rejectedWith(streamed({ provider, signal: controller.signal }))).toBe('stop');
});

test.for(bothWays)(
  'the trace of an aborted run has the outcome aborted and no model error, %s',
  async ([, run]) => {
    const controller = new AbortController();
    const reason = new Error('stop');
    await rejectedWith(run({ provider: hanging(() => controller.abort(reason)), signal: controller.signal }));
    expect(traceOf(reason).events.map(({ type }) => type)).toEqual(['run-start', 'model-request', 'run-end']);
    expect(traceOf(reason).outcome).toBe('aborted');
  },
);

test.for(bothWays)(
  'an error of the provider has the outcome failed, even if the run has a signal, %s',
  async ([, run]) => {
    const error = new Error('mine');
    await rejectedWith(
      run({ provider: answeredBy(() => Promise.reject(error)), signal: new AbortController().signal }),
    );
    expect(partialResponse(error)?.outcome).toBe('failed');
  },
);
