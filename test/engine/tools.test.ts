import { expect, test } from 'vitest';
import { z } from 'zod';
import { Agent, tool, type Tool, type ToolContext } from 'swarmcheck';
import { callTool, say, scriptedProvider } from 'swarmcheck/testing';
import { answeredBy, saying } from '../support/completions.ts';
import { bothWays, toolContents, unstreamed } from '../support/runs.ts';
import { rejectedWith } from '../support/failures.ts';

const parameters = { type: 'object', properties: { q: { type: 'string' } } } as const;

test.for(bothWays)('a tool may be synchronous or asynchronous, %s', async ([, run]) => {
  const now = tool({ name: 'now', parameters, execute: ({ q }) => `now ${q}` });
  const later = tool({
    name: 'later',
    parameters,
    execute: async ({ q }) => await Promise.resolve(`later ${q}`),
  });
  const steps = [callTool('now', { q: 'a' }), callTool('later', { q: 'b' }), say('ok')];
  const response = await run({ agent: new Agent({ functions: [now, later] }), steps });
  expect(toolContents(response)).toEqual(['now a', 'later b']);
});

test.for(bothWays)('a tool receives the id of its call, %s', async ([, run]) => {
  const agent = new Agent({
    functions: [tool({ name: 'a', execute: (_args, { toolCallId }) => toolCallId })],
  });
  const response = await run({ agent, steps: [callTool('a', {}, { id: 'x-1' }), say('ok')] });
  expect(toolContents(response)).toEqual(['x-1']);
});

test.for(bothWays)('a tool can pass its context on by spreading it, %s', async ([, run]) => {
  const seen: object[] = [];
  const agent = new Agent({
    functions: [tool({ name: 'a', execute: (_args, context) => void seen.push({ ...context }) })],
  });
  await run({ agent, contextVariables: { b: 1 }, steps: [callTool('a'), say('ok')] });
  expect(seen).toEqual([
    { contextVariables: { b: 1 }, signal: expect.any(AbortSignal), toolCallId: 'call_1' },
  ]);
});

test.for(bothWays)('a tool may change its arguments, %s', async ([, run]) => {
  const execute = (args: { q: string; seen?: boolean }) => {
    args.seen = true;
    return args;
  };
  const agent = new Agent({
    functions: [tool({ name: 'a', parameters, execute: execute as Tool['execute'] })],
  });
  const provider = scriptedProvider([callTool('a', { q: 'x' }), callTool('a', { q: 'x' }), say('ok')]);
  const response = await run({ agent, provider });
  expect(toolContents(response)).toEqual(['{"q":"x","seen":true}', '{"q":"x","seen":true}']);
  expect(JSON.stringify(response.messages[0])).not.toContain('seen');
});

test.for(bothWays)('an object literal works in place of tool(), %s', async ([, run]) => {
  const literal: Tool = {
    name: 'look_up',
    description: 'Looks up.',
    parameters,
    execute: ({ q }: { q: string }) => `found ${q}`,
  };
  const provider = scriptedProvider([callTool('look_up', { q: 'a' }), say('ok')]);
  const response = await run({ agent: new Agent({ functions: [literal] }), provider });
  expect(provider.requests[0]?.tools).toEqual([
    { type: 'function', function: { name: 'look_up', description: 'Looks up.', parameters } },
  ]);
  expect(toolContents(response)).toEqual(['found a']);
});

test.for(bothWays)('the arguments of an object literal are validated, %s', async ([, run]) => {
  const literal: Tool = { name: 'look_up', description: '', parameters, execute: () => 'ran' };
  const steps = [callTool('look_up', { q: 7, r: 1 }, { hallucinated: true }), say('ok')];
  const response = await run({ agent: new Agent({ functions: [literal] }), steps });
  expect(toolContents(response)).toEqual([
    'Error: Invalid arguments for tool look_up. "r" is not an argument of this tool. "q" must be a string, but is the number 7. Arguments: q (string).',
  ]);
});

test('an object literal and its schema are not frozen', async () => {
  const literal = {
    name: 'a',
    description: '',
    parameters: { type: 'object', properties: { q: {} } },
    execute: () => '',
  };
  await unstreamed({ agent: new Agent({ functions: [literal] }), steps: [say('ok')] });
  expect([literal, literal.parameters, literal.parameters.properties.q].map(Object.isFrozen)).toEqual([
    false,
    false,
    false,
  ]);
});

test('a frozen schema in an object literal is not shared with the provider', async () => {
  const schema = Object.freeze({ type: 'object', properties: { q: { type: 'string' } } });
  const literal = { name: 'a', description: '', parameters: schema, execute: () => '' };
  const provider = answeredBy((request) => {
    const shown = request.tools?.[0]?.function.parameters as typeof schema | undefined;
    shown!.properties.q.type = 'number';
    return saying('ok');
  });
  await unstreamed({ agent: new Agent({ functions: [literal] }), provider }).catch(() => {});
  expect(schema.properties.q.type).toBe('string');
});

test.for(bothWays)('a class instance can be a tool, and keeps its this, %s', async ([, run]) => {
  class Search implements Tool {
    readonly name = 'search';
    readonly description = 'Searches.';
    readonly parameters = { type: 'object', properties: { q: { type: 'string' } } };
    readonly #found = 'found';
    execute({ q }: { q: string }, { toolCallId }: ToolContext): string {
      return `${this.#found} ${q} for ${toolCallId}`;
    }
  }
  const response = await run({
    agent: new Agent({ functions: [new Search()] }),
    steps: [callTool('search', { q: 'a' }), say('ok')],
  });
  expect(toolContents(response)).toEqual(['found a for call_1']);
});

test.for(bothWays)('a definition given to tool() keeps its this, %s', async ([, run]) => {
  const definition = {
    name: 'search',
    found: 'found it',
    execute() {
      return this.found;
    },
  };
  const response = await run({
    agent: new Agent({ functions: [tool(definition)] }),
    steps: [callTool('search'), say('ok')],
  });
  expect(toolContents(response)).toEqual(['found it']);
});

test('an object literal with a zod schema of a string rejects the run', async () => {
  const literal: Tool = { name: 'a', description: '', parameters: z.string(), execute: () => '' };
  const error = await rejectedWith(unstreamed({ agent: new Agent({ functions: [literal] }) }));
  expect(error).toBeInstanceOf(TypeError);
});

test.for(bothWays)(
  'an object literal with a zod schema of an object validates like tool(), %s',
  async ([, run]) => {
    const literal: Tool = {
      name: 'book',
      description: '',
      parameters: z.object({ day: z.string().refine((day) => day !== 'Sunday', 'is closed') }),
      execute: () => 'ran',
    };
    const response = await run({
      agent: new Agent({ functions: [literal] }),
      steps: [callTool('book', { day: 'Sunday' }), say('ok')],
    });
    expect(toolContents(response)).toEqual([expect.stringContaining('"day": is closed')]);
  },
);

test.for(bothWays)('a copy of a tool under another name validates like the tool, %s', async ([, run]) => {
  const book = tool({
    name: 'book',
    parameters: z.object({ day: z.string().trim() }),
    execute: ({ day }) => `booked ${day}`,
  });
  const agent = new Agent({ functions: [book, { ...book, name: 'book_again' }] });
  const response = await run({ agent, steps: [callTool('book_again', { day: ' Monday ' }), say('ok')] });
  expect(toolContents(response)).toEqual(['booked Monday']);
});

test.for(bothWays)(
  'a copy of a tool with other parameters is offered with those parameters, %s',
  async ([, run]) => {
    const book = tool({ name: 'book', parameters: z.object({ day: z.string() }), execute: () => 'ran' });
    const byHour = { ...book, parameters: { type: 'object', properties: { hour: { type: 'number' } } } };
    const provider = scriptedProvider([callTool('book', { hour: 9 }), say('ok')]);
    const response = await run({ agent: new Agent({ functions: [byHour] }), provider });
    expect(provider.requests[0]?.tools?.[0]?.function.parameters).toEqual(byHour.parameters);
    expect(toolContents(response)).toEqual(['ran']);
  },
);

test.for(bothWays)(
  'functions that are added during a run are offered in the next turn, %s',
  async ([, run]) => {
    const agent: Agent = new Agent({
      functions: [
        function learn() {
          agent.functions.push(function sing() {
            return 'la';
          });
        },
      ],
    });
    const provider = scriptedProvider([callTool('learn'), callTool('sing'), say('ok')]);
    const response = await run({ agent, provider });
    expect(toolContents(response)).toEqual(['', 'la']);
    expect(provider.requests.map(({ tools }) => tools?.map((one) => one.function.name))).toEqual([
      ['learn'],
      ['learn', 'sing'],
      ['learn', 'sing'],
    ]);
  },
);
