import { expect, test, vi } from 'vitest';
import { toStandardJsonSchema } from '@valibot/to-json-schema';
import { type } from 'arktype';
import * as v from 'valibot';
import { z } from 'zod';
import { Agent, tool } from 'swarmcheck';
import { callTool, say, traceOf } from 'swarmcheck/testing';
import { bothWays, toolContents, unstreamed } from '../support/runs.ts';

/** One schema in four notations. All list the arguments in the order in which arktype lists them. */
const schemas = {
  'zod 4': z.object({
    orderId: z.string(),
    address: z.object({ city: z.string() }).optional(),
    amount: z.number().optional(),
    size: z.enum(['M', 'S']).optional(),
    tags: z.array(z.string()).optional(),
  }),
  arktype: type({
    orderId: 'string',
    'address?': { city: 'string' },
    'amount?': 'number',
    'size?': "'M' | 'S'",
    'tags?': 'string[]',
  }),
  valibot: toStandardJsonSchema(
    v.object({
      orderId: v.string(),
      address: v.optional(v.object({ city: v.string() })),
      amount: v.optional(v.number()),
      size: v.optional(v.picklist(['M', 'S'])),
      tags: v.optional(v.array(v.string())),
    }),
  ),
  'JSON Schema': {
    type: 'object',
    properties: {
      orderId: { type: 'string' },
      address: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
      amount: { type: 'number' },
      size: { enum: ['M', 'S'] },
      tags: { type: 'array', items: { type: 'string' } },
    },
    required: ['orderId'],
  } as const,
};

const summary =
  'Arguments: orderId (string, required), address (object), amount (number), size (one of "M", "S"), tags (array of string).';

const problems: Record<string, [args: object, words: string]> = {
  'a missing required argument': [{}, '"orderId" is missing (string).'],
  'a wrong type': [{ orderId: 17 }, '"orderId" must be a string, but is the number 17.'],
  'null for a string': [{ orderId: null }, '"orderId" must be a string, but is null.'],
  'null for an optional argument': [
    { orderId: 'A', amount: null },
    '"amount" must be a number, but is null.',
  ],
  'a number as a string': [
    { orderId: 'A', amount: '7' },
    '"amount" must be a number, but is the string "7".',
  ],
  'a value outside an enum': [
    { orderId: 'A', size: 'L' },
    '"size" must be one of "M", "S", but is the string "L".',
  ],
  'a missing argument within an object': [
    { orderId: 'A', address: {} },
    '"address.city" is missing (string).',
  ],
  'a wrong type within an object': [
    { orderId: 'A', address: { city: true } },
    '"address.city" must be a string, but is the boolean true.',
  ],
  'an object in place of an array': [
    { orderId: 'A', tags: {} },
    '"tags" must be an array, but is an object.',
  ],
  'an array in place of an object': [
    { orderId: 'A', address: [1] },
    '"address" must be an object, but is an array of 1 item.',
  ],
  'a wrong item of an array': [
    { orderId: 'A', tags: ['x', 7] },
    '"tags[1]" must be a string, but is the number 7.',
  ],
  'an undeclared argument': [{ orderId: 'A', colour: 'red' }, '"colour" is not an argument of this tool.'],
  'a call with several problems': [
    { amount: 'x', colour: 'red' },
    '"colour" is not an argument of this tool. "amount" must be a number, but is the string "x". "orderId" is missing (string).',
  ],
};

for (const [library, parameters] of Object.entries(schemas)) {
  for (const [words, [args, text]] of Object.entries(problems)) {
    test(`${words} gets the same error text with every library: ${library}`, async () => {
      const execute = vi.fn<(args: object) => object>((args) => args);
      const agent = new Agent({ functions: [tool({ name: 'refund', parameters, execute })] });
      const response = await unstreamed({
        agent,
        steps: [callTool('refund', args, { hallucinated: true }), say('Sorry.')],
      });
      expect(sorted(toolContents(response)[0])).toEqual(
        sorted(`Error: Invalid arguments for tool refund. ${text} ${summary}`),
      );
      expect(traceOf(response).toolCalls[0]?.error).toBe('invalid-arguments');
      expect(execute).not.toHaveBeenCalled();
    });
  }

  test.for(bothWays)(`valid arguments reach the tool, with ${library}, %s`, async ([, run]) => {
    const agent = new Agent({ functions: [tool({ name: 'refund', parameters, execute: (args) => args })] });
    const args = { orderId: 'A', address: { city: 'Ulm' }, amount: 1.5, size: 'M', tags: [] };
    const response = await run({ agent, steps: [callTool('refund', args), say('ok')] });
    expect(JSON.parse(String(toolContents(response)[0]))).toEqual(args);
  });
}

/** The sentences of an answer, sorted: validators find problems in different orders. */
function sorted(content: unknown): string[] {
  return String(content)
    .split(/(?<=\.) (?=")/)
    .map((sentence) => sentence.replace(` ${summary}`, ''))
    .toSorted();
}

test('an answer about invalid arguments ends with the summary of the arguments', async () => {
  const agent = new Agent({
    functions: [tool({ name: 'refund', parameters: schemas['JSON Schema'], execute: () => '' })],
  });
  const response = await unstreamed({ agent, steps: [callTool('refund', '{}'), say('Sorry.')] });
  expect(toolContents(response)[0]).toMatch(new RegExp(`${summary.replaceAll(/[().]/g, '\\$&')}$`));
});

const open = {
  'zod 4': z.looseObject({ orderId: z.string() }),
  arktype: type({ orderId: 'string', '[string]': 'unknown' }),
  valibot: toStandardJsonSchema(v.objectWithRest({ orderId: v.string() }, v.unknown())),
  'JSON Schema': {
    type: 'object',
    properties: { orderId: { type: 'string' } },
    required: ['orderId'],
    additionalProperties: true,
  } as const,
};

for (const [library, parameters] of Object.entries(open)) {
  test.for(bothWays)(
    `undeclared arguments are accepted if the schema allows them, with ${library}, %s`,
    async ([, run]) => {
      const agent = new Agent({ functions: [tool({ name: 'echo', parameters, execute: (args) => args })] });
      const response = await run({
        agent,
        steps: [callTool('echo', { orderId: 'A', colour: 'red' }), say('ok')],
      });
      expect(toolContents(response)[0]).toBe('{"orderId":"A","colour":"red"}');
    },
  );
}

test.for(bothWays)(
  'additional arguments are validated against the schema that allows them, %s',
  async ([, run]) => {
    const parameters = { type: 'object', additionalProperties: { type: 'number' } } as const;
    const agent = new Agent({
      functions: [tool({ name: 'sum', parameters, execute: (args) => Object.keys(args).length })],
    });
    const response = await run({
      agent,
      steps: [
        callTool('sum', { a: 1, b: 2 }),
        callTool('sum', { a: 'x' }, { hallucinated: true }),
        say('ok'),
      ],
    });
    expect(toolContents(response)).toEqual([
      '2',
      expect.stringContaining('"a" must be a number, but is the string "x".'),
    ]);
  },
);

for (const rawArgs of ['', '  \n', '{}']) {
  test.for(bothWays)(`the arguments ${JSON.stringify(rawArgs)} reach the tool as {}, %s`, async ([, run]) => {
    const seen: unknown[] = [];
    const agent = new Agent({ functions: [tool({ name: 'a', execute: (args) => void seen.push(args) })] });
    await run({ agent, steps: [callTool('a', rawArgs), say('ok')] });
    expect(seen).toEqual([{}]);
  });

  test.for(bothWays)(
    `the arguments ${JSON.stringify(rawArgs)} fail a schema that requires an argument, %s`,
    async ([, run]) => {
      const agent = new Agent({
        functions: [tool({ name: 'refund', parameters: schemas['zod 4'], execute: () => 'done' })],
      });
      const response = await run({ agent, steps: [callTool('refund', rawArgs), say('ok')] });
      expect(toolContents(response)[0]).toContain('"orderId" is missing (string).');
    },
  );
}

test.for(bothWays)(
  'empty arguments fail a schema that requires one of several arguments, %s',
  async ([, run]) => {
    const parameters = {
      type: 'object',
      properties: { id: { type: 'string' }, email: { type: 'string' } },
      anyOf: [{ required: ['id'] }, { required: ['email'] }],
    } as const;
    const execute = vi.fn<() => string>(() => 'found');
    const agent = new Agent({ functions: [tool({ name: 'find', parameters, execute })] });
    const response = await run({ agent, steps: [callTool('find', '{}'), say('ok')] });
    expect(toolContents(response)[0]).toMatch(/^Error: Invalid arguments for tool find\./);
    expect(execute).not.toHaveBeenCalled();
  },
);

test.for(bothWays)(
  'empty arguments fail a schema that requires at least one argument, %s',
  async ([, run]) => {
    const parameters = { type: 'object', properties: { id: { type: 'string' } }, minProperties: 1 } as const;
    const execute = vi.fn<() => string>(() => 'found');
    const agent = new Agent({ functions: [tool({ name: 'find', parameters, execute })] });
    const response = await run({ agent, steps: [callTool('find', '{}'), say('ok')] });
    expect(toolContents(response)[0]).toMatch(/^Error: Invalid arguments for tool find\./);
    expect(execute).not.toHaveBeenCalled();
  },
);
