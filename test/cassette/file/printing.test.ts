/** How a cassette looks in a review: lines fit, and a change of one line is one line of the diff. */
import { diffLines } from 'diff';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Agent, Swarm, tool } from 'swarmcheck';
import { callTool, say } from 'swarmcheck/testing';
import { printJson } from '../../../src/files/print-json.ts';
import { Folder } from '../folder.ts';
import { record, user } from '../replay/tapes.ts';
import { recorded } from './recorded.ts';
import { assertProperty } from '../../support/property.ts';

const width = 110;

/** Matches a line that cannot be broken: a key, a value without entries, and a comma. */
const atom = /^(?:"(?:[^"\\]|\\.)*": )?\[?(?:"(?:[^"\\]|\\.)*"|-?[\d.eE+-]+|true|false|null|\[\]|\{\})\]?,?$/;

function tooLong(text: string): string[] {
  return text.split('\n').filter((line) => line.length > width && !atom.test(line.trim()));
}

const keys = fc.oneof(fc.constantFrom('choices', 'tool_calls', 'parts', '__proto__'), fc.string());
/** Lists of short items, as streams have them. */
const pieces = fc.record({
  texts: fc.array(fc.lorem({ maxCount: 8, mode: 'sentences' }), { maxLength: 20 }),
  ms: fc.array(fc.integer({ min: 0, max: 9999 }), { maxLength: 60 }),
});
const { value: values } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.lorem({ maxCount: 20 }),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
    ),
    fc.array(tie('value'), { maxLength: 12 }),
    pieces,
    fc.array(fc.tuple(keys, tie('value')), { maxLength: 8 }).map((entries) => Object.fromEntries(entries)),
  ),
}));

test('the text is JSON of the same value, with the keys in the same order', () => {
  assertProperty(
    fc.property(values, (value) => {
      const text = printJson(value);
      expect(JSON.stringify(JSON.parse(text))).toBe(JSON.stringify(value));
      expect(text).toMatch(/[^\n]\n$/);
    }),
    { seed: 12, numRuns: 300 },
  );
});

test('no line is wider than 110, except one with a single value', () => {
  assertProperty(
    fc.property(values, (value) => {
      expect(tooLong(printJson(value))).toEqual([]);
    }),
    { seed: 12, numRuns: 300 },
  );
});

test('a value that fits on a line is on one line', () => {
  const fitting = {
    role: 'user',
    content: 'x'.repeat(width - '  { "role": "user", "content": "" },'.length),
  };
  const [, line] = printJson([fitting, fitting]).split('\n');
  expect(line).toHaveLength(width);
  expect(printJson([{ ...fitting, content: `${fitting.content}x` }, 1]).split('\n')).toEqual([
    '[',
    '  {',
    '    "role": "user",',
    `    "content": "${fitting.content}x"`,
    '  },',
    '  1',
    ']',
    '',
  ]);
});

test('an object is broken into lines if even an empty list does not fit', () => {
  const text = 'x'.repeat(width - '  { "text": "", "ms": [] },'.length);
  expect(printJson([{ text, ms: [] }, 1]).split('\n')[1]).toHaveLength(width);
  expect(printJson([{ text: `${text}x`, ms: [] }, 1])).toBe(
    `[\n  {\n    "text": "${text}x",\n    "ms": []\n  },\n  1\n]\n`,
  );
  expect(printJson({ ['k'.repeat(width)]: {} })).toBe(`{\n  "${'k'.repeat(width)}": {}\n}\n`);
});

test('many short items fill their lines', () => {
  const lines = printJson({ ms: Array.from({ length: 100 }, (_, index) => index) }).split('\n');
  expect(lines.length).toBeLessThan(10);
  expect(lines.slice(2, -4).every((line) => line.length > width - 5 && line.length <= width)).toBe(true);
});

test('no line of a cassette is wider than 110, except one with a single value', async () => {
  using folder = new Folder();
  await recorded(folder);
  expect(tooLong(folder.read())).toEqual([]);
});

const prompt = Array.from(
  { length: 9 },
  (_, index) => `${index + 1}. Rule number ${index + 1} of this desk.`,
);
const history = 'I want my money back, and I want it now. '.repeat(4);

/** The cassette of a run with these texts. */
async function text({
  instructions = prompt.join('\n'),
  description = 'Finds an order by its number, and says whether it was paid, when, and by whom.',
  answer = 'paid',
  said = history,
} = {}): Promise<string> {
  using folder = new Folder();
  const parameters = {
    type: 'object',
    properties: { order: { type: 'string' } },
    required: ['order'],
  } as const;
  const functions = [tool({ name: 'look_up', description, parameters, execute: () => answer })];
  const agent = new Agent({ name: 'Refunds', instructions, functions });
  await record(
    folder.file(),
    [callTool('look_up', { order: 'A-17' }), say('It is paid.\nGood bye.')],
    (provider) => new Swarm({ provider }).run({ agent, messages: [user(said)] }),
  );
  return folder.read().replaceAll(/"ms": \d+/g, '"ms": 1');
}

const changes: [what: string, change: Parameters<typeof text>[0], line: string][] = [
  [
    'a line of a prompt',
    { instructions: prompt.with(4, '5. Be kind.').join('\n') },
    '        "5. Be kind.",',
  ],
  [
    'the last line of a prompt',
    { instructions: prompt.with(8, '9. Be kind.').join('\n') },
    '        "9. Be kind."',
  ],
  [
    'the description of a tool',
    { description: `Finds an order. ${'It is slow. '.repeat(6)}` },
    '"description"',
  ],
  ['the result of a tool', { answer: 'open' }, '"results": [{ "tool": "look_up", "content": "open" }]'],
  ['a message of the user', { said: history.replace('now', 'today') }, 'today'],
];

test.for(changes)('a change of %s is a change of one line', async ([, change, line]) => {
  const changed = diffLines(await text(), await text(change)).filter(
    ({ added, removed }) => added || removed,
  );
  expect(changed.map(({ count, removed }) => [removed ? 'removed' : 'added', count])).toEqual([
    ['removed', 1],
    ['added', 1],
  ]);
  expect(changed[1]!.value).toContain(line);
});

test('a new line in a prompt is one new line', async () => {
  const longer = [...prompt.slice(0, 3), 'And be kind.', ...prompt.slice(3)].join('\n');
  const changed = diffLines(await text(), await text({ instructions: longer })).filter(
    ({ added, removed }) => added || removed,
  );
  expect(changed).toMatchObject([{ added: true, count: 1, value: '        "And be kind.",\n' }]);
});

test('a cassette has instructions and texts line by line, and short objects on one line', async ({
  expect,
}) => {
  expect(
    await text({
      instructions: 'Help with refunds.\nBe kind.',
      description: 'Finds it.',
      said: 'Is A-17 paid?',
    }),
  ).toMatchInlineSnapshot(`
    "{
      "format": "swarmcheck-cassette",
      "version": 1,
      "agents": {
        "Refunds": {
          "model": "gpt-4o",
          "instructions": ["Help with refunds.", "Be kind."],
          "tools": ["look_up"],
          "parameters": { "parallel_tool_calls": true }
        }
      },
      "tools": {
        "look_up": {
          "type": "function",
          "function": {
            "name": "look_up",
            "description": "Finds it.",
            "parameters": {
              "type": "object",
              "properties": { "order": { "type": "string" } },
              "required": ["order"]
            }
          }
        }
      },
      "lanes": [
        {
          "interactions": [
            {
              "number": 1,
              "request": { "agent": "Refunds", "new": [{ "role": "user", "content": "Is A-17 paid?" }] },
              "ms": 1,
              "completion": {
                "id": "chatcmpl-1",
                "object": "chat.completion",
                "created": 0,
                "model": "gpt-4o",
                "choices": [{
                  "index": 0,
                  "message": {
                    "role": "assistant",
                    "content": null,
                    "refusal": null,
                    "tool_calls": [{
                      "id": "call_1",
                      "type": "function",
                      "function": { "name": "look_up", "arguments": "{\\"order\\":\\"A-17\\"}" }
                    }]
                  },
                  "finish_reason": "tool_calls",
                  "logprobs": null
                }]
              },
              "results": [{ "tool": "look_up", "content": "paid" }]
            },
            {
              "number": 2,
              "request": { "agent": "Refunds" },
              "ms": 1,
              "completion": {
                "id": "chatcmpl-2",
                "object": "chat.completion",
                "created": 0,
                "model": "gpt-4o",
                "choices": [{
                  "index": 0,
                  "message": { "role": "assistant", "content": ["It is paid.", "Good bye."], "refusal": null },
                  "finish_reason": "stop",
                  "logprobs": null
                }]
              }
            }
          ]
        }
      ]
    }
    "
  `);
});
