import { expect, test } from 'vitest';
import { Agent, partialResponse, type Hooks } from 'swarmcheck';
import { callTool, say, scriptedProvider, traceOf } from 'swarmcheck/testing';
import { answeredBy, asking, chunk, completing, completion, saying } from '../support/completions.ts';
import { bothWays, streamed, type Trial } from '../support/runs.ts';
import { rejectedWith } from '../support/failures.ts';

/** Each entry throws at one place of the second turn, after a handoff and a context change in the first. */
const places: Record<string, (error: unknown) => Trial> = {
  'the provider': (error) => ({
    provider: answeredBy((_request, _options, count) =>
      count === 1 ? completion(asking(call('to_sales'))) : Promise.reject(error),
    ),
  }),
  'an instructions function': (error) => ({
    agent: triage(() => {
      throw error;
    }),
  }),
  'an asynchronous instructions function': (error) => ({
    agent: triage(() => Promise.reject(error)),
  }),
  'a beforeModel hook': (error) => ({ hooks: throwing('beforeModel', error) }),
  'an afterModel hook': (error) => ({ hooks: throwing('afterModel', error) }),
  'a beforeTool hook': (error) => ({ hooks: throwing('beforeTool', error) }),
  'an afterTool hook': (error) => ({ hooks: throwing('afterTool', error) }),
};

/** The messages of the first turn, with which every partial response begins. */
const firstTurn = [
  {
    role: 'assistant',
    content: null,
    tool_calls: [{ type: 'function', ...call('to_sales') }],
    sender: 'Triage',
  },
  { role: 'tool', tool_call_id: 'a', tool_name: 'to_sales', content: '{"assistant":"Sales"}' },
];

for (const [place, trial] of Object.entries(places)) {
  test.for(bothWays)(`an error of ${place} reaches the caller as the same object, %s`, async ([, run]) => {
    const error = new Error('mine');
    expect(await rejectedWith(run(prepared(trial(error))))).toBe(error);
  });

  test.for(bothWays)(`a run adds no property to an error of ${place}, %s`, async ([, run]) => {
    const error = Object.assign(new Error('mine'), { code: 7 });
    const keys = Reflect.ownKeys(error);
    await rejectedWith(run(prepared(trial(error))));
    expect(Reflect.ownKeys(error)).toEqual(keys);
  });

  test.for(bothWays)(
    `a frozen error of ${place} reaches the caller and has a partial response, %s`,
    async ([, run]) => {
      const error = Object.freeze(new Error('mine'));
      expect(await rejectedWith(run(prepared(trial(error))))).toBe(error);
      expect(partialResponse(error)).toMatchObject({ outcome: 'failed' });
    },
  );

  test.for(bothWays)(
    `the partial response of an error of ${place} has the messages, agent and context reached so far, %s`,
    async ([, run]) => {
      const error = new Error('mine');
      await rejectedWith(run(prepared(trial(error))));
      const partial = partialResponse(error)!;
      expect(partial.messages.slice(0, 2)).toEqual(firstTurn);
      expect(partial).toMatchObject({
        agent: { name: 'Sales' },
        contextVariables: { given: 1, moved: true },
        outcome: 'failed',
      });
      expect(Object.keys(partial).toSorted()).toEqual(['agent', 'contextVariables', 'messages', 'outcome']);
    },
  );

  test.for(bothWays)(
    `the trace of an error of ${place} ends with the outcome failed, %s`,
    async ([, run]) => {
      const error = new Error('mine');
      await rejectedWith(run(prepared(trial(error))));
      const { outcome, agents, toolCalls } = traceOf(error);
      expect([outcome, agents]).toEqual(['failed', ['Triage', 'Sales']]);
      // An afterTool hook throws after its tool was executed.
      const calls = place === 'an afterTool hook' ? ['to_sales', 'close'] : ['to_sales'];
      expect(toolCalls.map(({ tool }) => tool)).toEqual(calls);
      expect(traceOf(error).events.at(-1)).toEqual({
        type: 'run-end',
        run: 1,
        agent: 'Sales',
        outcome: 'failed',
      });
    },
  );

  test.for(bothWays)(`${place} may throw a value that is not an object, %s`, async ([, run]) => {
    expect(await rejectedWith(run(prepared(trial('mine'))))).toBe('mine');
    expect(await rejectedWith(run(prepared(trial(undefined))))).toBeUndefined();
  });
}

test.for(bothWays)(
  "the partial response of a run that fails at once has no messages and a copy of the caller's context, %s",
  async ([, run]) => {
    const error = new Error('mine');
    const contextVariables = { a: { b: 1 } };
    await rejectedWith(run({ provider: answeredBy(() => Promise.reject(error)), contextVariables }));
    expect(partialResponse(error)).toMatchObject({ messages: [], contextVariables: { a: { b: 1 } } });
    expect(partialResponse(error)?.contextVariables.a).not.toBe(contextVariables.a);
  },
);

test('an error in the middle of a stream reaches the caller as the same object', async () => {
  const error = new Error('mine');
  const provider = {
    ...completing(),
    async *stream() {
      yield chunk({ role: 'assistant', content: 'He' });
      throw error;
    },
  };
  expect(await rejectedWith(streamed({ provider }))).toBe(error);
  expect(partialResponse(error)).toMatchObject({ messages: [], outcome: 'failed' });
});

test.for(bothWays)(
  'an error that ended two runs has no partial response and no trace, %s',
  async ([, run]) => {
    const error = new Error('mine');
    const provider = answeredBy(() => Promise.reject(error));
    await rejectedWith(run({ provider, agent: new Agent({ name: 'First' }) }));
    expect(partialResponse(error)?.agent.name).toBe('First');
    await rejectedWith(run({ provider, agent: new Agent({ name: 'Second' }) }));
    expect(partialResponse(error)).toBeUndefined();
    expect(() => traceOf(error)).toThrow(TypeError);
  },
);

test.for([
  ['a string', 'x'],
  ['undefined', undefined],
  ['null', null],
  ['a number', 7],
  ['an error that ended no run', new Error('other')],
  ['an object', {}],
] as const)('%s has no partial response', ([, value]) => {
  expect(partialResponse(value)).toBeUndefined();
});

test('traceOf throws a TypeError for an error that ended no run', () => {
  expect(() => traceOf(new Error('other'))).toThrow(/This value has no trace/);
});

test.for(bothWays)("the trace describes a model error without the client's message, %s", async ([, run]) => {
  const error = Object.assign(new Error('words of a client'), { status: 503 });
  await rejectedWith(run({ provider: answeredBy(() => Promise.reject(error)) }));
  expect(traceOf(error).events.find(({ type }) => type === 'model-error')).toEqual({
    type: 'model-error',
    run: 1,
    turn: 1,
    agent: 'Agent',
    error: { name: 'Error', message: 'status 503', status: 503 },
  });
});

test.for(bothWays)('after an error, the next run with the same provider completes, %s', async ([, run]) => {
  const provider = answeredBy((_request, _options, count) =>
    count === 1 ? Promise.reject(new Error('mine')) : saying('ok'),
  );
  await rejectedWith(run({ provider }));
  expect(await run({ provider })).toMatchObject({ stopReason: 'completed' });
});

function call(name: string): { id: string; function: { name: string; arguments: string } } {
  return { id: 'a', function: { name, arguments: '{}' } };
}

function triage(instructions: () => string | Promise<string> = () => 'Sell.'): Agent {
  const sales = new Agent({
    name: 'Sales',
    instructions,
    functions: [
      function close() {
        return 'closed';
      },
    ],
  });
  return new Agent({
    name: 'Triage',
    functions: [
      function to_sales(context: { moved?: boolean }) {
        context.moved = true;
        return sales;
      },
    ],
  });
}

/** Hooks that throw in the second turn. */
function throwing(hook: keyof Hooks, error: unknown): Hooks {
  return {
    [hook]: ({ turn }: { turn: number }) => {
      if (turn === 2) throw error;
    },
  };
}

function prepared(trial: Trial): Trial {
  const provider = scriptedProvider([callTool('to_sales', {}, { id: 'a' }), callTool('close'), say('ok')]);
  return { agent: triage(), provider, contextVariables: { given: 1 }, ...trial };
}
