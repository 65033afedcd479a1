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

/** The tool calls of the message that these pieces are folded into. */
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

test('tool calls are merged by index, for all calls of each delta', async () => {
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

test('calls are stored in the order of their indexes, not in the order in which they begin', async () => {
  const calls = await storedCalls(callPiece(2, call('c')), callPiece(0, call('a')), callPiece(1, call('b')));
  expect(calls).toEqual([call('a'), call('b'), call('c')]);
});

test('a stored call has no index', async () => {
  const [stored] = (await storedCalls(callPiece(0, call('a')))) as [object];
  expect(stored).not.toHaveProperty('index');
});

test('a repeated id is not concatenated', async () => {
  const calls = await storedCalls(
    callPiece(0, call('a', '{')),
    callPiece(0, { id: 'a', function: { arguments: '}' } }),
  );
  expect(calls).toEqual([call('a')]);
});

test('a repeated type is not concatenated', async () => {
  const calls = await storedCalls(
    callPiece(0, call('a', '{')),
    callPiece(0, { type: 'function', function: { arguments: '}' } }),
  );
  expect(calls).toEqual([call('a')]);
});

test("the type defaults to 'function'", async () => {
  const calls = await storedCalls(callPiece(0, { id: 'a', function: { name: 'echo', arguments: '{}' } }));
  expect(calls).toEqual([call('a')]);
});

test('a repeated name is not concatenated', async () => {
  const calls = await storedCalls(
    callPiece(0, call('a', '{')),
    callPiece(0, { function: { name: 'echo', arguments: '}' } }),
  );
  expect(calls).toEqual([call('a')]);
});

test('a later id or name that is null or empty changes nothing', async () => {
  const calls = await storedCalls(
    callPiece(0, call('a', '{')),
    callPiece(0, { id: '', function: { name: null, arguments: '}' } }),
    callPiece(0, { id: null, function: { name: '' } }),
  );
  expect(calls).toEqual([call('a')]);
});

test('calls that all have the index 0 are separated by their ids', async () => {
  const calls = await storedCalls(
    callPiece(0, call('a', '{"x":1}')),
    callPiece(0, call('b', '{"y":')),
    callPiece(0, { function: { arguments: '2}' } }),
  );
  expect(calls).toEqual([call('a', '{"x":1}'), call('b', '{"y":2}')]);
});

test('a whole call without an index is accepted', async () => {
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

test('the tool is called with the folded arguments', async () => {
  const provider = chunking([
    opening,
    chunk(callPiece(0, call('a', '{"x":'))),
    chunk(callPiece(0, { function: { arguments: '[1]}' } })),
    end,
  ]);
  const { messages } = await streamed({ agent, provider, maxTurns: 1 });
  expect(messages[1]).toMatchObject({ tool_call_id: 'a', content: '{"x":[1]}' });
});
