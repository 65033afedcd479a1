import path from 'node:path';
import vm from 'node:vm';
import { expect, test } from 'vitest';
import { Agent, Result, tool } from 'swarmcheck';
import { callTool, say, traceOf } from 'swarmcheck/testing';
import { bothWays, type Run, toolContents, unstreamed } from '../support/runs.ts';

/** The answer to a call of a tool with this function, and its error in the trace. */
async function answer(run: Run, execute: () => unknown): Promise<{ content: unknown; error: unknown }> {
  const agent = new Agent({ functions: [tool({ name: 'fail', execute })] });
  const response = await run({ agent, steps: [callTool('fail'), say('Sorry.')] });
  expect(response.messages.at(-1)).toMatchObject({ content: 'Sorry.' });
  return { content: toolContents(response)[0], error: traceOf(response).toolCalls[0]?.error };
}

const thrower = (thrown: unknown) => () => {
  throw thrown;
};

class OutOfStock extends Error {
  override readonly name = 'OutOfStock';
}
class BadAmount extends TypeError {}
class NamedAmount extends RangeError {
  override readonly name = 'NamedAmount';
}
const circular: { self?: object } = {};
circular.self = circular;

const thrown: Record<string, [value: unknown, content: string]> = {
  'an Error': [new Error('out of stock'), 'Error: Tool fail failed: out of stock'],
  'an Error of a custom class': [new OutOfStock('no pens'), 'Error: Tool fail failed: no pens'],
  'an Error without a message': [new OutOfStock(), 'Error: Tool fail failed: OutOfStock'],
  'an Error whose message is not a string': [
    Object.assign(new Error(), { message: 7 }),
    'Error: Tool fail failed: 7',
  ],
  'an Error whose message was removed': [
    Object.assign(new OutOfStock(), { message: undefined }),
    'Error: Tool fail failed: OutOfStock',
  ],
  'an Error with several lines': [new Error('first\nsecond'), 'Error: Tool fail failed: first\nsecond'],
  'a native TypeError': [new TypeError('secret words'), 'Error: Tool fail failed: TypeError'],
  'a native RangeError': [new RangeError('secret words'), 'Error: Tool fail failed: RangeError'],
  'a native ReferenceError': [new ReferenceError('secret words'), 'Error: Tool fail failed: ReferenceError'],
  'a native SyntaxError': [new SyntaxError('secret words'), 'Error: Tool fail failed: SyntaxError'],
  "a user's subclass of TypeError": [
    new BadAmount('amount is negative'),
    'Error: Tool fail failed: amount is negative',
  ],
  "a user's subclass of RangeError with a name": [
    new NamedAmount('too much'),
    'Error: Tool fail failed: too much',
  ],
  'an AggregateError': [new AggregateError([], 'all failed'), 'Error: Tool fail failed: AggregateError'],
  'an Error of another realm': [
    vm.runInNewContext('new Error("out of stock")'),
    'Error: Tool fail failed: out of stock',
  ],
  'a native TypeError of another realm': [
    vm.runInNewContext('new TypeError("secret words")'),
    'Error: Tool fail failed: TypeError',
  ],
  'a string': ['out of stock', 'Error: Tool fail failed: out of stock'],
  undefined: [undefined, 'Error: Tool fail failed: it threw undefined.'],
  null: [null, 'Error: Tool fail failed: null'],
  'a number': [404, 'Error: Tool fail failed: 404'],
  'an object': [{ code: 'E1' }, 'Error: Tool fail failed: {"code":"E1"}'],
  'an object that contains itself': [
    circular,
    'Error: Tool fail failed: an object that is not JSON (it contains a bigint or itself)',
  ],
  'a symbol': [Symbol('s'), 'Error: Tool fail failed: a symbol'],
};

for (const [words, [value, content]] of Object.entries(thrown)) {
  test.for(bothWays)(`throwing ${words} answers the call with an error, %s`, async ([, run]) => {
    expect(await answer(run, thrower(value))).toEqual({ content, error: 'threw' });
  });

  test.for(bothWays)(
    `a promise that rejects with ${words} answers the call with an error, %s`,
    async ([, run]) => {
      expect(await answer(run, () => Promise.reject(value))).toEqual({ content, error: 'threw' });
    },
  );
}

const thrownByTheMachine: Record<string, [execute: () => unknown, name: string]> = {
  'a property of null': [() => (JSON.parse('null') as { x: unknown }).x, 'TypeError'],
  'a call of undefined': [() => (JSON.parse('{}') as { call: () => void }).call(), 'TypeError'],
  'an undeclared variable': [() => vm.runInThisContext('notThere'), 'ReferenceError'],
  'an index out of range': [() => Array.from({ length: 1 }).fill(0).with(7, 1), 'RangeError'],
  'text that is not JSON': [() => JSON.parse('{') as unknown, 'SyntaxError'],
  'a recursion that is too deep': [
    function deeper(): unknown {
      return [deeper()];
    },
    'RangeError',
  ],
  'an argument check of Node': [() => path.join(7 as unknown as string), 'TypeError'],
};

for (const [words, [execute, name]] of Object.entries(thrownByTheMachine)) {
  test.for(bothWays)(`a native error for ${words} is answered with only its name, %s`, async ([, run]) => {
    expect(await answer(run, execute)).toEqual({
      content: `Error: Tool fail failed: ${name}`,
      error: 'threw',
    });
  });
}

const unsendable: Record<string, [value: unknown, words: string]> = {
  'a bigint': [1n, 'a bigint'],
  'a function': [() => '', 'a function'],
  'a symbol': [Symbol('s'), 'a symbol'],
  'an object that contains itself': [circular, 'an object that is not JSON (it contains a bigint or itself)'],
  'an object that contains a bigint': [
    { rows: [{ id: 1n }] },
    'an object that is not JSON (it contains a bigint or itself)',
  ],
};

for (const [words, [value, kind]] of Object.entries(unsendable)) {
  const content = `Error: Tool fail ran, but returned ${kind}, which cannot be sent as text.`;

  test.for(bothWays)(`returning ${words} answers the call with an error, %s`, async ([, run]) => {
    expect(await answer(run, () => value)).toEqual({ content, error: 'not-serializable' });
  });

  test.for(bothWays)(
    `a Result whose value is ${words} answers the call with an error, %s`,
    async ([, run]) => {
      expect(await answer(run, () => new Result({ value }))).toEqual({ content, error: 'not-serializable' });
    },
  );
}

test.for(bothWays)(
  'a Result that cannot be sent neither hands off nor changes the context, %s',
  async ([, run]) => {
    const sales = new Agent({ name: 'Sales' });
    const execute = () => new Result({ value: 1n, agent: sales, contextVariables: { moved: true } });
    const agent = new Agent({ functions: [tool({ name: 'move', execute })] });
    const response = await run({ agent, steps: [callTool('move'), say('Sorry.')] });
    expect(response).toMatchObject({ agent, contextVariables: {} });
    expect(response.contextVariables).toEqual({});
  },
);

for (const [words, agent] of [
  ['a string', 'Sales'],
  ['an object that resembles an agent', { name: 'Sales', functions: [] }],
  ['null', null],
] as const) {
  test.for(bothWays)(`a Result whose agent is ${words} is answered with an error, %s`, async ([, run]) => {
    // @ts-expect-error no agent
    const { content, error } = await answer(run, () => new Result({ value: 'moved', agent }));
    expect(content).toMatch(/^Error: Tool fail failed: The agent of a Result must be an Agent, but is /);
    expect(error).toBe('threw');
  });
}

test('an object that resembles an agent is a value, not a handoff', async () => {
  expect(await answer(unstreamed, () => ({ name: 'Sales', functions: [] }))).toEqual({
    content: '{"name":"Sales","functions":[]}',
    error: undefined,
  });
});

test.for(bothWays)('a change that a failing tool made to the context is kept, %s', async ([, run]) => {
  const agent = new Agent({
    functions: [
      function fail(context: { tried?: number }) {
        context.tried = 1;
        throw new Error('out of stock');
      },
    ],
  });
  const response = await run({ agent, steps: [callTool('fail'), say('Sorry.')] });
  expect(response.contextVariables).toEqual({ tried: 1 });
});

test.for(bothWays)('a Result whose context cannot be read is answered with an error, %s', async ([, run]) => {
  const contextVariables = {
    get user(): string {
      throw new Error('no session');
    },
  };
  expect(await answer(run, () => new Result({ value: 'ok', contextVariables }))).toEqual({
    content: 'Error: Tool fail failed: no session',
    error: 'threw',
  });
});
