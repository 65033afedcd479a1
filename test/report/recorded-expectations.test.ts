/** The expectations of a recorded conversation. Tests of the command line play them. */
import { expect, test } from 'vitest';
import { Agent } from 'swarmcheck';
import type { CassetteFile, InteractionRecord } from '../../src/cassette/format/format.ts';
import { cassetteSource } from '../../src/report/cassette-source.ts';
import { recordedExpectations, stablePart } from '../../src/report/recorded-expectations.ts';
import { asking, completion } from '../support/completions.ts';

type Result = NonNullable<InteractionRecord['results']>[number];

const cassette: Pick<CassetteFile, 'agents' | 'tools'> = {
  agents: {
    Desk: { model: 'm', tools: ['find', 'find (2)'] },
    'Desk (2)': { name: 'Desk', model: 'other', tools: ['find', 'find (2)'] },
    'Desk (3)': { name: 'Desk', model: 'm' },
  },
  tools: { find: {}, 'find (2)': { type: 'function', function: { name: 'find' } } },
};

/** A turn whose calls had these results. */
function turn(...results: Result[]): Partial<InteractionRecord> {
  const calls = results.map(({ tool }, index) => ({
    id: `call_${index}`,
    function: { name: tool, arguments: '{}' },
  }));
  return { completion: completion(asking(...calls)), results };
}

const said: Partial<InteractionRecord> = { completion: completion({ role: 'assistant', content: 'Done.' }) };
const asked: Partial<InteractionRecord> = {
  ...said,
  request: { agent: 'Desk', new: [{ role: 'user', content: 'And?' }] },
};
const failed: Result = { tool: 'close', content: 'Error: locked', error: 'threw' };
const found: Result = { tool: 'find', content: 'It is here.' };

function expectationsOf(turns: Partial<InteractionRecord>[], stubs: string[] = []) {
  const interactions = turns.map((one, index): InteractionRecord => {
    return { number: index + 1, request: { agent: 'Desk' }, ms: 0, ...one };
  });
  return recordedExpectations({ interactions }, cassette, stubs);
}

test('a conversation without calls has no expectation about tools', () => {
  expect(expectationsOf([said])).toEqual({ seen: [{ agent: 'Desk', tools: ['find', 'find'] }] });
});

test('the calls that failed are listed in order; without any, the expectation is "none"', () => {
  expect(expectationsOf([turn(found), said])).toMatchObject({ toolErrors: 'none' });
  const unknown: Result = { tool: 'weigh', content: 'Error: no such tool', error: 'unknown-tool' };
  expect(expectationsOf([turn(failed, found), turn(unknown), said]).toolErrors).toEqual([
    { tool: 'close', kind: 'threw' },
    { tool: 'weigh', kind: 'unknown-tool' },
  ]);
});

test('an error is recovered from if its run ends with an answer without calls', () => {
  const recovered = { tool: 'close', kind: 'threw' };
  expect(expectationsOf([turn(failed), said]).recovered).toEqual(recovered);
  expect(expectationsOf([turn(found, failed), turn(found), said]).recovered).toEqual(recovered);
  const wrong: Result = { tool: 'find', content: 'Error: no', error: 'invalid-json' };
  expect(expectationsOf([turn(wrong), asked, turn(failed), said]).recovered).toEqual(recovered);
});

test.for<[why: string, turns: Partial<InteractionRecord>[]]>([
  ['no call failed', [turn(found), said]],
  ['the run ended after the call', [turn(failed), turn(found)]],
  ['the next answer belongs to another run', [turn(failed), asked]],
  ['the model failed', [turn(failed), { error: { name: 'APIError', message: 'no' } }, said]],
])('nothing is recovered from if %s', ([, turns]) => {
  expect(expectationsOf(turns)).not.toHaveProperty('recovered');
});

test('a part of the last answer of each tool is kept, in the order of these answers', () => {
  const later: Result = { tool: 'find', content: ['It was sold.', 'Sorry.'] };
  const other: Result = { tool: 'list', content: 'Nothing' };
  expect(expectationsOf([turn(found), turn(other), turn(later, failed), said]).toolResults).toEqual([
    { tool: 'list', contentContains: 'Nothing' },
    { tool: 'find', contentContains: 'It was sold.' },
  ]);
});

test('answers of stubs, handoffs and failed calls are not kept, nor answers without a stable part', () => {
  const count: Result = { tool: 'count', content: '17' };
  const move: Result = { tool: 'move', content: '{"assistant":"Sales"}' };
  const moved = { ...turn(failed, count, move, found), handoff: { to: 'Sales', tool: 'move' } };
  expect(expectationsOf([moved, said], ['find'])).not.toHaveProperty('toolResults');
});

test('each agent was offered its tools, once for all settings in which they are the same', () => {
  const requests = ['Desk', 'Desk (2)', 'Desk (3)'].map((agent) => ({ ...said, request: { agent } }));
  expect(expectationsOf(requests).seen).toEqual([
    { agent: 'Desk', tools: ['find', 'find'] },
    { agent: 'Desk', tools: [] },
  ]);
});

test.for([
  ['It is paid.', 'It is paid.'],
  ['Order A-17 is paid.', 'is paid.'],
  ['Ticket T-1 was opened at 18:12 on 2026-12-01.', 'was opened at'],
  ['Opened on Tuesday, December 1, 2026', 'Opened on'],
  ['2026-12-01T18:12:24.000Z', ''],
  ['3f2504e0-4f89-11d3-9a0c-0305e82c3301', ''],
  ['{"id":"f3a9cbd7e","paid":true}', '","paid":true}'],
  ['{"price":12.5,"currency":"EUR"}', ',"currency":"EUR"}'],
  ['Sent to email-1@redacted.invalid, thank you', ', thank you'],
  ['The token is [api-key-2], keep it', 'The token is'],
  ['The token is [secret], keep it', 'The token is'],
  ['short\nThe second line is longer.\r\nend', 'The second line is longer.'],
  ['A 3', ''],
  ['', ''],
  ['word '.repeat(13), 'word '.repeat(12).trim()],
  [`${'a'.repeat(59)}👩b`, `${'a'.repeat(59)}👩`],
] as const)('of the text %j, %j is kept', ([text, part]) => {
  expect(stablePart(text)).toBe(part);
  expect(text).toContain(part);
});

test('a printed scenario expects no answers of the stubs that it takes from the recorded one', () => {
  const interactions = [turn(found), said].map((one, index): InteractionRecord => {
    return { number: index + 1, request: { agent: 'Desk' }, ms: 0, ...one };
  });
  const file = { format: 'swarmcheck-cassette', version: 1, ...cassette, lanes: [{ interactions }] } as const;
  const scenario = { agent: new Agent(), steps: [], tools: { find: 'It is here.' } };
  expect(cassetteSource(file, 'c.json', undefined)).toContain(
    "    toolResults: [{ tool: 'find', contentContains: 'It is here.' }],\n",
  );
  expect(cassetteSource(file, 'c.json', { scenario, exportName: 'default' })).not.toContain('toolResults');
});

test('a long word costs no more than its length', () => {
  expect(stablePart('a'.repeat(500_000))).toBe('a'.repeat(60));
});
