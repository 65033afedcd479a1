import { expect, test, vi } from 'vitest';
import { Agent, InvalidCompletionError, openaiProvider, tool } from 'swarmcheck';
import { traceOf } from 'swarmcheck/testing';
import { complete, type Exchange, serve, sse } from '../support/loopback.ts';
import { callPiece, chunk, saying } from '../support/completions.ts';
import { eventsOf, streamed, streamOf } from '../support/runs.ts';
import { rejectedWith } from '../support/failures.ts';

const opening = chunk({ role: 'assistant', content: null });
const call = chunk(
  callPiece(0, { id: 'a', type: 'function', function: { name: 'pay', arguments: '{"amount":1' } }),
);

function payer() {
  const pay = vi.fn<() => string>(() => 'paid');
  const parameters = { type: 'object', properties: { amount: { type: 'number' } } } as const;
  return { pay, agent: new Agent({ functions: [tool({ name: 'pay', parameters, execute: pay })] }) };
}

test('the deltas arrive as the API sent them, and the trace has their usage', async () => {
  using server = await serve(complete(saying('Hello.')));
  const events = await eventsOf(streamOf({ provider: openaiProvider(server.options) }));
  expect(events.slice(0, -1)).toEqual([
    { delim: 'start' },
    { role: 'assistant', content: 'Hello.', sender: 'Agent' },
    {},
    { delim: 'end' },
  ]);
  const [last] = events.slice(-1) as [{ response: object }];
  expect(traceOf(last.response).events.find(({ type }) => type === 'model-response')).toMatchObject({
    usage: { total_tokens: 3 },
  });
});

test('a delta reaches the reader before the API sends the next one', async () => {
  using server = await serve(({ response }) => sse(response, chunk({ role: 'assistant', content: 'He' })));
  const contents: unknown[] = [];
  for await (const event of streamOf({ provider: openaiProvider(server.options) })) {
    if (!('content' in event)) continue;
    contents.push(event.content);
    if (contents.length > 1) continue;
    const { response } = server.exchanges[0]!;
    sse(response, chunk({ content: 'llo' }, 'stop'));
    response.end('data: [DONE]\n\n');
  }
  expect(contents).toEqual(['He', 'llo']);
});

const cuts: Record<string, (exchange: Exchange) => void> = {
  'ends in the middle of arguments': ({ response }) => {
    sse(response, opening);
    sse(response, call);
    response.end();
  },
  'ends with [DONE] and without a finish_reason': ({ response }) => {
    sse(response, opening);
    sse(response, call);
    response.end('data: [DONE]\n\n');
  },
  'has a frame that is not JSON': ({ response }) => {
    sse(response, opening);
    sse(response, call);
    sse(response, '{"choices":');
    response.end();
  },
  'has no frames': ({ response }) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).end();
  },
};

for (const [words, answer] of Object.entries(cuts)) {
  test(`a stream that ${words} rejects with an InvalidCompletionError, and no tool runs`, async () => {
    using server = await serve(answer);
    const { pay, agent } = payer();
    expect(await rejectedWith(streamed({ agent, provider: openaiProvider(server.options) }))).toBeInstanceOf(
      InvalidCompletionError,
    );
    expect(pay).not.toHaveBeenCalled();
  });
}

test('a stream whose connection breaks rejects the run, and no tool runs', async () => {
  using server = await serve(({ response }) => {
    sse(response, opening);
    response.write(`data: ${JSON.stringify(call)}\n\n`, () => response.destroy());
  });
  const { pay, agent } = payer();
  const error = await rejectedWith(streamed({ agent, provider: openaiProvider(server.options) }));
  expect(error).toBeInstanceOf(Error);
  expect(pay).not.toHaveBeenCalled();
});

test('an error event in the middle of a stream reaches the caller', async () => {
  using server = await serve(({ response }) => {
    sse(response, opening);
    sse(response, { error: { message: 'overloaded' } });
    response.end();
  });
  const error = await rejectedWith(streamed({ provider: openaiProvider(server.options) }));
  expect(error).toMatchObject({ name: 'Error', message: expect.stringContaining('overloaded') });
});

test('breaking out closes the connection', async () => {
  using server = await serve(({ response }) => sse(response, chunk({ role: 'assistant', content: 'He' })));
  for await (const event of streamOf({ provider: openaiProvider(server.options) }))
    if ('content' in event) break;
  await expect(server.exchanges[0]?.closed).resolves.toBeUndefined();
});

test('an abort in the middle of a stream rejects the reader with its reason, and closes the connection', async () => {
  const controller = new AbortController();
  using server = await serve(({ response }) => sse(response, chunk({ role: 'assistant', content: 'He' })));
  const read = async () => {
    for await (const event of streamOf({
      provider: openaiProvider(server.options),
      signal: controller.signal,
    })) {
      if ('content' in event) controller.abort('stop');
    }
  };
  expect(await rejectedWith(read())).toBe('stop');
  await expect(server.exchanges[0]?.closed).resolves.toBeUndefined();
});
