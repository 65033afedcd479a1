import { expect, test } from 'vitest';
import type { CompletionRequest } from 'swarmcheck';
import { continuationOf, instructionsOf, isInstructions } from '../../src/trace/continuation.ts';

type Messages = CompletionRequest['messages'];

const system = (content: string) => ({ role: 'system', content }) as const;
const user = (content: string) => ({ role: 'user', content }) as const;
const said = (content: string) => ({ role: 'assistant', content }) as const;
const call = (id: string) => ({ id, type: 'function', function: { name: 'f', arguments: '{}' } }) as const;
const asked = (...ids: string[]) =>
  ({ role: 'assistant', content: null, tool_calls: ids.map(call) }) as const;
const answer = (id: string, content = 'ok') => ({ role: 'tool', tool_call_id: id, content }) as const;

const before: Messages = [system('Help.'), user('hi')];

const continued: [what: string, before: Messages, now: Messages, more: number][] = [
  ['the same messages', before, before, 0],
  ['one more answer', before, [...before, said('hello')], 1],
  ['one more call and its answer', before, [...before, asked('a'), answer('a')], 2],
  ['other instructions', before, [system('Refund.'), user('hi'), said('hello')], 1],
  ['added instructions', [user('hi')], [system('Help.'), user('hi'), said('x')], 1],
  ['removed instructions', before, [user('hi'), said('x')], 1],
  ['instructions under the role developer', before, [{ role: 'developer', content: 'Help.' }, user('hi')], 0],
  ['text in parts', before, [before[0]!, { role: 'user', content: [{ type: 'text', text: 'hi' }] }], 0],
  [
    'no content in place of null',
    [...before, asked('a')],
    [...before, { role: 'assistant', tool_calls: [call('a')] }],
    0,
  ],
  ["'' in place of null content", [...before, asked('a')], [...before, { ...asked('a'), content: '' }], 0],
  ['a name added to a user message', before, [before[0]!, { ...user('hi'), name: 'ann' }], 0],
];

test.for(continued)('a history with %s continues the earlier one', ([, before, now, more]) => {
  expect(continuationOf(before, now)).toEqual(now.slice(now.length - more));
});

const others: [what: string, before: Messages, now: Messages][] = [
  ['another text of the user', before, [before[0]!, user('ho')]],
  ['fewer messages', before, [before[0]!]],
  ['no messages', before, []],
  ['another role', before, [before[0]!, said('hi')]],
  ['another call', [...before, asked('a')], [...before, asked('b')]],
  ['one call fewer', [...before, asked('a', 'b')], [...before, asked('a')]],
  ['the calls in another order', [...before, asked('a', 'b')], [...before, asked('b', 'a')]],
  [
    'an answer to another call',
    [...before, asked('a', 'b'), answer('a')],
    [...before, asked('a', 'b'), answer('b')],
  ],
  ['its beginning cut off', [...before, said('a'), user('b')], [before[0]!, said('a'), user('b')]],
  ['a summary of its beginning', [...before, said('a'), user('b')], [before[0]!, user('summary'), user('b')]],
];

test.for(others)('a history with %s does not continue the earlier one', ([, before, now]) => {
  expect(continuationOf(before, now)).toBeUndefined();
});

test.for([
  [null],
  ['hi'],
  [{}],
  [{ role: 'assistant', tool_calls: 'none' }],
  [{ role: 'assistant', tool_calls: [null, 7] }],
  [{ role: 'tool' }],
] as unknown as Messages[])('invalid messages are compared without an error: %j', (messages) => {
  expect(continuationOf(messages, messages)).toEqual([]);
  expect(continuationOf(messages, structuredClone(messages))).toEqual([]);
  expect(continuationOf(messages, before)).toBeUndefined();
  expect(continuationOf([user('hi')], messages)).toBeUndefined();
});

test.for([
  [[system('Help.')], 'Help.'],
  [[{ role: 'developer', content: 'Help.' }], 'Help.'],
  [[{ role: 'system', content: [{ type: 'text', text: 'Help.' }] }], 'Help.'],
  [[user('hi')], ''],
  [[], ''],
] as [Messages, string][])('the instructions of %j are %j', ([messages, instructions]) => {
  expect(instructionsOf({ model: 'm', messages })).toBe(instructions);
});

test('messages with the role system or developer are instructions', () => {
  expect(
    [system('x'), { role: 'developer', content: 'x' } as const, user('x'), undefined].map(isInstructions),
  ).toEqual([true, true, false, false]);
});
