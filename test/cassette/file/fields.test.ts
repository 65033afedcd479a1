/** A cassette with a wrong field: the error has its path and its line. */
import { expect, test } from 'vitest';
import { CassetteFileError, replayProvider } from 'swarmcheck/testing';
import { thrown } from '../../support/failures.ts';
import { Folder, type StoredCassette } from '../folder.ts';
import { said } from '../replay/tapes.ts';
import { recorded } from './recorded.ts';

/** The error for a cassette after this edit. */
async function problem(edit: (cassette: any) => void): Promise<CassetteFileError> {
  using folder = new Folder();
  await recorded(folder);
  const error = thrown(() => replayProvider(folder.change(edit as (cassette: StoredCassette) => void)));
  expect(error).toBeInstanceOf(CassetteFileError);
  error.message = said(error, folder);
  return error as CassetteFileError;
}

const first = ({ lanes }: any) => lanes[0].interactions[0];
const streamed = ({ lanes }: any) => lanes[1].interactions[0].stream;
const failed = ({ lanes }: any) => lanes[2].interactions[0].error;

const required: [path: string, edit: (cassette: any) => void][] = [
  ['version', (c) => delete c.version],
  ['agents', (c) => delete c.agents],
  ['agents.Triage.model', (c) => delete c.agents.Triage.model],
  ['tools', (c) => delete c.tools],
  ['lanes', (c) => delete c.lanes],
  ['lanes[2].interactions', (c) => delete c.lanes[2].interactions],
  ['lanes[0].interactions[0].number', (c) => delete first(c).number],
  ['lanes[0].interactions[0].request', (c) => delete first(c).request],
  ['lanes[0].interactions[0].request.agent', (c) => delete first(c).request.agent],
  ['lanes[0].interactions[0].request.new[0].role', (c) => delete first(c).request.new[0].role],
  ['lanes[0].interactions[0].ms', (c) => delete first(c).ms],
  ['lanes[0].interactions[0].completion', (c) => delete first(c).completion],
  ['lanes[0].interactions[0].results[0].tool', (c) => delete first(c).results[0].tool],
  ['lanes[0].interactions[0].results[0].content', (c) => delete first(c).results[0].content],
  ['lanes[0].interactions[0].handoff.to', (c) => delete first(c).handoff.to],
  ['lanes[1].interactions[0].stream.chunk', (c) => delete streamed(c).chunk],
  ['lanes[1].interactions[0].stream.parts', (c) => delete streamed(c).parts],
  ['lanes[1].interactions[0].stream.parts[0].ms', (c) => delete streamed(c).parts[0].ms],
  ['lanes[2].interactions[0].error.name', (c) => delete failed(c).name],
  ['lanes[2].interactions[0].error.message', (c) => delete failed(c).message],
  ['scenario.name', (c) => (c.scenario = { file: 'a.scenario.ts' })],
  ['test.file', (c) => (c.test = { name: 'a' })],
];

test.for(required)('a cassette without %s is damaged', async ([path, edit]) => {
  const error = await problem(edit);
  expect(error).toMatchObject({
    problem: 'damaged',
    field: path,
    expected: expect.any(String) as unknown,
  });
  expect(error).not.toHaveProperty('given');
});

const mistyped: [path: string, edit: (cassette: any) => void, is: string][] = [
  ['agents', (c) => (c.agents = []), 'an object, but is an array of 0 items'],
  ['agents.Triage', (c) => (c.agents.Triage = null), 'an object, but is null'],
  ['agents.Triage.model', (c) => (c.agents.Triage.model = 4), 'a string, but is the number 4'],
  [
    'agents.Refunds.instructions',
    (c) => (c.agents.Refunds.instructions = ['one']),
    'a string, or a list of lines, but is an array of 1 item',
  ],
  [
    'agents.Refunds.role',
    (c) => (c.agents.Refunds.role = 'system'),
    '"developer", but is the string "system"',
  ],
  ['agents.Refunds.tools[0]', (c) => (c.agents.Refunds.tools = [1]), 'a string, but is the number 1'],
  ['tools.look_up', (c) => (c.tools.look_up = 'look_up'), 'an object, but is the string "look_up"'],
  ['lanes', (c) => (c.lanes = {}), 'a list, but is an object'],
  ['lanes[1].conversation', (c) => (c.lanes[1].conversation = 7), 'a string, but is the number 7'],
  [
    'lanes[2].interactions[0]',
    (c) => (c.lanes[2].interactions = ['one']),
    'an object, but is the string "one"',
  ],
  [
    'lanes[0].interactions[0].number',
    (c) => (first(c).number = '1'),
    'a whole number from 0, but is the string "1"',
  ],
  ['lanes[0].interactions[0].ms', (c) => (first(c).ms = -1), 'a whole number from 0, but is the number -1'],
  ['lanes[0].interactions[0].ms', (c) => (first(c).ms = 1.5), 'a whole number from 0, but is the number 1.5'],
  [
    'lanes[0].interactions[0].request.keep',
    (c) => (first(c).request.keep = 'all'),
    'a whole number from 0, but is the string "all"',
  ],
  ['lanes[0].interactions[0].request.new', (c) => (first(c).request.new = {}), 'a list, but is an object'],
  ['lanes[0].interactions[0].aborted', (c) => (first(c).aborted = false), 'true, but is the boolean false'],
  [
    'lanes[0].interactions[0].results[0].error',
    (c) => (first(c).results[0].error = 'oops'),
    'one of unknown-tool, invalid-json, invalid-arguments, threw, not-serializable, but is the string "oops"',
  ],
  [
    'lanes[0].interactions[0].context.deleted',
    (c) => (first(c).context = { set: {}, deleted: 'a' }),
    'a list, but is the string "a"',
  ],
  [
    'lanes[1].interactions[0].stream.cut',
    (c) => (streamed(c).cut = 'here'),
    '"error", "end" or "left", but is the string "here"',
  ],
  [
    'lanes[1].interactions[0].stream.parts[0]',
    (c) => (streamed(c).parts[0] = { text: 'a', ms: 1 }),
    'a part with "texts", "arguments", "delta" or "chunk", but is an object',
  ],
  [
    'lanes[2].interactions[0].error.headers.retry-after-ms',
    (c) => (failed(c).headers['retry-after-ms'] = 2),
    'a string, but is the number 2',
  ],
  ['test.name', (c) => (c.test = { file: 'a.test.ts', name: ['a'] }), 'a string, but is an array of 1 item'],
  [
    'scenario.stream',
    (c) => (c.scenario = { file: 'a', name: 'a', stream: 1 }),
    'true or false, but is the number 1',
  ],
];

test.for(mistyped)('a cassette with another type of %s is damaged', async ([path, edit, is]) => {
  const [expected, given] = is.split(', but is ');
  expect(await problem(edit)).toMatchObject({ problem: 'damaged', field: path, expected, given });
});

const unknown: [path: string, edit: (cassette: any) => void][] = [
  ['comment', (c) => (c.comment = 'x')],
  ['agents.Triage.temperature', (c) => (c.agents.Triage.temperature = 0)],
  ['lanes[0].name', (c) => (c.lanes[0].name = 'ann')],
  ['lanes[0].interactions[0].note', (c) => (first(c).note = 'x')],
  ['lanes[0].interactions[0].request.messages', (c) => (first(c).request.messages = [])],
  ['lanes[1].interactions[0].stream.parts[0].delay', (c) => (streamed(c).parts[0].delay = 1)],
  ['scenario.seed', (c) => (c.scenario = { file: 'a', name: 'a', seed: 1 })],
];

test.for(unknown)('a cassette with the unknown field %s is damaged', async ([path, edit]) => {
  expect(await problem(edit)).toMatchObject({
    field: path,
    expected: 'absent (a cassette has no such field)',
    given: expect.any(String) as unknown,
  });
});

/** A text in the file, and its replacement. */
const edits: [text: string, instead: string][] = [
  ['"model": "gpt-4o"', '"model": 4'],
  ['"number": 2', '"number": 2, "note": 1'],
  ['"tool": "look_up"', '"tol": "look_up"'],
  ['"field": "content"', '"field": "contents"'],
  ['"status": 429', '"status": "429"'],
];

test.for(edits)(
  'the error has the line of the wrong value, or of the object that lacks it: %s',
  async ([text, instead]) => {
    using folder = new Folder();
    await recorded(folder);
    const before = folder.read();
    const line = before.slice(0, before.indexOf(text)).split('\n').length;
    const error = thrown(() => replayProvider(folder.write(before.replace(text, instead))));
    expect(error).toMatchObject({ file: folder.file(), line });
  },
);

test('the message has the line, the path, the expected value and the given one', async ({ expect }) => {
  const messages = [
    await problem((c) => delete first(c).request),
    await problem((c) => (first(c).ms = 'long')),
    await problem((c) => (c.lanes[0].note = 'mine')),
  ];
  expect(messages.map(({ message }) => message)).toMatchInlineSnapshot(`
    [
      "…/c.json:59: "lanes[0].interactions[0].request" is missing; it must be an object. Restore the file, or record it again.",
      "…/c.json:70: "lanes[0].interactions[0].ms" must be a whole number from 0, but is the string "long". Restore the file, or record it again.",
      "…/c.json:180: "lanes[0].note" must be absent (a cassette has no such field), but is the string "mine". Restore the file, or record it again.",
    ]
  `);
});
