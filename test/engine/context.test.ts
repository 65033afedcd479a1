import { expect, test } from 'vitest';
import { Agent, Result, tool } from 'swarmcheck';
import { callTool, callTools, say, scriptedProvider, traceOf } from 'swarmcheck/testing';
import { bothWays, toolContents } from '../support/runs.ts';

const put = (name: string, changes: object) =>
  tool({ name, execute: () => new Result({ value: name, contextVariables: changes }) });
const show = tool({ name: 'show', execute: (_args, { contextVariables }) => ({ ...contextVariables }) });

test.for(bothWays)(
  'later calls, later turns and the response see the change that a tool makes to the context, %s',
  async ([, run]) => {
    const write = tool({
      name: 'write',
      execute: (_args, { contextVariables }) => void (contextVariables['user'] = 'Ann'),
    });
    const agent = new Agent({ functions: [write, show] });
    const response = await run({
      agent,
      steps: [callTools([callTool('write'), callTool('show')]), callTool('show'), say('ok')],
    });
    expect(toolContents(response).slice(1)).toEqual(['{"user":"Ann"}', '{"user":"Ann"}']);
    expect(response.contextVariables).toEqual({ user: 'Ann' });
  },
);

test.for(bothWays)('a plain function receives the context as its only argument, %s', async ([, run]) => {
  const seen: unknown[] = [];
  const agent = new Agent({
    functions: [
      function read(...everything: unknown[]) {
        seen.push(...everything);
      },
    ],
  });
  await run({ agent, contextVariables: { user: 'Ann' }, steps: [callTool('read'), say('ok')] });
  expect(seen).toEqual([{ user: 'Ann' }]);
});

test.for(bothWays)(
  'tools, plain functions and the response share one live context object, %s',
  async ([, run]) => {
    const seen: object[] = [];
    const agent = new Agent({
      functions: [
        function plain(context: object) {
          seen.push(context);
        },
        tool({ name: 'made', execute: (_args, { contextVariables }) => void seen.push(contextVariables) }),
      ],
    });
    const response = await run({
      agent,
      steps: [callTools([callTool('plain'), callTool('made')]), say('ok')],
    });
    expect(seen[0]).toBe(seen[1]);
    expect(seen[0]).toBe(response.contextVariables);
  },
);

test.for(bothWays)('an argument named contextVariables does not replace the context, %s', async ([, run]) => {
  const seen: unknown[] = [];
  const read = tool({
    name: 'read',
    parameters: {
      type: 'object',
      properties: { contextVariables: { type: 'object' }, context_variables: { type: 'object' } },
    },
    execute: (args, { contextVariables }) => void seen.push(args, contextVariables),
  });
  const args = { contextVariables: { admin: true }, context_variables: { admin: true } };
  const response = await run({
    agent: new Agent({ functions: [read] }),
    contextVariables: { user: 'Ann' },
    steps: [callTool('read', args), say('ok')],
  });
  expect(seen).toEqual([args, { user: 'Ann' }]);
  expect(response.contextVariables).toEqual({ user: 'Ann' });
});

test.for(bothWays)(
  'a call with an argument context_variables does not reach a plain function, %s',
  async ([, run]) => {
    let calls = 0;
    const agent = new Agent({
      functions: [
        function read(context: object) {
          calls++;
          return context;
        },
      ],
    });
    const steps = [
      callTool('read', { context_variables: { admin: true } }, { hallucinated: true }),
      say('ok'),
    ];
    const response = await run({ agent, contextVariables: { user: 'Ann' }, steps });
    expect(calls).toBe(0);
    expect(toolContents(response)[0]).toMatch(
      /^Error: Invalid arguments for tool read\. "context_variables" is not an argument/,
    );
  },
);

test.for(bothWays)(
  'the context of a Result is not visible to later calls of the same turn, %s',
  async ([, run]) => {
    const agent = new Agent({ functions: [put('log_in', { user: 'Ann' }), show] });
    const response = await run({
      agent,
      steps: [callTools([callTool('log_in'), callTool('show')]), say('ok')],
    });
    expect(toolContents(response)[1]).toBe('{}');
  },
);

test.for(bothWays)(
  'the context of a Result is visible to the instructions and tools of the next turn, %s',
  async ([, run]) => {
    const agent = new Agent({
      instructions: ({ user }: { user?: string }) => `for ${user}`,
      functions: [put('log_in', { user: 'Ann' }), show],
    });
    const provider = scriptedProvider([callTool('log_in'), callTool('show'), say('ok')]);
    const response = await run({ agent, provider });
    expect(provider.requests[1]?.messages[0]?.content).toBe('for Ann');
    expect(toolContents(response)[1]).toBe('{"user":"Ann"}');
  },
);

test.for(bothWays)(
  'the contexts of several Results of a turn are merged in order, and the last wins, %s',
  async ([, run]) => {
    const agent = new Agent({ functions: [put('one', { a: 1, b: 1 }), put('two', { b: 2, c: 2 })] });
    const steps = [callTools([callTool('one'), callTool('two')]), say('ok')];
    const response = await run({ agent, contextVariables: { a: 0, z: 0 }, steps });
    expect(response.contextVariables).toEqual({ a: 1, b: 2, c: 2, z: 0 });
  },
);

test.for(bothWays)('the context of a Result is merged one level deep, %s', async ([, run]) => {
  const agent = new Agent({ functions: [put('set', { user: { name: 'Eve' } })] });
  const response = await run({
    agent,
    contextVariables: { user: { name: 'Ann', age: 7 } },
    steps: [callTool('set'), say('ok')],
  });
  expect(response.contextVariables).toEqual({ user: { name: 'Eve' } });
});

test.for(bothWays)(
  'the context of a Result overrides a change that a later call of the turn makes in place, %s',
  async ([, run]) => {
    const write = tool({
      name: 'write',
      execute: (_args, { contextVariables }) => void (contextVariables['user'] = 'Eve'),
    });
    const agent = new Agent({ functions: [put('log_in', { user: 'Ann' }), write] });
    const response = await run({
      agent,
      steps: [callTools([callTool('log_in'), callTool('write')]), say('ok')],
    });
    expect(response.contextVariables).toEqual({ user: 'Ann' });
  },
);

test.for(bothWays)('the context of a Result is merged in the last allowed turn, too, %s', async ([, run]) => {
  const agent = new Agent({ functions: [put('log_in', { user: 'Ann' })] });
  const response = await run({ agent, maxTurns: 1, steps: [callTool('log_in')] });
  expect(response.contextVariables).toEqual({ user: 'Ann' });
});

test.for(bothWays)(
  'changing an object of a Result afterwards does not change the context, %s',
  async ([, run]) => {
    const cart = { items: ['pen'] };
    const agent = new Agent({ functions: [put('fill', { cart })] });
    const response = await run({ agent, steps: [callTool('fill'), say('ok')] });
    cart.items.push('ink');
    expect(response.contextVariables).toEqual({ cart: { items: ['pen'] } });
  },
);

test.for(bothWays)(
  'a turn that changes the context has one context-change event, before its handoff, %s',
  async ([, run]) => {
    const execute = (
      _args: object,
      { contextVariables }: { contextVariables: { a?: number; b?: number } },
    ) => {
      delete contextVariables.a;
      return new Result({ agent: new Agent({ name: 'Sales' }), contextVariables: { b: 2, c: 3 } });
    };
    const agent = new Agent({ functions: [tool({ name: 'move', execute })] });
    const response = await run({
      agent,
      contextVariables: { a: 1, b: 1 },
      steps: [callTool('move'), say('ok')],
    });
    const changes = traceOf(response).events.filter(
      ({ type }) => type === 'context-change' || type === 'handoff',
    );
    expect(changes).toMatchObject([
      { type: 'context-change', set: { b: 2, c: 3 }, deleted: ['a'] },
      { type: 'handoff' },
    ]);
  },
);
