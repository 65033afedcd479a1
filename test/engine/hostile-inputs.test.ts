import { expect, test } from 'vitest';
import { Agent, Result, tool, type AgentFunction } from 'swarmcheck';
import { callTool, callTools, say } from 'swarmcheck/testing';
import { answeredBy, asking, completion, saying } from '../support/completions.ts';
import { bothWays, type Run, toolContents, type Trial } from '../support/runs.ts';
import { rejectedWith } from '../support/failures.ts';

const names: AgentFunction[] = [
  tool({
    name: 'constructor',
    parameters: { type: 'object', properties: { a: { type: 'number' } } },
    execute: ({ a }) => `built ${a}`,
  }),
  tool({ name: '__proto__', execute: () => 'inherited' }),
  tool({ name: 'toString', execute: () => 'told' }),
];

test.for(bothWays)('tools may be named constructor, __proto__ and toString, %s', async ([, run]) => {
  const steps = [
    callTools([callTool('constructor', { a: 1 }), callTool('__proto__'), callTool('toString')]),
    say('ok'),
  ];
  const response = await run({ agent: new Agent({ functions: names }), steps });
  expect(toolContents(response)).toEqual(['built 1', 'inherited', 'told']);
});

test.for(['constructor', '__proto__', 'toString', 'hasOwnProperty'])(
  'a call of %s, which is not a tool, is answered with an error',
  async (name) => {
    for (const [, run] of bothWays) {
      const response = await run({ steps: [callTool(name, {}, { hallucinated: true }), say('ok')] });
      expect(toolContents(response)).toEqual([`Error: Tool ${name} not found. There are no tools.`]);
    }
  },
);

test.for(bothWays)('an argument named __proto__ is an ordinary argument, %s', async ([, run]) => {
  const seen: object[] = [];
  const open = tool({
    name: 'open',
    parameters: { type: 'object', additionalProperties: true },
    execute: (args) => void seen.push(args),
  });
  const closed = tool({
    name: 'closed',
    parameters: { type: 'object', properties: {} },
    execute: () => 'ran',
  });
  const rawArgs = '{"__proto__":{"polluted":true}}';
  const steps = [callTools([callTool('open', rawArgs), callTool('closed', rawArgs)]), say('ok')];
  const response = await run({ agent: new Agent({ functions: [open, closed] }), steps });
  expect(Object.keys(seen[0]!)).toEqual(['__proto__']);
  expect('polluted' in seen[0]!).toBe(false);
  expect('polluted' in {}).toBe(false);
  expect(toolContents(response)[1]).toContain('"__proto__" is not an argument of this tool.');
});

test.for(bothWays)(
  'a context variable named __proto__ is an ordinary variable, given or returned, %s',
  async ([, run]) => {
    const polluted = JSON.parse('{"__proto__":{"polluted":true}}') as object;
    const agent = new Agent({
      functions: [
        function pollute() {
          return new Result({ contextVariables: polluted });
        },
      ],
    });
    for (const contextVariables of [polluted, {}]) {
      const response = await run({ agent, contextVariables, steps: [callTool('pollute'), say('ok')] });
      expect(Object.keys(response.contextVariables)).toEqual(['__proto__']);
      expect(Object.getPrototypeOf(response.contextVariables)).toBe(Object.prototype);
    }
  },
);

test.for(bothWays)('an argument of 1 MB reaches the tool whole, %s', async ([, run]) => {
  const text = 'ö"\\\n'.repeat(250_000);
  const measure = tool({
    name: 'measure',
    parameters: { type: 'object', properties: { text: { type: 'string' } } },
    execute: (args) => args.text === text,
  });
  const trial: Trial = {
    agent: new Agent({ functions: [measure] }),
    steps: [callTool('measure', { text }), say('ok')],
  };
  expect(toolContents(await run(trial))).toEqual(['true']);
});

test.for(bothWays)('the answer to a wrong argument of 1 MB shortens it, %s', async ([, run]) => {
  const measure = tool({
    name: 'measure',
    parameters: { type: 'object', properties: { text: { type: 'number' } } },
    execute: () => '',
  });
  const steps = [callTool('measure', { text: 'x'.repeat(1_000_000) }, { hallucinated: true }), say('ok')];
  const response = await run({ agent: new Agent({ functions: [measure] }), steps });
  expect(String(toolContents(response)[0]).length).toBeLessThan(300);
});

test.for(bothWays)('two tools of the same name are refused, %s', async ([, run]) => {
  const a = tool({ name: 'a', execute: () => '' });
  expect(await rejectedWith(run({ agent: new Agent({ functions: [a, a] }) }))).toBeInstanceOf(TypeError);
});

const open = tool({
  name: 'open',
  parameters: { type: 'object', additionalProperties: true },
  execute: () => 'ran',
});

/** The answers to a call of `open` with these arguments: one without hooks, and one with a hook. */
async function answersTo(run: Run, rawArgs: string): Promise<unknown[]> {
  const call = { id: 'a', function: { name: 'open', arguments: rawArgs } };
  const trial = (): Trial => ({
    agent: new Agent({ functions: [open] }),
    provider: answeredBy((_request, _options, count) =>
      count === 1 ? completion(asking(call)) : saying('ok'),
    ),
  });
  const responses = [await run(trial()), await run({ ...trial(), hooks: { beforeTool() {} } })];
  return responses.flatMap(toolContents);
}

test.for([501, 100_000])(
  'arguments that are nested %i levels deep are answered with an error',
  async (depth) => {
    const rawArgs = `{"deep":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`;
    const text =
      'Error: Invalid arguments for tool open. They are nested more than 500 levels deep. Arguments: none.';
    for (const [, run] of bothWays) expect(await answersTo(run, rawArgs)).toEqual([text, text]);
  },
);

test.for(bothWays)('arguments that are nested 500 levels deep reach the tool, %s', async ([, run]) => {
  const rawArgs = `{"deep":${'['.repeat(499)}${']'.repeat(499)}}`;
  expect(await answersTo(run, rawArgs)).toEqual(['ran', 'ran']);
});

test.for(bothWays)('many arrays side by side reach the tool, %s', async ([, run]) => {
  const rawArgs = `{"wide":[${Array.from({ length: 2000 }, () => '[[]]').join()}]}`;
  expect(await answersTo(run, rawArgs)).toEqual(['ran', 'ran']);
});

test.for(bothWays)('brackets within a string do not count as nesting, %s', async ([, run]) => {
  const rawArgs = JSON.stringify({ text: '"[{\\'.repeat(2000) });
  expect(await answersTo(run, rawArgs)).toEqual(['ran', 'ran']);
});

test.for(['x', '\\n'])('an argument of 20 MB of %s reaches the tool', async (character) => {
  const rawArgs = `{"text":"${character.repeat(20_000_000 / character.length)}"}`;
  for (const [, run] of bothWays) expect(await answersTo(run, rawArgs)).toEqual(['ran', 'ran']);
});
