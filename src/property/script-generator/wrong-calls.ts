import fc, { type Arbitrary } from 'fast-check';

/** Arguments that are valid JSON, and that set the prototype of an object into which they are copied carelessly. */
export const proto = '{"__proto__":{"polluted":true}}';

/** Names that no tool has. Every object inherits some of them, and the API does not allow others. */
export const hostileNames = [
  'no_such_tool',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  '',
  ' ',
  'functions.lookup',
  'multi_tool_use.parallel',
  'werkzeug_für_alles_🔧',
  'a'.repeat(300),
];

/** Names that resemble one of the given names, but differ from all of them. */
export function nearMisses(names: readonly string[]): string[] {
  const near = names.flatMap((name) => [
    `${name}_`,
    name.slice(0, -1),
    name.toUpperCase(),
    `functions.${name}`,
    name.replaceAll('_', '-'),
  ]);
  const known = new Set(names);
  return [...new Set(near)].filter((name) => !known.has(name));
}

const neverJson = [
  '{',
  'null',
  '[]',
  '"x"',
  '17',
  'true',
  'not json',
  'undefined',
  '{"a":1',
  '{"a":1}}',
  '{"a":1,}',
  "{'a':1}",
  '{"a":1}{"a":2}',
  '{"a":NaN}',
  '```json\n{}\n```',
  '\uFEFF{}',
  '{"a":"\u0000"}',
  '<a>1</a>',
  // Nested too deeply for many parsers.
  `{"a":${'['.repeat(2000)}`,
];

/**
 * Texts that are sent as arguments but are not a JSON object: they have a syntax error, are JSON of another type, or
 * are cut short.
 */
export function badJson(valid: Arbitrary<object> | undefined): Arbitrary<string> {
  const made = fc.constantFrom(...neverJson);
  if (!valid) return made;
  // An object without its end is not JSON.
  const cut = fc.tuple(valid, fc.nat(60)).map(([args, length]) => {
    const text = JSON.stringify(args);
    return text.slice(0, 1 + (length % (text.length - 1)));
  });
  return fc.oneof({ weight: 3, arbitrary: made }, { weight: 1, arbitrary: cut });
}
