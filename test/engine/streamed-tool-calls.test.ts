import { expect, test } from 'vitest';
import { Agent, tool } from 'swarmcheck';
import { callPiece, chunk, chunking } from '../support/completions.ts';
import { streamed } from '../support/runs.ts';

const echo = tool({
  name: 'echo',
  parameters: { type: 'object', additionalProperties: true },
  execute: (args) => args,
});
const agent = new Agent({ functions: [echo] });
const opening = chunk({ role: 'assistant', content: null });
const end = chunk({}, 'tool_calls');

/** The calls of the stored message that these pieces amount to. */
async function storedCalls(...pieces: object[]): Promise<unknown> {
  const provider = chunking([opening, ...pieces.map((piece) => chunk(piece)), end]);
  const { messages } = await streamed({ agent, provider, maxTurns: 1 });
  return 'tool_calls' in messages[0]! ? messages[0].tool_calls : undefined;
}

const call = (id: string, args = '{}') => ({
  id,
  type: 'function',
  function: { name: 'echo', arguments: args },
});

test('F3 tool calls are merged by index, all calls of each delta', async () => {
  const calls = await storedCalls(
    {
      tool_calls: [
        { index: 0, ...call('a', '{"x"') },
        { index: 1, ...call('b', '{"y"') },
      ],
    },
    {
      tool_calls: [
        { index: 1, function: { arguments: ':2}' } },
        { index: 0, function: { arguments: ':1}' } },
      ],
    },
  );
  expect(calls).toEqual([call('a', '{"x":1}'), call('b', '{"y":2}')]);
});

test('F3 calls are stored in the order of their indexes, whenever they begin', async () => {
  const calls = await storedCalls(callPiece(2, call('c')), callPiece(0, call('a')), callPiece(1, call('b')));
  expect(calls).toEqual([call('a'), call('b'), call('c')]);
});

test('F3 the index is no part of the stored call', async () => {
  const [stored] = (await storedCalls(callPiece(0, call('a')))) as [object];
  expect(stored).not.toHaveProperty('index');
});

test('F3 a repeated id is not joined', async () => {
  const calls = await storedCalls(
    callPiece(0, call('a', '{')),
    callPiece(0, { id: 'a', function: { arguments: '}' } }),
  );
  expect(calls).toEqual([call('a')]);
});

test('F3 a repeated type is not joined', async () => {
  const calls = await storedCalls(
    callPiece(0, call('a', '{')),
    callPiece(0, { type: 'function', function: { arguments: '}' } }),
  );
  expect(calls).toEqual([call('a')]);
});

test("F3 a missing type is 'function'", async () => {
  const calls = await storedCalls(callPiece(0, { id: 'a', function: { name: 'echo', arguments: '{}' } }));
  expect(calls).toEqual([call('a')]);
});

test('F3 a repeated name is not joined', async () => {
  const calls = await storedCalls(
    callPiece(0, call('a', '{')),
    callPiece(0, { function: { name: 'echo', arguments: '}' } }),
  );
  expect(calls).toEqual([call('a')]);
});

test('F3 an id, type or name of null or an empty text later on changes nothing', async () => {
  const calls = await storedCalls(
    callPiece(0, call('a', '{')),
    callPiece(0, { id: '', function: { name: null, arguments: '}' } }),
    callPiece(0, { id: null, function: { name: '' } }),
  );
  expect(calls).toEqual([call('a')]);
});

test('calls that all have the index 0 are told apart by their ids', async () => {
  const calls = await storedCalls(
    callPiece(0, call('a', '{"x":1}')),
    callPiece(0, call('b', '{"y":')),
    callPiece(0, { function: { arguments: '2}' } }),
  );
  expect(calls).toEqual([call('a', '{"x":1}'), call('b', '{"y":2}')]);
});

test('a call that comes whole and without an index is understood', async () => {
  expect(await storedCalls({ tool_calls: [call('a')] })).toEqual([call('a')]);
});

test('pieces without an index belong to the call that began last', async () => {
  const calls = await storedCalls(
    { tool_calls: [call('a', '{"x"')] },
    { tool_calls: [{ function: { arguments: ':1}' } }] },
    { tool_calls: [call('b', '{"y"')] },
    { tool_calls: [{ function: { arguments: ':2}' } }] },
  );
  expect(calls).toEqual([call('a', '{"x":1}'), call('b', '{"y":2}')]);
});

test('tool_calls of null beside content change nothing', async () => {
  expect(await storedCalls({ content: 'ok', tool_calls: null })).toBeUndefined();
});

test('the folded arguments are those the tool is called with', async () => {
  const provider = chunking([
    opening,
    chunk(callPiece(0, call('a', '{"x":'))),
    chunk(callPiece(0, { function: { arguments: '[1]}' } })),
    end,
  ]);
  const { messages } = await streamed({ agent, provider, maxTurns: 1 });
  expect(messages[1]).toMatchObject({ tool_call_id: 'a', content: '{"x":[1]}' });
});
