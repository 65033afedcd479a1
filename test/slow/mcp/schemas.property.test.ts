import * as fc from 'fast-check';
import { mcpTools } from 'swarmcheck/mcp';
import { expect, test } from 'vitest';
import { called } from '../../support/called.ts';
import { assertProperty } from '../../support/property.ts';

const names = ['a', 'b', 'id', '__proto__'];
const patterns = ['^a', '(?i)b', '[', '\\p{L}'];
const references = ['#/$defs/a', '#/$defs/gone', '#/properties/a', '#a', 'https://example.com/a.json'];

/** Schemas as a careless server writes them: any keyword, with a plausible or an arbitrary value. */
const keywords =
  'type properties patternProperties required items prefixItems allOf anyOf oneOf not if then else contains ' +
  'additionalProperties unevaluatedProperties propertyNames $ref $id id $anchor $defs definitions dependentSchemas ' +
  'dependentRequired dependencies enum const pattern format minimum exclusiveMaximum multipleOf minLength maxItems ' +
  'uniqueItems minContains default x-note';

const { schema } = fc.letrec<{ schema: object; value: unknown }>((tie) => ({
  schema: fc.dictionary(fc.constantFrom(...keywords.split(' ')), tie('value'), {
    maxKeys: 4,
    noNullPrototype: true,
  }),
  value: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    fc.jsonValue({ maxDepth: 1 }),
    fc.constantFrom('string', 'object', 'array', 'float', 'email', 'toString', ...patterns, ...references),
    tie('schema'),
    fc.array(fc.oneof(tie('schema'), fc.constantFrom(...names))),
    fc.dictionary(fc.constantFrom(...names, ...patterns), tie('schema'), { noNullPrototype: true }),
    fc.dictionary(fc.constantFrom(...names), fc.array(fc.constantFrom(...names)), { noNullPrototype: true }),
  ),
}));

const args = fc.dictionary(fc.constantFrom(...names), fc.jsonValue({ maxDepth: 2 }), {
  noNullPrototype: true,
});

test('a call of a tool is answered, whatever schema its server sends', async () => {
  const outcomes = new Map<string, number>();
  await assertProperty(
    fc.asyncProperty(schema, args, async (inputSchema, given) => {
      const tools = await mcpTools({
        listTools: async () => ({
          tools: [{ name: 'look', inputSchema: { type: 'object', ...inputSchema } }],
        }),
        callTool: async () => ({ content: [{ type: 'text', text: 'reached' }] }),
      });
      const { content, error } = await called(tools, 'look', given);
      const outcome = error ?? content;
      expect(['reached', 'invalid-arguments']).toContain(outcome);
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }),
    { seed: 1, numRuns: 1000 },
  );
  // Both outcomes are frequent, so that the test covers both.
  expect(outcomes.get('reached')).toBeGreaterThan(100);
  expect(outcomes.get('invalid-arguments')).toBeGreaterThan(100);
});
