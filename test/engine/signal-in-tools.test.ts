import { expect, test, vi } from 'vitest';
import { Agent, partialResponse, tool, type ToolContext } from 'swarmcheck';
import { callTool, callTools, say, scriptedProvider, traceOf } from 'swarmcheck/testing';
import { bothWays } from '../support/runs.ts';
import { never } from '../support/waiting.ts';
import { rejectedWith } from '../support/failures.ts';

/** A tool that ignores the signal, aborts its run after it has started, and never ends. */
function hanging(controller: AbortController, reason: unknown) {
  return tool({
    name: 'hang',
    execute() {
      queueMicrotask(() => controller.abort(reason));
      return never();
    },
  });
}

test.for(bothWays)('an abort while a tool hangs rejects the run at once, %s', async ([, run]) => {
  const controller = new AbortController();
  const reason = new Error('stop');
  const provider = scriptedProvider([callTool('hang'), say('ok')]);
  const agent = new Agent({ functions: [hanging(controller, reason)] });
  expect(await rejectedWith(run({ agent, provider, signal: controller.signal }))).toBe(reason);
  expect(provider.requests).toHaveLength(1);
  expect(partialResponse(reason)?.outcome).toBe('aborted');
});

test.for(bothWays)(
  'an abort while a tool hangs in the last allowed turn rejects the run, %s',
  async ([, run]) => {
    const controller = new AbortController();
    const agent = new Agent({ functions: [hanging(controller, 'stop')] });
    expect(
      await rejectedWith(run({ agent, steps: [callTool('hang')], maxTurns: 1, signal: controller.signal })),
    ).toBe('stop');
  },
);

test.for(bothWays)('a tool that hangs during an abort has no answer, %s', async ([, run]) => {
  const controller = new AbortController();
  const reason = new Error('stop');
  const agent = new Agent({ functions: [hanging(controller, reason)] });
  await rejectedWith(run({ agent, steps: [callTool('hang'), say('ok')], signal: controller.signal }));
  expect(partialResponse(reason)?.messages.map(({ role }) => role)).toEqual(['assistant']);
  expect(traceOf(reason).toolCalls).toEqual([]);
});

test.for(bothWays)('a tool that rejects on the signal has no answer, %s', async ([, run]) => {
  const controller = new AbortController();
  const reason = new Error('stop');
  const fetching = tool({
    name: 'fetching',
    execute: (_args, { signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error));
        queueMicrotask(() => controller.abort(reason));
      }),
  });
  const agent = new Agent({ functions: [fetching] });
  expect(
    await rejectedWith(run({ agent, steps: [callTool('fetching'), say('ok')], signal: controller.signal })),
  ).toBe(reason);
  expect(traceOf(reason).toolCalls).toEqual([]);
});

test.for(bothWays)('an abort while a tool hangs calls no afterTool hook, %s', async ([, run]) => {
  const controller = new AbortController();
  const afterTool = vi.fn<() => void>();
  const agent = new Agent({ functions: [hanging(controller, 'stop')] });
  await rejectedWith(
    run({ agent, steps: [callTool('hang'), say('ok')], hooks: { afterTool }, signal: controller.signal }),
  );
  expect(afterTool).not.toHaveBeenCalled();
});

test.for(bothWays)(
  'an abort while a validation hangs rejects the run, and the tool is not called, %s',
  async ([, run]) => {
    const controller = new AbortController();
    const execute = vi.fn<() => string>();
    const validate = () => {
      queueMicrotask(() => controller.abort('stop'));
      return never();
    };
    const standard = {
      version: 1,
      vendor: 'homemade',
      validate,
      jsonSchema: { input: () => ({ type: 'object', properties: {} }) },
    } as const;
    const agent = new Agent({
      functions: [tool({ name: 'slow', parameters: { '~standard': standard }, execute })],
    });
    const trial = { agent, steps: [callTool('slow')], maxTurns: 1, signal: controller.signal };
    expect(await rejectedWith(run(trial))).toBe('stop');
    expect(execute).not.toHaveBeenCalled();
  },
);

test.for(bothWays)(
  'after an abort in a tool, the next tool of the turn does not run, %s',
  async ([, run]) => {
    const controller = new AbortController();
    const second = vi.fn<() => string>(() => 'ran');
    const agent = new Agent({
      functions: [
        function first() {
          controller.abort('stop');
          return 'done';
        },
        tool({ name: 'second', execute: second }),
      ],
    });
    const provider = scriptedProvider([callTools([callTool('first'), callTool('second')]), say('ok')]);
    expect(await rejectedWith(run({ agent, provider, signal: controller.signal }))).toBe('stop');
    expect(second).not.toHaveBeenCalled();
    expect(provider.requests).toHaveLength(1);
  },
);

test.for(bothWays)('the answer that a tool gave before it aborted the run is kept, %s', async ([, run]) => {
  const controller = new AbortController();
  const reason = new Error('stop');
  const agent = new Agent({
    functions: [
      function first() {
        controller.abort(reason);
        return 'done';
      },
    ],
  });
  await rejectedWith(
    run({ agent, steps: [callTools([callTool('first'), callTool('first')])], signal: controller.signal }),
  );
  expect(partialResponse(reason)?.messages).toMatchObject([
    { role: 'assistant' },
    { role: 'tool', content: 'done' },
  ]);
});

test.for(bothWays)(
  'after an abort in the only tool of a turn, the model is not asked again, %s',
  async ([, run]) => {
    const controller = new AbortController();
    const agent = new Agent({
      functions: [
        function first() {
          controller.abort('stop');
        },
      ],
    });
    const provider = scriptedProvider([callTool('first'), say('ok')]);
    expect(await rejectedWith(run({ agent, provider, signal: controller.signal }))).toBe('stop');
    expect(provider.requests).toHaveLength(1);
  },
);

test.for(bothWays)('an abort in a tool of the last allowed turn rejects the run, %s', async ([, run]) => {
  const controller = new AbortController();
  const first = () => controller.abort('stop');
  const trial = { agent: new Agent({ functions: [first] }), maxTurns: 1, signal: controller.signal };
  expect(await rejectedWith(run({ ...trial, steps: [callTool('first')] }))).toBe('stop');
});

test.for(bothWays)('an abort in a beforeTool hook keeps the tool from running, %s', async ([, run]) => {
  const controller = new AbortController();
  const execute = vi.fn<() => string>(() => 'ran');
  const agent = new Agent({ functions: [tool({ name: 'first', execute })] });
  const hooks = { beforeTool: () => controller.abort('stop') };
  const steps = [callTool('first'), say('ok')];
  expect(await rejectedWith(run({ agent, hooks, steps, signal: controller.signal }))).toBe('stop');
  expect(execute).not.toHaveBeenCalled();
});

test.for(bothWays)(
  'the signal of a tool is aborted with the signal of the run, for the same reason, %s',
  async ([, run]) => {
    const controller = new AbortController();
    let given: AbortSignal | undefined;
    const agent = new Agent({
      functions: [
        tool({
          name: 'look',
          execute: (_args, { signal }) => {
            given = signal;
          },
        }),
      ],
    });
    await run({ agent, steps: [callTool('look'), say('ok')], signal: controller.signal });
    expect(given?.aborted).toBe(false);
    controller.abort('stop');
    expect(given?.reason).toBe('stop');
  },
);

test.for(bothWays)(
  'a run without a signal gives all its tools one and the same signal, %s',
  async ([, run]) => {
    const given: AbortSignal[] = [];
    const look = tool({
      name: 'look',
      execute: (_args: object, context: ToolContext) => void given.push(context.signal, context.signal),
    });
    await run({
      agent: new Agent({ functions: [look] }),
      steps: [callTool('look'), callTool('look'), say('ok')],
    });
    expect(given[0]).toBeInstanceOf(AbortSignal);
    expect(given[0]?.aborted).toBe(false);
    expect(new Set(given).size).toBe(1);
  },
);

test.for(bothWays)(
  'a change that a tool makes to the context after the abort does not reach the partial response, %s',
  async ([, run]) => {
    const controller = new AbortController();
    const reason = new Error('stop');
    let goOn: (value: unknown) => void = () => {};
    const slow = tool({
      name: 'slow',
      async execute(_args, { contextVariables }) {
        queueMicrotask(() => controller.abort(reason));
        await new Promise((resolve) => (goOn = resolve));
        contextVariables['late'] = true;
      },
    });
    await rejectedWith(
      run({
        agent: new Agent({ functions: [slow] }),
        steps: [callTool('slow'), say('ok')],
        signal: controller.signal,
      }),
    );
    goOn(undefined);
    await new Promise(setImmediate);
    expect(partialResponse(reason)?.contextVariables).toEqual({});
  },
);
