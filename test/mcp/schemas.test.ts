import { mcpTools } from 'swarmcheck/mcp';
import { expect, test } from 'vitest';
import { called } from '../support/called.ts';

/** The tool of a server with this schema; `call` returns the arguments that reach the server, or the error text. */
async function toolOf(inputSchema: object) {
  const calls: unknown[] = [];
  const tools = await mcpTools({
    listTools: async () => ({ tools: [{ name: 'look', inputSchema }] }),
    callTool: async ({ arguments: args }) => {
      calls.push(args);
      return { content: [] };
    },
  });
  const call = async (args: object) => {
    const { content, error } = await called(tools, 'look', args);
    return error === undefined ? calls.pop() : content;
  };
  return { parameters: tools[0]!.parameters, call };
}

const proper: Record<string, object> = {
  'with parts that others refer to': {
    type: 'object',
    properties: { from: { $ref: '#/$defs/place' }, to: { $ref: '#/$defs/place' } },
    $defs: { place: { type: 'object', properties: { id: { type: 'integer', minimum: 1 } } } },
  },
  'of an older draft': {
    type: 'object',
    properties: { pair: { type: 'array', items: [{ type: 'string' }, { type: 'number' }] } },
    definitions: { unused: true },
    dependencies: { pair: ['pair'] },
  },
  'that refers to itself': {
    type: 'object',
    properties: { name: { type: 'string' }, children: { type: 'array', items: { $ref: '#' } } },
    required: ['name'],
  },
  'with notes of its own': {
    type: 'object',
    properties: {
      a: { type: 'string', pattern: '^\\p{L}+$', default: 'x', 'x-order': 1, examples: [{ id: 'y' }] },
    },
    'x-group': { id: 7 },
  },
  'with names that mean something to JavaScript': {
    type: 'object',
    properties: { ['__proto__']: { type: 'string' }, constructor: { type: 'number' } },
    required: ['__proto__'],
  },
  'with alternatives': {
    type: 'object',
    oneOf: [
      { properties: { a: { const: 1 } } },
      { properties: { b: { enum: [1, null] } }, not: { required: ['a'] } },
    ],
    required: ['b'],
  },
};

test.for(Object.entries(proper))('a schema %s is shown to the model unchanged', async ([, schema]) => {
  expect((await toolOf(schema)).parameters).toEqual(schema);
});

test('arguments are validated against the schema before the server gets them', async () => {
  const { call } = await toolOf(proper['with parts that others refer to']!);
  expect(await call({ from: { id: 1 } })).toEqual({ from: { id: 1 } });
  expect(await call({ from: { id: 0 } })).toMatch(/"from.id" must be at least 1/);
  expect(await call({ from: {}, via: {} })).toMatch(/"via" is not an argument of this tool/);
});

const any = { additionalProperties: true };
const unusable: Record<string, [schema: object, parameters: object]> = {
  'a reference to nothing': [
    { properties: { a: { $ref: '#/$defs/gone', description: 'A.' } } },
    { properties: { a: { description: 'A.' } }, ...any },
  ],
  'a reference to elsewhere': [
    { allOf: [{ $ref: 'https://example.com/a.json' }], required: ['a'] },
    { allOf: [{}], required: ['a'], ...any },
  ],
  'references that go round': [
    { properties: { a: { $ref: '#/$defs/b' } }, $defs: { b: { $ref: '#/$defs/b' } } },
    { properties: { a: {} }, $defs: { b: {} }, ...any },
  ],
  'a pattern of another language': [
    { properties: { a: { type: 'string', pattern: '(?i)\\A[a-z]+\\Z' } } },
    { properties: { a: { type: 'string' } } },
  ],
  'a pattern whose search may take minutes': [
    { properties: { a: { type: 'string', pattern: '^(a+)+$' } }, patternProperties: { '^(b+)+$': true } },
    { properties: { a: { type: 'string' } }, patternProperties: {}, ...any },
  ],
  'names by such a pattern': [
    { patternProperties: { '(?i)^x-': { type: 'string' }, '^y-': true } },
    { patternProperties: { '^y-': true }, ...any },
  ],
  'a type that JSON does not have': [
    { properties: { a: { type: 'float' }, b: { type: ['string', 'date'] } } },
    { properties: { a: {}, b: {} } },
  ],
  'a limit of draft 4': [
    { properties: { a: { minimum: 0, exclusiveMinimum: true } } },
    { properties: { a: { minimum: 0 } } },
  ],
  'a required argument that is not declared': [
    { properties: { b: { type: 'string' } }, required: ['a'] },
    { properties: { b: { type: 'string' }, a: {} }, required: ['a'] },
  ],
  'an address': [
    {
      $id: 'https://example.com/look.json',
      properties: { a: { id: '#a', type: 'string' }, id: { type: 'string' } },
    },
    { properties: { a: { type: 'string' }, id: { type: 'string' } } },
  ],
  'a condition that is not whole any more': [
    { properties: { a: { type: 'string', not: { pattern: '(?i)x' } } }, if: { $ref: '#/gone' }, else: false },
    { properties: { a: { type: 'string' } }, else: false, ...any },
  ],
  'no schema where one should stand': [
    { properties: { a: 7, ['__proto__']: null } },
    { properties: { a: {}, ['__proto__']: {} } },
  ],
  'nothing that is right': [
    {
      properties: 7,
      required: 'a',
      enum: 1,
      anyOf: {},
      items: null,
      minLength: 'x',
      format: '__proto__',
      multipleOf: 0,
    },
    any,
  ],
};

test.for(Object.entries(unusable))('%s does not prevent a call', async ([, [schema, parameters]]) => {
  const { parameters: shown, call } = await toolOf({ type: 'object', ...schema });
  expect(shown).toEqual({ type: 'object', ...parameters });
  expect(await call({ a: 'x' })).toEqual({ a: 'x' });
});

test('a schema that cannot be repaired accepts anything', async () => {
  const schema = { type: 'object', properties: {}, 'x-note': { $id: 'http://[' } };
  const { parameters, call } = await toolOf(schema);
  expect(parameters).toEqual({ type: 'object', additionalProperties: true });
  expect(await call({ a: 'x' })).toEqual({ a: 'x' });
});
