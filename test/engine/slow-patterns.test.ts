/** Patterns of schemas that can take minutes to search a short text. */
import { Agent, tool, UsageError } from 'swarmcheck';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { problemsBySchema } from '../../src/engine/tools/arguments.ts';
import { isSlowPattern } from '../../src/engine/tools/slow-patterns.ts';
import { factsOf } from '../support/facts-of.ts';

describe('patterns that are slow', () => {
  test.for([
    '^(a+)+$',
    '^(a*)*$',
    '(a|a)*b',
    '^(a|aa)+$',
    String.raw`^(\w+\s?)*$`,
    String.raw`(\s*,\s*)*x`,
    '(.*)*y',
    '([a-z]{1,10})*$',
    '(a+){20}b',
    '(?=(a+)+$)b',
    '(x+x+)+y',
    '^(?:a?b?)*$',
    '^(?<word>[^ ]+ ?)+$',
    String.raw`^(\d{3}\-?\d*)+$`,
    String.raw`^(?:/[^\s]*)*$`,
  ])('%s', (pattern) => expect(isSlowPattern(pattern)).toBe(true));
});

describe('patterns that are not', () => {
  test.for([
    String.raw`^([a-z]+\.)+[a-z]+$`,
    '^[a-z0-9]+(?:-[a-z0-9]+)*$',
    '^(a|b)*$',
    '^(a{2})*$',
    '(a+){2}b',
    String.raw`^(\d+,)*\d+$`,
    '^#(?:[0-9a-f]{3}){1,2}$',
    String.raw`^([^"\\]|\\.)*$`,
    String.raw`^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$`,
    // Semantic versions, from semver.org.
    String.raw`^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-((?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*))?(?:\+([0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*))?$`,
    '(no pattern',
  ])('%s', (pattern) => expect(isSlowPattern(pattern)).toBe(false));

  test.for([
    ['email', z.email()],
    ['uuid', z.uuid()],
    ['datetime', z.iso.datetime({ offset: true, local: true })],
    ['date', z.iso.date()],
    ['duration', z.iso.duration()],
    ['ipv4', z.ipv4()],
    ['ipv6', z.ipv6()],
    ['cidrv6', z.cidrv6()],
    ['cuid', z.cuid()],
    ['base64', z.base64()],
    ['base64url', z.base64url()],
    ['e164', z.e164()],
    ['emoji', z.emoji()],
    ['jwt', z.jwt()],
  ] as const)('%s of zod', ([, value]) => {
    const made = tool({ name: 'send', parameters: z.object({ value }), execute: () => 'sent' });
    expect(new Agent({ functions: [made] }).functions).toHaveLength(1);
  });
});

const slow = '^(a+)+$';
const sendWith = (parameters: object) =>
  tool({ name: 'send', parameters: { type: 'object', ...parameters }, execute: () => 'sent' });

/** The error with which `tool` refuses a schema. */
function refusalOf(define: () => unknown): unknown {
  try {
    define();
  } catch (error) {
    return error;
  }
  throw new Error('The schema was accepted.');
}

test('a tool with a slow pattern is refused when it is defined', () => {
  const error = refusalOf(() => sendWith({ properties: { to: { type: 'string', pattern: slow } } }));
  expect(error).toBeInstanceOf(UsageError);
  expect((error as Error).message).toBe(
    String.raw`The pattern ^(a+)+$ of the property "to" of tool "send" can take minutes to search a short text: a part that repeats can match the same text in two ways. Use a pattern that can match a text in one way only: a+ instead of (a+)+, or (\w+\s)* instead of (\w+\s?)*.`,
  );
  expect(factsOf(error)).toMatchObject({ tool: 'send', field: 'to', given: slow });
});

test.for([
  ['within an object', { a: { type: 'object', properties: { b: { pattern: slow } } } }, 'a.b'],
  ['of items', { a: { type: 'array', items: { pattern: slow } } }, 'a[]'],
  ['of a choice', { a: { anyOf: [{ type: 'null' }, { pattern: slow }] } }, 'a'],
  ['of names', { a: { type: 'object', patternProperties: { [slow]: true } } }, 'a'],
] as const)('the error names the place of the pattern: %s', ([, properties, field]) => {
  expect(factsOf(refusalOf(() => sendWith({ properties })))).toMatchObject({ field });
});

test('a slow pattern of a schema library is refused as well', () => {
  const parameters = z.object({ to: z.string().regex(/^(a+)+$/) });
  const define = () => tool({ name: 'send', parameters, execute: () => 'sent' });
  expect(factsOf(refusalOf(define))).toMatchObject({ field: 'to', given: slow });
});

test('a property called "pattern", and a pattern among data, are not searched for', () => {
  const parameters = {
    properties: { pattern: { type: 'string', enum: [slow], examples: [{ pattern: slow }] } },
  };
  expect(sendWith(parameters).name).toBe('send');
});

const text = `${'a'.repeat(100)}!`;

test.for([
  ['a value', { properties: { to: { type: 'string', pattern: slow } } }, { to: text }],
  ['a name', { patternProperties: { [slow]: { type: 'string' } } }, { [text]: 'x' }],
  ['a condition', { properties: { to: { not: { pattern: slow } } } }, { to: text }],
] as const)("somebody else's schema is used without its slow patterns: %s", async ([, schema, args]) => {
  expect(await problemsBySchema('send', { type: 'object', ...schema }, args)).toEqual([]);
});

test("the rest of somebody else's schema counts", async () => {
  const schema = { type: 'object', properties: { to: { type: 'string', pattern: slow, maxLength: 5 } } };
  expect(await problemsBySchema('send', schema, { to: text })).toEqual([
    expect.stringContaining('at most 5'),
  ]);
});
