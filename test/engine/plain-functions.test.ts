import { expect, test } from 'vitest';
import { Agent, tool, type AgentFunction } from 'swarmcheck';
import { callTool, say, scriptedProvider } from 'swarmcheck/testing';
import { bothWays, toolContents, unstreamed } from '../support/runs.ts';
import { rejectedWith } from '../support/failures.ts';
import { factsOf } from '../support/facts-of.ts';

test.for(bothWays)(
  'a plain function is called with the context variables, sync or async, %s',
  async ([, run]) => {
    const agent = new Agent({
      functions: [
        function greet({ user }: { user: string }) {
          return `Hello ${user}`;
        },
        async function greet_later({ user }: { user: string }) {
          return await Promise.resolve(`Later ${user}`);
        },
      ],
    });
    const response = await run({
      agent,
      contextVariables: { user: 'Ann' },
      steps: [callTool('greet'), callTool('greet_later'), say('ok')],
    });
    expect(toolContents(response)).toEqual(['Hello Ann', 'Later Ann']);
  },
);

test.for(bothWays)('an arrow function is offered under the name of its variable, %s', async ([, run]) => {
  const greet = () => 'Hello';
  const response = await run({
    agent: new Agent({ functions: [greet] }),
    steps: [callTool('greet'), say('ok')],
  });
  expect(toolContents(response)).toEqual(['Hello']);
});

test.for(bothWays)(
  'a call with arguments does not reach a plain function, and the answer suggests tool(), %s',
  async ([, run]) => {
    let calls = 0;
    const greet = () => `Hello ${++calls}`;
    const steps = [callTool('greet', { user: 'Eve' }, { hallucinated: true }), say('ok')];
    const response = await run({ agent: new Agent({ functions: [greet] }), steps });
    expect(calls).toBe(0);
    expect(toolContents(response)).toEqual([
      'Error: Invalid arguments for tool greet. "user" is not an argument of this tool. This tool takes no arguments: call it with {}. (To give it arguments, its author defines it with tool({ name: "greet", parameters: … }).)',
    ]);
  },
);

test.for(bothWays)('a call with malformed arguments does not reach a plain function, %s', async ([, run]) => {
  let calls = 0;
  const greet = () => `Hello ${++calls}`;
  const response = await run({
    agent: new Agent({ functions: [greet] }),
    steps: [callTool('greet', '{"user"'), say('ok')],
  });
  expect(calls).toBe(0);
  expect(toolContents(response)[0]).toMatch(
    /^Error: Invalid arguments for tool greet\. They are not valid JSON\. This tool takes no arguments/,
  );
});

const nameless = [() => 'who am I?'][0]!;
const rejected: Record<string, [AgentFunction, facts: object]> = {
  'two parameters': [
    function add(a: object, b?: object) {
      return [a, b];
    } as AgentFunction,
    { field: 'functions[1]', agent: 'Sales', tool: 'add', given: '2 parameters' },
  ],
  'no name': [nameless, { field: 'functions[1]', agent: 'Sales', given: 'no name' }],
  'a space in its name': [named('to sales'), { field: 'functions[1]', agent: 'Sales', tool: 'to sales' }],
  'a name of 65 characters': [
    named('x'.repeat(65)),
    { field: 'functions[1]', agent: 'Sales', tool: 'x'.repeat(65) },
  ],
  'a bad name in tool()': [
    tool({ name: 'größe', execute: () => '' }),
    { field: 'functions[1]', agent: 'Sales', tool: 'größe' },
  ],
  'an empty name in tool()': [
    tool({ name: '', execute: () => '' }),
    { field: 'functions[1]', agent: 'Sales', tool: '' },
  ],
  'the name of another function': [named('ok'), { field: 'functions', agent: 'Sales', tool: 'ok' }],
};

for (const [words, [candidate, facts]] of Object.entries(rejected)) {
  test.for(bothWays)(
    `a function with ${words} rejects the run before the model is called, %s`,
    async ([, run]) => {
      const provider = scriptedProvider([]);
      const agent = new Agent({ name: 'Sales', functions: [named('ok'), candidate] });
      const error = await rejectedWith(run({ agent, provider }));
      expect(factsOf(error)).toEqual({ error: 'UsageError', ...facts });
      expect(provider.requests).toEqual([]);
    },
  );
}

test('names of 64 characters, with digits, _ and -, are valid', async () => {
  const agent = new Agent({ functions: [named('x'.repeat(64)), named('a_B-9')] });
  expect(await unstreamed({ agent, steps: [say('ok')] })).toMatchObject({ stopReason: 'completed' });
});

test('the error for an undefined function suggests an import cycle', async () => {
  // @ts-expect-error an import that is not there yet is undefined at run time
  const agent = new Agent({ name: 'Sales', functions: [named('ok'), undefined] });
  const error = await rejectedWith(unstreamed({ agent }));
  expect(factsOf(error)).toEqual({
    error: 'UsageError',
    field: 'functions[1]',
    agent: 'Sales',
    given: 'undefined',
  });
  expect((error as Error).message).toContain('an import cycle?');
});

for (const [words, candidate, told] of [
  ['a string', 'look_up', 'the string "look_up"'],
  ['null', null, 'null'],
  ['an object without execute', { name: 'a' }, 'an object'],
] as const) {
  test(`a function that is ${words} is refused`, async () => {
    // @ts-expect-error no function
    const agent = new Agent({ name: 'Sales', functions: [candidate] });
    const error = await rejectedWith(unstreamed({ agent }));
    expect(factsOf(error)).toEqual({
      error: 'UsageError',
      field: 'functions[0]',
      agent: 'Sales',
      given: told,
    });
  });
}

test('functions that are not an array are refused', async () => {
  // @ts-expect-error no list
  const agent = new Agent({ name: 'Sales', functions: named('ok') });
  const error = await rejectedWith(unstreamed({ agent }));
  expect(factsOf(error)).toEqual({
    error: 'UsageError',
    field: 'functions',
    agent: 'Sales',
    given: 'the function ok',
  });
});

function named(name: string): () => string {
  return Object.defineProperty(() => '', 'name', { value: name });
}
