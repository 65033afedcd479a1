/** An expectation of a scenario means what the matcher of the same name means. */
import { expect, test } from 'vitest';
import { Agent, tool } from 'swarmcheck';
import { callTool, runScenario, say, user, type Expectations, type ScenarioRun } from 'swarmcheck/testing';
import 'swarmcheck/vitest';
import { messagesOf, reasonOf } from '../support/failures.ts';

const agent = new Agent({
  name: 'Desk',
  instructions: 'Find orders.',
  functions: [
    tool({
      name: 'look_up',
      parameters: { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] },
      execute: ({ id }: { id: string }) => ({ id, paid: true }),
    }),
    function close() {
      throw new Error('locked');
    },
  ],
});
const steps = [
  user('Where is A?'),
  callTool('look_up', { order: 'A' }, { hallucinated: true }),
  callTool('look_up', { id: 'A' }),
  callTool('close'),
  callTool('look_up', { id: 'B' }),
  say('Paid.'),
];
const plain = [user('Where is A?'), callTool('look_up', { id: 'A' }), say('Paid.')];
const play = (expected?: Expectations, script = steps): Promise<ScenarioRun> =>
  runScenario({ agent, steps: script, ...(expected && { expect: expected }) });
const [run, calm] = [await play(), await play(undefined, plain)];

/** The texts before "What happened". */
async function reasons(expected: Expectations, script = steps): Promise<string[]> {
  return messagesOf(await play(expected, script)).map((message) => message.split('\nWhat happened:')[0]!);
}

/** The text of the matcher's failure, if it fails. */
function matcherSays(assertion: () => void): string[] {
  try {
    assertion();
    return [];
  } catch {
    return [reasonOf(assertion)];
  }
}

const results: unknown[] = [
  '{"id":"A","paid":true}',
  '{"id":"A"',
  'A',
  { id: 'B', paid: true },
  { id: 'A' },
  { id: 'A', paid: expect.any(Boolean) },
  true,
  null,
  [],
];
const seen = [
  { agent: 'Desk' },
  { instructions: 'orders' },
  { instructions: 'books' },
  { tools: ['close', 'look_up'] },
  { tools: ['look_up'] },
  { message: 'Where' },
  { agent: 'Sales', message: 'Where' },
];
const recovered = [
  {},
  { tool: 'close' },
  { tool: 'look_up', kind: 'threw' },
  { kind: 'unknown-tool' },
  { content: 'locked' },
  { content: 'open' },
] as const;

/** Whether the expectation fails with the text of the matcher, or holds where it holds, in both plays. */
async function agree(expected: Expectations, assert: (run: ScenarioRun) => void): Promise<void> {
  for (const [played, script] of [
    [run, steps],
    [calm, plain],
  ] as const)
    expect(await reasons(expected, script)).toEqual(matcherSays(() => assert(played)));
}

test.for(results)('toolResults: %j', (content) =>
  agree({ toolResults: [{ tool: 'look_up', content }] }, (played) =>
    expect(played).toHaveToolResult('look_up', content),
  ),
);

test.for(seen)('seen: %j', (one) => agree({ seen: [one] }, (played) => expect(played).toHaveSeen(one)));

test.for(recovered)('recovered: %j', (one) =>
  agree({ recovered: one }, (played) => expect(played).toHaveRecoveredFrom(one)),
);

test('toolErrors: "none"', () =>
  agree({ toolErrors: 'none' }, (played) => expect(played).toHaveNoToolErrors()));

test('contentContains looks within the text', async () => {
  expect(await reasons({ toolResults: [{ tool: 'look_up', contentContains: '"A","paid"' }] })).toEqual([]);
  expect(await reasons({ toolResults: [{ tool: 'look_up', contentContains: 'late' }] }, plain)).toEqual([
    String.raw`Expected look_up to answer a text containing "late", but it answered "{\"id\":\"A\",\"paid\":true}".`,
  ]);
});

test('tool results occur in the order of the list', async () => {
  const [a, b] = ['A', 'B'].map((id) => ({ tool: 'look_up', contentContains: `"${id}"` }));
  expect(await reasons({ toolResults: [a!, b!] })).toEqual([]);
  expect(await reasons({ toolResults: [b!, a!] })).toEqual([
    String.raw`Expected look_up to answer a text containing "\"A\"", but it did so only before look_up answered "{\"id\":\"B\",\"paid\":true}".`,
  ]);
});

test('a result that is missing fails, although a later one is there', async () => {
  const [none, a] = ['none', '"A"'].map((part) => ({ tool: 'look_up', contentContains: part }));
  expect(await reasons({ toolResults: [none!, a!] }, plain)).toEqual([
    expect.stringContaining('a text containing "none"'),
  ]);
});

test('each result in the list is that of another call', async () => {
  const paid = { tool: 'look_up', contentContains: 'paid' };
  expect(await reasons({ toolResults: [paid, paid] })).toEqual([]);
  expect(await reasons({ toolResults: [paid, paid, paid] })).toHaveLength(1);
  expect(await reasons({ toolResults: [paid, paid] }, plain)).toHaveLength(1);
});

test('all of the list must have been seen, each in one request', async () => {
  const [start, locked] = [{ message: 'Where' }, { agent: 'Desk', message: 'locked' }];
  expect(await reasons({ seen: [start, locked] })).toEqual([]);
  expect(await reasons({ seen: [start, { agent: 'Sales' }, locked, { tools: [] }] })).toEqual([
    expect.stringContaining('agent "Sales"'),
    expect.stringContaining('exactly the tools (none)'),
  ]);
});

test('toolErrors lists exactly the calls that failed, in order', async () => {
  const [wrong, threw] = [{ tool: 'look_up', kind: 'invalid-arguments' }, { tool: 'close' }] as const;
  expect(await reasons({ toolErrors: [wrong, threw] })).toEqual([]);
  expect(await reasons({ toolErrors: [] }, plain)).toEqual([]);
  expect(await reasons({ toolErrors: [threw, wrong] })).toEqual([
    'Expected exactly these tool calls to fail, in this order: close, look_up (invalid-arguments). But these did: look_up (invalid-arguments), close (threw).',
  ]);
  expect(await reasons({ toolErrors: [wrong] })).toHaveLength(1);
  expect(await reasons({ toolErrors: [wrong, { tool: 'close', kind: 'unknown-tool' }] })).toHaveLength(1);
  expect(await reasons({ toolErrors: [{ tool: 'close', kind: 'threw' }] }, plain)).toEqual([
    'Expected exactly these tool calls to fail, in this order: close (threw). But none did.',
  ]);
  expect(await reasons({ toolErrors: 'none' })).toEqual([
    'Expected no tool call to fail, but 2 did: look_up (invalid-arguments), close (threw).',
  ]);
});

test('a misspelt tool is a failure with its suggestion', async () => {
  for (const expected of [
    { toolResults: [{ tool: 'lookup', content: 'x' }] },
    { toolErrors: [{ tool: 'lookup' }] },
    { recovered: { tool: 'lookup' } },
  ])
    expect((await play(expected)).failures[0]).toMatchObject({ tool: 'lookup', suggestion: 'look_up' });
});
