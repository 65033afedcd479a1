import { expect, test } from 'vitest';
import { Agent, tool, type AgentFunction } from 'swarmcheck';
import { callTool, say, scriptedProvider } from 'swarmcheck/testing';
import { bothWays, toolContents, unstreamed } from '../support/runs.ts';
import { rejectedWith } from '../support/failures.ts';

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

test.for(bothWays)('an arrow function has the name of its variable, %s', async ([, run]) => {
  const greet = () => 'Hello';
  const response = await run({
    agent: new Agent({ functions: [greet] }),
    steps: [callTool('greet'), say('ok')],
  });
  expect(toolContents(response)).toEqual(['Hello']);
});

test.for(bothWays)(
  'a plain function that is sent arguments is not called, and the answer points to tool(), %s',
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

test.for(bothWays)(
  'a plain function that is sent malformed arguments is not called either, %s',
  async ([, run]) => {
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
  },
);

const nameless = [() => 'who am I?'][0]!;
const rejected: Record<string, [AgentFunction, string]> = {
  'two parameters': [
    function add(a: object, b?: object) {
      return [a, b];
    } as AgentFunction,
    'Function 2 of agent "Sales", "add", has 2 parameters. A plain function receives the context variables and nothing else; for arguments from the model use tool({ name: \'add\', parameters: … }).',
  ],
  'no name': [
    nameless,
    'Function 2 of agent "Sales" has no name, and the model calls functions by name. Write "function name() { … }", or use tool({ name: … }).',
  ],
  'a name with a space': [
    named('to sales'),
    'Function 2 of agent "Sales" is named "to sales", which the API does not take. Use 1 to 64 of the characters a-z, A-Z, 0-9, _ and -.',
  ],
  'a name of 65 characters': [
    named('x'.repeat(65)),
    `Function 2 of agent "Sales" is named "${'x'.repeat(65)}", which the API does not take. Use 1 to 64 of the characters a-z, A-Z, 0-9, _ and -.`,
  ],
  'a bad name, as a tool': [
    tool({ name: 'größe', execute: () => '' }),
    'Function 2 of agent "Sales" is named "größe", which the API does not take. Use 1 to 64 of the characters a-z, A-Z, 0-9, _ and -.',
  ],
  'an empty name, as a tool': [
    tool({ name: '', execute: () => '' }),
    'Function 2 of agent "Sales" is named "", which the API does not take. Use 1 to 64 of the characters a-z, A-Z, 0-9, _ and -.',
  ],
  'the name of another': [
    named('ok'),
    'Agent "Sales" has two functions named "ok". Rename one: the model could not tell them apart.',
  ],
};

for (const [words, [candidate, message]] of Object.entries(rejected)) {
  test.for(bothWays)(
    `a function with ${words} rejects the run before the model is called, %s`,
    async ([, run]) => {
      const provider = scriptedProvider([]);
      const agent = new Agent({ name: 'Sales', functions: [named('ok'), candidate] });
      const error = await rejectedWith(run({ agent, provider }));
      expect(error).toEqual(new TypeError(message));
      expect(provider.requests).toEqual([]);
    },
  );
}

test('names of 64 characters, with digits, _ and -, are fine', async () => {
  const agent = new Agent({ functions: [named('x'.repeat(64)), named('a_B-9')] });
  expect(await unstreamed({ agent, steps: [say('ok')] })).toMatchObject({ stopReason: 'completed' });
});

test('a function that is undefined because of an import cycle is told as that', async () => {
  // @ts-expect-error what an import that is not there yet looks like at run time
  const agent = new Agent({ name: 'Sales', functions: [named('ok'), undefined] });
  const error = await rejectedWith(unstreamed({ agent }));
  expect(error).toEqual(
    new TypeError(
      'Function 2 of agent "Sales" is undefined (an import cycle?). Pass a named function, or a tool made by tool().',
    ),
  );
});

for (const [words, candidate, told] of [
  ['a string', 'look_up', 'the string "look_up"'],
  ['null', null, 'null'],
  ['an object without execute', { name: 'a' }, 'an object'],
] as const) {
  test(`a function that is ${words} is told`, async () => {
    // @ts-expect-error no function
    const agent = new Agent({ name: 'Sales', functions: [candidate] });
    const error = await rejectedWith(unstreamed({ agent }));
    expect(error).toEqual(
      new TypeError(
        `Function 1 of agent "Sales" is ${told}. Pass a named function, or a tool made by tool().`,
      ),
    );
  });
}

test('functions that are no list are told', async () => {
  // @ts-expect-error no list
  const agent = new Agent({ name: 'Sales', functions: named('ok') });
  const error = await rejectedWith(unstreamed({ agent }));
  expect(error).toEqual(new TypeError('The functions of agent "Sales" must be a list, not the function ok.'));
});

function named(name: string): () => string {
  return Object.defineProperty(() => '', 'name', { value: name });
}
