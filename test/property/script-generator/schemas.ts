/** Schemas as people and libraries write them, by the property that is special about them. */
import { z } from 'zod';

type Schema = { readonly [keyword: string]: unknown };

const object = (properties: object, more: object = {}): Schema => ({ type: 'object', properties, ...more });
const one = (schema: unknown): Schema => object({ value: schema }, { required: ['value'] });
const tree = {
  type: 'object',
  properties: { label: { type: 'string' }, children: { type: 'array', items: { $ref: '#/$defs/tree' } } },
  required: ['label', 'children'],
};
const expression = {
  oneOf: [
    object({ kind: { const: 'number' }, value: { type: 'number' } }, { required: ['kind', 'value'] }),
    object(
      {
        kind: { const: 'sum' },
        left: { $ref: '#/$defs/expression' },
        right: { $ref: '#/$defs/expression' },
      },
      { required: ['kind', 'left', 'right'] },
    ),
  ],
};

const byHand: Record<string, Schema> = {
  'no arguments': object({}),
  'required and optional': object({ a: { type: 'string' }, b: { type: 'integer' } }, { required: ['a'] }),
  'every type': object({
    a: { type: 'string' },
    b: { type: 'number' },
    c: { type: 'integer' },
    d: { type: 'boolean' },
    e: { type: 'null' },
    f: { type: 'array' },
    g: { type: 'object' },
    h: {},
    i: true,
  }),
  enum: one({ type: 'string', enum: ['small', 'large'] }),
  'enum of several types': one({ enum: [1, 'one', null, { a: [1] }] }),
  const: one({ const: { deep: ['x'] } }),
  'a list of types': one({ type: ['string', 'null'] }),
  minimum: one({ type: 'integer', minimum: 3 }),
  'minimum and maximum': one({ type: 'integer', minimum: -5, maximum: -4 }),
  'exclusive limits': one({ type: 'integer', exclusiveMinimum: 0, exclusiveMaximum: 2 }),
  'exclusive limits of fractions': one({ type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 1 }),
  'between two whole numbers': one({ type: 'number', minimum: 0.25, maximum: 0.5 }),
  'one number': one({ type: 'number', minimum: 7, maximum: 7 }),
  'a safe integer': one({ type: 'integer', minimum: -9007199254740991, maximum: 9007199254740991 }),
  'large numbers': one({ type: 'integer', minimum: 1e12 }),
  multipleOf: one({ type: 'integer', multipleOf: 7 }),
  'multiples of a fraction': one({ type: 'number', multipleOf: 0.01, minimum: 0.05, maximum: 2 }),
  'multiples of a tiny fraction': one({ type: 'number', multipleOf: 1e-7 }),
  'whole multiples of a fraction': one({ type: 'integer', multipleOf: 0.5 }),
  'multiples far from zero': one({ type: 'integer', multipleOf: 10, minimum: 123_456 }),
  minLength: one({ type: 'string', minLength: 12 }),
  maxLength: one({ type: 'string', maxLength: 2 }),
  'one length': one({ type: 'string', minLength: 3, maxLength: 3 }),
  pattern: one({ type: 'string', pattern: '^[A-Z]-[0-9]{1,4}$' }),
  'pattern without an end': one({ type: 'string', pattern: '[0-9]' }),
  'pattern and length': one({ type: 'string', pattern: '^[a-z]+$', minLength: 2, maxLength: 5 }),
  'pattern that looks ahead': one({ type: 'string', pattern: '^(?!0)[0-9]{3}$' }),
  'two patterns': one({ allOf: [{ type: 'string', pattern: '^a' }, { pattern: 'b$' }] }),
  minItems: one({ type: 'array', items: { type: 'integer' }, minItems: 2 }),
  maxItems: one({ type: 'array', items: { type: 'integer' }, maxItems: 1 }),
  uniqueItems: one({ type: 'array', items: { enum: ['a', 'b', 'c'] }, uniqueItems: true, minItems: 2 }),
  'unique objects': one({
    type: 'array',
    items: { type: 'object', additionalProperties: { type: 'boolean' } },
    uniqueItems: true,
  }),
  prefixItems: one({ type: 'array', prefixItems: [{ type: 'string' }, { type: 'integer' }], minItems: 2 }),
  'a closed tuple': one({ type: 'array', prefixItems: [{ type: 'string' }], items: false }),
  'a list of items, as in earlier drafts': one({
    type: 'array',
    items: [{ type: 'string' }, { type: 'null' }],
    additionalItems: false,
  }),
  contains: one({ type: 'array', items: { type: 'integer' }, contains: { minimum: 50 } }),
  'nested objects': one(
    object({ a: one({ type: 'string' }) }, { required: ['a'], additionalProperties: false }),
  ),
  'additional arguments of any kind': { type: 'object', additionalProperties: true },
  'additional arguments of one type': object(
    { a: { type: 'string' } },
    { additionalProperties: { type: 'integer' } },
  ),
  patternProperties: { type: 'object', patternProperties: { '^x_[a-z]+$': { type: 'string' } } },
  propertyNames: {
    type: 'object',
    propertyNames: { pattern: '^[a-z]{2}$' },
    additionalProperties: { type: 'string' },
  },
  minProperties: { type: 'object', additionalProperties: { type: 'boolean' }, minProperties: 2 },
  dependentRequired: object(
    { a: { type: 'string' }, b: { type: 'string' } },
    { dependentRequired: { a: ['b'] } },
  ),
  'if, then, else': JSON.parse(
    `{
      "type": "object",
      "properties": { "kind": { "enum": ["card", "cash"] }, "number": { "type": "string" } },
      "required": ["kind"],
      "if": { "properties": { "kind": { "const": "card" } } },
      "then": { "required": ["number"] },
      "else": { "properties": { "number": false } }
    }`,
  ) as Schema,
  not: one({ type: 'integer', not: { enum: [0, 1, -1] } }),
  anyOf: one({
    anyOf: [{ type: 'string' }, { type: 'integer' }, { type: 'array', items: { type: 'null' } }],
  }),
  'oneOf that overlaps': one({
    oneOf: [
      { type: 'integer', minimum: 0 },
      { type: 'integer', maximum: 10 },
    ],
  }),
  'oneOf by a tag': one(expression.oneOf[0]),
  allOf: one({
    allOf: [
      { type: 'number', minimum: 1 },
      { type: 'integer', maximum: 3 },
    ],
  }),
  'allOf of objects': {
    allOf: [
      object({ a: { type: 'string' } }, { required: ['a'] }),
      object({ a: { minLength: 2 }, b: { type: 'boolean' } }, { required: ['b'] }),
    ],
  },
  'anyOf of arguments': object(
    { a: { type: 'string' }, b: { type: 'string' } },
    { anyOf: [{ required: ['a'] }, { required: ['b'] }] },
  ),
  'a reference': { ...one({ $ref: '#/$defs/id' }), $defs: { id: { type: 'string', pattern: '^id' } } },
  'a reference beside a limit': {
    ...one({ $ref: '#/definitions/count', maximum: 5 }),
    definitions: { count: { type: 'integer', minimum: 4 } },
  },
  'a tree': { ...one({ $ref: '#/$defs/tree' }), $defs: { tree } },
  'a reference to the root': object(
    { next: { $ref: '#' }, name: { type: 'string' } },
    { required: ['name'] },
  ),
  'an expression': { ...one({ $ref: '#/$defs/expression' }), $defs: { expression } },
  'hostile names': JSON.parse(
    '{"type":"object","properties":{"__proto__":{"type":"string"},"constructor":{"type":"integer"},"a/b~c":{"type":"null"}},"required":["__proto__","constructor","a/b~c"]}',
  ) as Schema,
  'an unknown format': one({ type: 'string', format: 'phone' }),
  'no type at all': { properties: { a: { minLength: 1 }, b: { minimum: 1 } }, required: ['a', 'b'] },
};
const formats =
  'date-time date time duration email hostname ipv4 ipv6 uri url uri-reference uri-template uuid regex json-pointer relative-json-pointer';
for (const format of formats.split(' ')) byHand[`the format ${format}`] = one({ type: 'string', format });

const Category = z.object({
  name: z.string(),
  get subcategories() {
    return z.array(Category);
  },
});
const byZod: Record<string, z.ZodType> = {
  'zod: a refund': z.object({
    orderId: z.string().regex(/^[A-Z]-\d+$/),
    amount: z.number().positive().max(1000).multipleOf(0.01),
    reason: z.enum(['late', 'broken']).optional(),
    note: z.string().max(20).nullable(),
    items: z.array(z.object({ sku: z.uuid(), count: z.int().min(1) })).min(1),
  }),
  'zod: texts': z.object({
    email: z.email(),
    when: z.iso.datetime(),
    day: z.iso.date(),
    link: z.url(),
    id: z.uuid(),
    address: z.ipv4(),
  }),
  'zod: a union by a tag': z.object({
    by: z.discriminatedUnion('type', [
      z.object({ type: z.literal('card'), number: z.string() }),
      z.object({ type: z.literal('cash') }),
    ]),
  }),
  'zod: a record': z.object({ scores: z.record(z.string(), z.number()) }),
  'zod: a tuple': z.object({ pair: z.tuple([z.string(), z.number()]) }),
  'zod: recursive': z.object({ category: Category }),
  'zod: JSON': z.object({ json: z.json() }),
  'zod: an intersection': z.intersection(z.object({ a: z.string() }), z.object({ b: z.number() })),
};

export const schemas: readonly [string, Schema][] = [
  ...Object.entries(byHand),
  ...Object.entries(byZod).map(([name, type]): [string, Schema] => [
    name,
    z.toJSONSchema(type, { io: 'input' }) as Schema,
  ]),
];
