import { expect, test } from 'vitest';
import { toStandardJsonSchema } from '@valibot/to-json-schema';
import { type } from 'arktype';
import * as v from 'valibot';
import { z } from 'zod';
import { Agent, tool, type AgentFunction, type JsonObjectSchema } from 'swarmcheck';
import { say, scriptedProvider } from 'swarmcheck/testing';
import { bothWays, type Run, unstreamed } from '../support/runs.ts';

async function offered(run: Run, ...functions: AgentFunction[]): Promise<unknown[] | undefined> {
  const provider = scriptedProvider([say('ok')]);
  await run({ agent: new Agent({ functions }), provider });
  return provider.requests[0]?.tools;
}

test.for(bothWays)(
  'a tool is offered as a function with name, description and parameters, %s',
  async ([, run]) => {
    const parameters = {
      type: 'object',
      properties: { q: { type: 'string', description: 'What for.' } },
      required: ['q'],
    } as const;
    const look_up = tool({ name: 'look_up', description: 'Looks up.', parameters, execute: () => '' });
    expect(await offered(run, look_up)).toEqual([
      { type: 'function', function: { name: 'look_up', description: 'Looks up.', parameters } },
    ]);
  },
);

test.for(bothWays)("the description defaults to '', %s", async ([, run]) => {
  const definitions = await offered(run, tool({ name: 'a', execute: () => '' }), function b() {
    return '';
  });
  expect(definitions).toMatchObject([{ function: { description: '' } }, { function: { description: '' } }]);
});

test.for(bothWays)(
  'a tool without parameters and a plain function are offered with the schema of an empty object, %s',
  async ([, run]) => {
    const definitions = await offered(
      run,
      tool({ name: 'a', execute: () => '' }),
      function b(_context: object) {
        return '';
      },
    );
    expect(definitions).toMatchObject([
      { function: { name: 'a', parameters: { type: 'object', properties: {} } } },
      { function: { name: 'b', parameters: { type: 'object', properties: {} } } },
    ]);
  },
);

const everyType = {
  string: { type: 'string' },
  integer: { type: 'integer' },
  number: { type: 'number' },
  boolean: { type: 'boolean' },
  array: { type: 'array', items: { type: 'string' } },
  object: { type: 'object', properties: { inner: { type: 'string' } }, required: ['inner'] },
};

const schemas = {
  'zod 4': z.object({
    string: z.string(),
    integer: z.int(),
    number: z.number().optional(),
    boolean: z.boolean(),
    array: z.array(z.string()),
    object: z.object({ inner: z.string() }),
  }),
  arktype: type({
    string: 'string',
    integer: 'number.integer',
    'number?': 'number',
    boolean: 'boolean',
    array: 'string[]',
    object: { inner: 'string' },
  }),
  valibot: toStandardJsonSchema(
    v.object({
      string: v.string(),
      integer: v.pipe(v.number(), v.integer()),
      number: v.optional(v.number()),
      boolean: v.boolean(),
      array: v.array(v.string()),
      object: v.object({ inner: v.string() }),
    }),
  ),
  'JSON Schema': {
    type: 'object',
    properties: everyType,
    required: ['string', 'integer', 'boolean', 'array', 'object'],
  } as const,
};

for (const [library, parameters] of Object.entries(schemas)) {
  test.for(bothWays)(
    `the types of arguments and the required arguments come from the schema, with ${library}, %s`,
    async ([, run]) => {
      const definitions = await offered(run, tool({ name: 'a', parameters, execute: () => '' }));
      expect(definitions).toMatchObject([
        { function: { parameters: { type: 'object', properties: everyType } } },
      ]);
      const [{ function: made }] = definitions as [{ function: { parameters: { required: string[] } } }];
      expect(made.parameters.required.toSorted()).toEqual([
        'array',
        'boolean',
        'integer',
        'object',
        'string',
      ]);
      expect(made.parameters).not.toHaveProperty('$schema');
    },
  );
}

test.for(bothWays)('the context variables are not part of the parameters, %s', async ([, run]) => {
  const definitions = await offered(run, function read(context_variables: object) {
    return context_variables;
  });
  expect(JSON.stringify(definitions)).not.toContain('context');
});

test.for(bothWays)('a description is sent exactly as written, %s', async ([, run]) => {
  const description = 'Looks up.\n\n  In the archive.\n';
  const definitions = await offered(run, tool({ name: 'a', description, execute: () => '' }));
  expect(definitions).toMatchObject([{ function: { description } }]);
});

test('definitions, descriptions, defaults and enums of a schema reach the model', async () => {
  const parameters = {
    type: 'object',
    properties: {
      size: { $ref: '#/$defs/Size' },
      note: { type: 'string', default: 'none', description: 'For us.' },
    },
    $defs: { Size: { enum: ['S', 'M'] } },
  } as const;
  expect(await offered(unstreamed, tool({ name: 'a', parameters, execute: () => '' }))).toMatchObject([
    { function: { parameters } },
  ]);
});

test('an argument with a default in zod is not required', async () => {
  const parameters = z.object({ size: z.string().default('M') });
  const [definition] = (await offered(unstreamed, tool({ name: 'a', parameters, execute: () => '' }))) as [
    { function: { parameters: object } },
  ];
  expect(definition.function.parameters).not.toHaveProperty('required');
});

test('the parameters of a tool are its schema, frozen', () => {
  const { parameters } = tool({
    name: 'a',
    parameters: { type: 'object', properties: { q: { type: 'string' } } },
    execute: () => '',
  });
  expect(parameters).toEqual({ type: 'object', properties: { q: { type: 'string' } } });
  expect(Object.isFrozen((parameters as { properties: { q: object } }).properties.q)).toBe(true);
});

test('changing a schema after tool() does not change the tool, and tool() does not freeze the schema', () => {
  const schema = { type: 'object' as const, properties: { q: { type: 'string' } } };
  const { parameters } = tool({ name: 'a', parameters: schema, execute: () => '' });
  schema.properties.q.type = 'number';
  expect(parameters).toEqual({ type: 'object', properties: { q: { type: 'string' } } });
});

for (const [words, schema] of Object.entries<JsonObjectSchema & Record<string, unknown>>({
  'a required argument that is not declared': { type: 'object', required: ['q'], additionalProperties: true },
  'a required argument that a pattern declares': {
    type: 'object',
    required: ['q1'],
    patternProperties: { '^q': {} },
  },
  'a required argument that allOf declares': {
    type: 'object',
    required: ['q'],
    allOf: [{ properties: { q: { type: 'string' } } }],
  },
  'a required argument of any type': {
    type: 'object',
    required: ['q'],
    properties: { q: true as unknown as object },
  },
  'an argument of two types': { type: 'object', properties: { q: { type: ['string', 'null'] } } },
})) {
  test(`tool() accepts ${words}`, () => {
    expect(tool({ name: 'a', parameters: schema, execute: () => '' }).parameters).toEqual(schema);
  });
}
