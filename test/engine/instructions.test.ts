import { expect, test } from 'vitest';
import { Agent, Result, tool } from 'swarmcheck';
import { callTool, say, scriptedProvider, type ScriptedProvider } from 'swarmcheck/testing';
import { bothWays, unstreamed } from '../support/runs.ts';
import { rejectedWith } from '../support/failures.ts';
import { factsOf } from '../support/facts-of.ts';

test.for(bothWays)('instructions may be a string, %s', async ([, run]) => {
  const provider = scriptedProvider([say('ok')]);
  await run({ agent: new Agent({ instructions: 'Be brief.' }), provider });
  expect(systemMessages(provider)).toEqual(['Be brief.']);
});

test.for(bothWays)('instructions may be a function of the context variables, %s', async ([, run]) => {
  const provider = scriptedProvider([say('ok')]);
  const agent = new Agent({ instructions: ({ user }: { user: string }) => `Help ${user}.` });
  await run({ agent, provider, contextVariables: { user: 'Ann' } });
  expect(systemMessages(provider)).toEqual(['Help Ann.']);
});

test.for(bothWays)('instructions may be a function without parameters, %s', async ([, run]) => {
  const provider = scriptedProvider([say('ok')]);
  await run({ agent: new Agent({ instructions: () => 'Be kind.' }), provider });
  expect(systemMessages(provider)).toEqual(['Be kind.']);
});

test.for(bothWays)('instructions may be a function that returns a promise, %s', async ([, run]) => {
  const provider = scriptedProvider([say('ok')]);
  await run({ agent: new Agent({ instructions: () => Promise.resolve('Be late.') }), provider });
  expect(systemMessages(provider)).toEqual(['Be late.']);
});

test.for(bothWays)(
  'instructions are evaluated before every model call, with the current context, %s',
  async ([, run]) => {
    const provider = scriptedProvider([callTool('count'), callTool('count'), say('ok')]);
    const agent = new Agent({
      instructions: ({ calls = 0 }: { calls?: number }) => `${calls} calls so far.`,
      functions: [
        tool({
          name: 'count',
          execute: (_args, { contextVariables }) =>
            void (contextVariables['calls'] = (contextVariables['calls'] ?? 0) + 1),
        }),
      ],
    });
    await run({ agent, provider });
    expect(systemMessages(provider)).toEqual(['0 calls so far.', '1 calls so far.', '2 calls so far.']);
  },
);

test.for(bothWays)('instructions see the context that a Result sets, %s', async ([, run]) => {
  const provider = scriptedProvider([callTool('log_in'), say('ok')]);
  const agent = new Agent({
    instructions: ({ user }: { user?: string }) => `Help ${user}.`,
    functions: [
      function log_in() {
        return new Result({ contextVariables: { user: 'Ann' } });
      },
    ],
  });
  await run({ agent, provider });
  expect(systemMessages(provider)).toEqual(['Help undefined.', 'Help Ann.']);
});

test.for(bothWays)('instructions read a missing variable as undefined, %s', async ([, run]) => {
  const seen: unknown[] = [];
  const instructions = ({ user }: { user?: string }) => {
    seen.push(user);
    return '';
  };
  await run({ agent: new Agent({ instructions }), steps: [say('ok')] });
  expect(seen).toEqual([undefined]);
});

test.for(bothWays)('instructions cannot change the context of the run, at any depth, %s', async ([, run]) => {
  const agent = new Agent({
    instructions: (context: { user: { name: string }; added?: boolean }) => {
      context.user.name = 'Eve';
      context.added = true;
      return 'Hi.';
    },
  });
  const response = await run({ agent, steps: [say('ok')], contextVariables: { user: { name: 'Ann' } } });
  expect(response.contextVariables).toEqual({ user: { name: 'Ann' } });
});

for (const [words, value] of [
  ['the number 7', 7],
  ['undefined', undefined],
  ['null', null],
  ['an array of 1 item', ['Be brief.']],
] as const) {
  test(`instructions that return ${words} reject the run before the model is asked`, async () => {
    const provider = scriptedProvider([]);
    const agent = new Agent({ name: 'Sales', instructions: () => value as unknown as string });
    const error = await rejectedWith(unstreamed({ agent, provider }));
    expect(factsOf(error)).toEqual({
      error: 'UsageError',
      field: 'instructions',
      agent: 'Sales',
      given: words,
    });
    expect(provider.requests).toEqual([]);
  });
}

function systemMessages({ requests }: ScriptedProvider): unknown[] {
  return requests.map(({ messages: [system] }) => {
    expect(system?.role).toBe('system');
    return system?.content;
  });
}
