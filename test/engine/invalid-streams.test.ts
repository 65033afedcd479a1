import { expect, test, vi } from 'vitest';
import { Agent, InvalidCompletionError, tool, type StreamEvent } from 'swarmcheck';
import { callTool, modelFails } from 'swarmcheck/testing';
import { callPiece, chunk, chunking, completing } from '../support/completions.ts';
import { rejectedWith } from '../support/failures.ts';
import { streamed, streamOf } from '../support/runs.ts';

const opening = chunk({ role: 'assistant', content: null });
const call = callPiece(0, { id: 'a', type: 'function', function: { name: 'pay', arguments: '{}' } });
const end = chunk({}, 'tool_calls');

const invalid: Record<string, [chunks: unknown[], reason: string]> = {
  'no chunks': [[], 'it has no finish_reason, so it was cut off'],
  'no finish_reason after text': [
    [chunk({ role: 'assistant', content: 'He' })],
    'it has no finish_reason, so it was cut off',
  ],
  'no finish_reason after a whole call': [
    [opening, chunk(call)],
    'it has no finish_reason, so it was cut off',
  ],
  'an empty finish_reason in every chunk': [
    [chunk({ role: 'assistant' }, ''), chunk(call, '')],
    'it has no finish_reason, so it was cut off',
  ],
  'an end in the middle of arguments': [
    [opening, chunk(callPiece(0, { id: 'a', function: { name: 'pay', arguments: '{"amount":1' } }))],
    'it has no finish_reason, so it was cut off',
  ],
  'finish_reason length with tool calls': [
    [opening, chunk(call), chunk({}, 'length')],
    'its tool calls were cut off (finish_reason "length")',
  ],
  'finish_reason content_filter with tool calls': [
    [opening, chunk(call), chunk({}, 'content_filter')],
    'its tool calls were cut off',
  ],
  'a chunk that is null': [[opening, null], 'a part of the stream is not a completion chunk'],
  'a chunk that is a string': [[opening, '[DONE]'], 'a part of the stream is not a completion chunk'],
  'a chunk that is a number': [[7], 'a part of the stream is not a completion chunk'],
  'a chunk that is an array': [[[]], 'a part of the stream is not a completion chunk'],
  'a chunk without choices': [[{ id: 'c' }], 'a part of the stream is not a completion chunk'],
  'a chunk whose choices are not an array': [
    [{ choices: {} }],
    'a part of the stream is not a completion chunk',
  ],
  'a tool call that is not an object': [
    [opening, chunk({ tool_calls: ['pay'] }), end],
    'a streamed tool call is not an object',
  ],
  'a tool call without an id': [
    [opening, chunk(callPiece(0, { function: { name: 'pay', arguments: '{}' } })), end],
    'a tool call has no id, so it cannot be answered',
  ],
  'a tool call without a name': [
    [opening, chunk(callPiece(0, { id: 'a', function: { arguments: '{}' } })), end],
    'a tool call has a function without a name',
  ],
  'a tool call without a function': [
    [opening, chunk(callPiece(0, { id: 'a' })), end],
    'a tool call has no function',
  ],
  'arguments that are an object': [
    [opening, chunk(callPiece(0, { id: 'a', function: { name: 'pay', arguments: { amount: 1 } } })), end],
    'a streamed tool call has arguments that are not a string',
  ],
  'content that is an array': [
    [chunk({ role: 'assistant', content: [] }), end],
    'its content is not a string',
  ],
};

for (const [words, [chunks, reason]] of Object.entries(invalid)) {
  test(`an invalid stream rejects the run before a tool runs: ${words}`, async () => {
    const { agent, pay } = payer();
    const provider = chunking(chunks, [chunk({ role: 'assistant', content: 'next turn' }, 'stop')]);
    const error = await rejectedWith(streamed({ agent, provider }));
    expect(error).toBeInstanceOf(InvalidCompletionError);
    expect(error).toHaveProperty('message', expect.stringContaining(reason));
    expect(pay).not.toHaveBeenCalled();
  });
}

test('finish_reason length without tool calls completes the run', async () => {
  const provider = chunking([chunk({ role: 'assistant', content: 'I was' }), chunk({}, 'length')]);
  expect(await streamed({ provider })).toMatchObject({
    stopReason: 'completed',
    messages: [{ content: 'I was' }],
  });
});

test('a stream that is cut off gives the events so far, then the error', async () => {
  const events: StreamEvent[] = [];
  const read = async () => {
    for await (const event of streamOf({ provider: chunking([opening, chunk(call)]) })) events.push(event);
  };
  expect(await rejectedWith(read())).toBeInstanceOf(InvalidCompletionError);
  expect(events).toEqual([{ delim: 'start' }, { role: 'assistant', content: null, sender: 'Agent' }, call]);
});

test("an invalid chunk closes the provider's stream", async () => {
  let closed = false;
  const provider = {
    ...completing(),
    async *stream() {
      try {
        yield opening;
        yield JSON.parse('null') as typeof opening;
        yield end;
      } finally {
        closed = true;
      }
    },
  };
  await rejectedWith(streamed({ provider }));
  expect(closed).toBe(true);
});

for (let afterChunks = 0; afterChunks < 4; afterChunks++) {
  test(`a scripted stream that ends after ${afterChunks} chunks runs no tool`, async () => {
    const { agent, pay } = payer();
    const step = callTool('pay', { amount: 1 }, { fault: { kind: 'cut', afterChunks, by: 'end' } });
    const error = await rejectedWith(streamed({ agent, steps: [step] }));
    expect(error).toBeInstanceOf(InvalidCompletionError);
    expect(pay).not.toHaveBeenCalled();
  });
}

test('a stream frame that is not JSON rejects with an InvalidCompletionError', async () => {
  const error = await rejectedWith(streamed({ steps: [modelFails({ kind: 'bad-frame', afterChunks: 0 })] }));
  expect(error).toBeInstanceOf(InvalidCompletionError);
});

function payer() {
  const pay = vi.fn<() => string>(() => 'paid');
  const parameters = { type: 'object', properties: { amount: { type: 'number' } } } as const;
  return { pay, agent: new Agent({ functions: [tool({ name: 'pay', parameters, execute: pay })] }) };
}
