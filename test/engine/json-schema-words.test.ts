import { expect, test } from 'vitest';
import { Agent, tool } from 'swarmcheck';
import { callTool, say } from 'swarmcheck/testing';
import { toolContents, unstreamed } from '../support/runs.ts';

/** The sentence in the answer about an argument `x` with this schema. */
async function wordsFor(schema: object, x: unknown, rest: object = {}): Promise<string> {
  const agent = new Agent({
    functions: [
      tool({
        name: 't',
        parameters: { type: 'object', properties: { x: schema }, ...rest },
        execute: () => 'ran',
      }),
    ],
  });
  const response = await unstreamed({ agent, steps: [callTool('t', JSON.stringify({ x })), say('ok')] });
  return String(toolContents(response)[0]).replace(
    /^Error: Invalid arguments for tool t\. (.*) Arguments: .*$/,
    '$1',
  );
}

const cases: [keyword: string, schema: object, value: unknown, words: string][] = [
  ['integer', { type: 'integer' }, 1.5, '"x" must be an integer, but is the number 1.5.'],
  ['boolean', { type: 'boolean' }, 'yes', '"x" must be a boolean, but is the string "yes".'],
  ['several types', { type: ['string', 'null'] }, 7, '"x" must be a string or null, but is the number 7.'],
  ['const', { const: 'a' }, 'b', '"x" must be "a", but is the string "b".'],
  [
    'enum of mixed kinds',
    { enum: ['a', 1, null] },
    'b',
    '"x" must be one of "a", 1, null, but is the string "b".',
  ],
  ['minimum', { type: 'number', minimum: 1 }, 0, '"x" must be at least 1, but is the number 0.'],
  ['maximum', { type: 'number', maximum: 1 }, 2, '"x" must be at most 1, but is the number 2.'],
  [
    'exclusiveMinimum',
    { type: 'number', exclusiveMinimum: 1 },
    1,
    '"x" must be more than 1, but is the number 1.',
  ],
  [
    'exclusiveMaximum',
    { type: 'number', exclusiveMaximum: 1 },
    1,
    '"x" must be less than 1, but is the number 1.',
  ],
  ['multipleOf', { type: 'number', multipleOf: 5 }, 7, '"x" must be a multiple of 5, but is the number 7.'],
  [
    'minLength',
    { type: 'string', minLength: 3 },
    'ab',
    '"x" must have at least 3 characters, but is the string "ab".',
  ],
  [
    'maxLength',
    { type: 'string', maxLength: 1 },
    'ab',
    '"x" must have at most 1 characters, but is the string "ab".',
  ],
  [
    'pattern',
    { type: 'string', pattern: '^A-\\d+$' },
    'B',
    '"x" must match the pattern ^A-\\d+$, but is the string "B".',
  ],
  [
    'minItems',
    { type: 'array', minItems: 2 },
    [1],
    '"x" must have at least 2 items, but is an array of 1 item.',
  ],
  [
    'maxItems',
    { type: 'array', maxItems: 1 },
    [1, 2],
    '"x" must have at most 1 items, but is an array of 2 items.',
  ],
  [
    'uniqueItems',
    { type: 'array', uniqueItems: true },
    [1, 1],
    '"x" must not have an item twice, but is an array of 2 items.',
  ],
  [
    'anyOf',
    { anyOf: [{ type: 'string' }, { type: 'number' }] },
    true,
    '"x" must be string or number, but is the boolean true.',
  ],
  [
    'oneOf',
    { oneOf: [{ type: 'string' }, { const: 7 }] },
    true,
    '"x" must be string or 7, but is the boolean true.',
  ],
  [
    'an undeclared inner argument',
    { type: 'object', properties: {}, additionalProperties: false },
    { y: 1 },
    '"x.y" is not an argument of this tool.',
  ],
  [
    'a nested place',
    { type: 'array', items: { type: 'object', properties: { 'a/b': { type: 'string' } } } },
    [{ 'a/b': 1 }],
    '"x[0].a/b" must be a string, but is the number 1.',
  ],
  [
    'a long value',
    { type: 'number' },
    'y'.repeat(99),
    `"x" must be a number, but is the string "${'y'.repeat(59)}… (101 characters).`,
  ],
];

for (const [keyword, schema, value, words] of cases) {
  test(`${keyword} has its own error text`, async () => {
    expect(await wordsFor(schema, value)).toBe(words);
  });
}

test('the error text names a keyword that has no text of its own', async () => {
  expect(await wordsFor({ type: 'object', minProperties: 1 }, {})).toBe(
    '"x" does not satisfy "minProperties": 1 of its schema.',
  );
});

test('a $ref is followed', async () => {
  const $defs = { Size: { enum: ['S', 'M'] } };
  expect(await wordsFor({ $ref: '#/$defs/Size' }, 'L', { $defs })).toBe(
    '"x" must be one of "S", "M", but is the string "L".',
  );
});

test('a schema that refers to itself is checked at every level', async () => {
  const $defs = {
    Node: { type: 'object', properties: { child: { $ref: '#/$defs/Node' }, id: { type: 'number' } } },
  };
  expect(await wordsFor({ $ref: '#/$defs/Node' }, { child: { child: { id: 'a' } } }, { $defs })).toBe(
    '"x.child.child.id" must be a number, but is the string "a".',
  );
});

test('an argument that allOf declares counts as declared', async () => {
  const parameters = {
    type: 'object',
    properties: {},
    allOf: [{ properties: { y: { type: 'number' } } }],
  } as const;
  const agent = new Agent({ functions: [tool({ name: 't', parameters, execute: (args) => args })] });
  const response = await unstreamed({ agent, steps: [callTool('t', { y: 1 }), say('ok')] });
  expect(toolContents(response)).toEqual(['{"y":1}']);
});

test('a problem that is found twice is reported once', async () => {
  expect(await wordsFor({ type: 'string', allOf: [{ type: 'string' }] }, 7)).toBe(
    '"x" must be a string, but is the number 7.',
  );
});

test.for(['not', 'anyOf', 'contains', 'properties', 'items'])('an argument may be named %s', async (name) => {
  const parameters = { type: 'object', properties: { [name]: { type: 'string' } } } as const;
  const agent = new Agent({ functions: [tool({ name: 't', parameters, execute: () => 'ran' })] });
  const response = await unstreamed({
    agent,
    steps: [callTool('t', JSON.stringify({ [name]: 7 })), say('ok')],
  });
  expect(toolContents(response)[0]).toContain(`"${name}" must be a string, but is the number 7.`);
});

test('an argument that patternProperties matches counts as declared, and others do not', async () => {
  const parameters = { type: 'object', patternProperties: { '^x-': { type: 'string' } } } as const;
  const agent = new Agent({ functions: [tool({ name: 't', parameters, execute: () => 'ran' })] });
  const steps = ['{"x-a":"1"}', '{"x-a":1}', '{"y":"1"}'].map((rawArgs) => callTool('t', rawArgs));
  const response = await unstreamed({ agent, steps: [...steps, say('ok')] });
  expect(toolContents(response)).toEqual([
    'ran',
    expect.stringContaining('"x-a" must be a string, but is the number 1.'),
    expect.stringContaining('"y" is not an argument of this tool.'),
  ]);
});
