/** How a cassette reads in a review: lines that fit, and a change of one line that is one. */
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

/** Of a line that nothing could be taken off: a key, a value that holds nothing, and what follows. */
const atom = /^(?:"(?:[^"\\]|\\.)*": )?\[?(?:"(?:[^"\\]|\\.)*"|-?[\d.eE+-]+|true|false|null|\[\]|\{\})\]?,?$/;

function tooLong(text: string): string[] {
  return text.split('\n').filter((line) => line.length > width && !atom.test(line.trim()));
}

const keys = fc.oneof(fc.constantFrom('choices', 'tool_calls', 'parts', '__proto__'), fc.string());
/** Lists of pieces, as streams have them. */
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

test('it is JSON of the same value, its keys in the same order', () => {
  assertProperty(
    fc.property(values, (value) => {
      const text = printJson(value);
      expect(JSON.stringify(JSON.parse(text))).toBe(JSON.stringify(value));
      expect(text).toMatch(/[^\n]\n$/);
    }),
    { seed: 12, numRuns: 300 },
  );
});

test('no line is wider than 110, but for a single text that is', () => {
  assertProperty(
    fc.property(values, (value) => {
      expect(tooLong(printJson(value))).toEqual([]);
    }),
    { seed: 12, numRuns: 300 },
  );
});

test('what fits on a line stands on one', () => {
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

test('nothing follows what fills a line, not even an empty list', () => {
  const text = 'x'.repeat(width - '  { "text": "", "ms": [] },'.length);
  expect(printJson([{ text, ms: [] }, 1]).split('\n')[1]).toHaveLength(width);
  expect(printJson([{ text: `${text}x`, ms: [] }, 1])).toBe(
    `[\n  {\n    "text": "${text}x",\n    "ms": []\n  },\n  1\n]\n`,
  );
  expect(printJson({ ['k'.repeat(width)]: {} })).toBe(`{\n  "${'k'.repeat(width)}": {}\n}\n`);
});

test('many short pieces fill their lines', () => {
  const lines = printJson({ ms: Array.from({ length: 100 }, (_, index) => index) }).split('\n');
  expect(lines.length).toBeLessThan(10);
  expect(lines.slice(2, -4).every((line) => line.length > width - 5 && line.length <= width)).toBe(true);
});

test('no line of a cassette is wider, but for a text', async () => {
  using folder = new Folder();
  await recorded(folder);
  expect(tooLong(folder.read())).toEqual([]);
});

const prompt = Array.from(
  { length: 9 },
  (_, index) => `${index + 1}. Rule number ${index + 1} of this desk.`,
);
const history = 'I want my money back, and I want it now. '.repeat(4);

/** What is recorded with this prompt, this description of a tool, and this answer of it. */
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
  ['what a tool answers', { answer: 'open' }, '"results": [{ "tool": "look_up", "content": "open" }]'],
  ['what the user says', { said: history.replace('now', 'today') }, 'today'],
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

test('a line more in a prompt is a line more', async () => {
  const longer = [...prompt.slice(0, 3), 'And be kind.', ...prompt.slice(3)].join('\n');
  const changed = diffLines(await text(), await text({ instructions: longer })).filter(
    ({ added, removed }) => added || removed,
  );
  expect(changed).toMatchObject([{ added: true, count: 1, value: '        "And be kind.",\n' }]);
});

test('how it reads', async ({ expect }) => {
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
