import OpenAI from 'openai';
import { expect, test } from 'vitest';
import { InvalidCompletionError, openaiProvider, partialResponse } from 'swarmcheck';
import { traceOf } from 'swarmcheck/testing';
import { deskThat } from '../support/agents.ts';
import { complete, type Exchange, serve, sse } from '../support/loopback.ts';
import { asking, chunk, completion, saying } from '../support/completions.ts';
import { bothWays, streamed, unstreamed } from '../support/runs.ts';
import { rejectedWith } from '../support/failures.ts';

const ask = completion(asking({ id: 'a', function: { name: 'look_up', arguments: '{}' } }));
const answer = saying('Grüße, 你好: this is the whole of it.');
const text = Buffer.from(JSON.stringify(answer));

const desk = () => deskThat(() => 'found');

type Answer = (exchange: Exchange) => void;

/** Sends this many bytes of a JSON body, then does something else. */
const broken = (bytes: number, then: (exchange: Exchange) => void): Answer => {
  return (exchange) => {
    exchange.response.writeHead(200, { 'content-type': 'application/json', 'content-length': text.length });
    exchange.response.write(text.subarray(0, bytes), () => then(exchange));
  };
};

/** Sends one chunk of a stream and part of the next, then does something else. */
const brokenStream = (then: (exchange: Exchange) => void): Answer => {
  return (exchange) => {
    sse(exchange.response, chunk({ role: 'assistant', content: 'Grü' }));
    exchange.response.write('data: {"id":"c","cho', () => then(exchange));
  };
};

const destroy: Answer = ({ response }) => void response.destroy();
const reset: Answer = ({ response }) => void response.socket?.resetAndDestroy();
const end: Answer = ({ response }) => void response.end();

const half = Math.floor(text.length / 2);
const bodies: [what: string, answer: Answer][] = [
  ['the socket is closed after half of a body', broken(half, destroy)],
  ['the socket is closed in the middle of a character', broken(text.indexOf('ü') + 1, destroy)],
  ['the connection is reset after half of a body', broken(half, reset)],
  ['the socket is closed before the last byte', broken(text.length - 1, destroy)],
  [
    'the body ends after half of it',
    ({ response }) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end(text.subarray(0, half)),
  ],
  [
    'the body is empty',
    ({ response }) => response.writeHead(200, { 'content-type': 'application/json' }).end(),
  ],
];
const streams: [what: string, answer: Answer][] = [
  ['the socket is closed in the middle of a frame', brokenStream(destroy)],
  ['the connection is reset in the middle of a frame', brokenStream(reset)],
  ['the stream ends in the middle of a frame', brokenStream(end)],
  [
    'the socket is closed between frames',
    ({ response }) => {
      sse(response, chunk({ role: 'assistant', content: 'Grü' }));
      response.write(': a comment\n\n', () => response.destroy());
    },
  ],
  [
    'the socket is closed before any frame',
    ({ response }) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.flushHeaders();
      setImmediate(() => response.destroy());
    },
  ],
  [
    'a frame is not JSON',
    ({ response }) => {
      sse(response, chunk({ role: 'assistant', content: 'Grü' }));
      sse(response, '{"id": ');
      response.end('data: [DONE]\n\n');
    },
  ],
];

const cases = [
  ...bodies.map(([what, answer]) => [what, unstreamed, answer] as const),
  ...streams.map(([what, answer]) => [what, streamed, answer] as const),
];

test.for(cases)('the run rejects with an InvalidCompletionError: %s', async ([, run, answer]) => {
  using server = await serve(complete(ask), answer);
  const error = await rejectedWith(run({ agent: desk(), provider: openaiProvider(server.options) }));
  expect(error).toBeInstanceOf(InvalidCompletionError);
  expect(traceOf(error as object).events.at(-2)).toMatchObject({
    type: 'model-error',
    error: { name: 'InvalidCompletionError', message: 'no usable completion' },
  });
});

test.for(cases)('the partial response is kept: %s', async ([, run, answer]) => {
  using server = await serve(complete(ask), answer);
  const error = await rejectedWith(run({ agent: desk(), provider: openaiProvider(server.options) }));
  expect(partialResponse(error)?.messages).toMatchObject([{ role: 'assistant' }, { content: 'found' }]);
});

const causes = [
  ['the body ends after half of it', unstreamed, 'it is not JSON', SyntaxError],
  ['the socket is closed after half of a body', unstreamed, 'it was cut off', TypeError],
  ['a frame is not JSON', streamed, 'it is not JSON', SyntaxError],
  ['the socket is closed between frames', streamed, 'it was cut off', TypeError],
] as const;

test.for(causes)(
  'the error states the reason, and has the client’s error as its cause: %s',
  async ([what, run, words, cause]) => {
    using server = await serve(cases.find(([name]) => name === what)![2]);
    const error = await rejectedWith(run({ provider: openaiProvider(server.options) }));
    expect(error).toHaveProperty('message', expect.stringContaining(words));
    expect(error).toHaveProperty('cause', expect.any(cause));
  },
);

test('the client does not retry a body that breaks off', async () => {
  using server = await serve(broken(half, destroy), complete(answer));
  await rejectedWith(unstreamed({ provider: openaiProvider({ ...server.options, maxRetries: 2 }) }));
  expect(server.exchanges).toHaveLength(1);
});

test.for(bothWays)('a connection closed before the headers is an APIConnectionError, %s', async ([, run]) => {
  using server = await serve(destroy);
  const error = await rejectedWith(run({ provider: openaiProvider(server.options) }));
  expect(error).toBeInstanceOf(OpenAI.APIConnectionError);
});

test('an error frame within a stream is the client’s APIError, with the error of the API', async () => {
  using server = await serve(complete(ask), ({ response }) => {
    sse(response, chunk({ role: 'assistant', content: 'Grü' }));
    sse(response, { error: { message: 'overloaded', code: 'server_error', type: 'server' } });
    response.end();
  });
  const error = await rejectedWith(streamed({ agent: desk(), provider: openaiProvider(server.options) }));
  expect(error).toBeInstanceOf(OpenAI.APIError);
  expect(error).toMatchObject({ error: { message: 'overloaded' }, code: 'server_error' });
  expect(partialResponse(error)?.messages).toHaveLength(2);
});

test('an error as the first frame of a stream is the client’s APIError', async () => {
  using server = await serve(({ response }) => {
    sse(response, { error: { message: 'overloaded' } });
    response.end();
  });
  const error = await rejectedWith(streamed({ provider: openaiProvider(server.options) }));
  expect(error).toBeInstanceOf(OpenAI.APIError);
});

test.for([
  [unstreamed, broken(half, () => {})],
  [streamed, brokenStream(() => {})],
] as const)(
  'a run aborted in the middle of a body rejects with the reason of the abort',
  async ([run, answer]) => {
    const controller = new AbortController();
    const reason = new Error('enough');
    using server = await serve((exchange) => {
      answer(exchange);
      setImmediate(() => controller.abort(reason));
    });
    const error = await rejectedWith(
      run({ provider: openaiProvider(server.options), signal: controller.signal }),
    );
    expect(error).toBe(reason);
    expect(traceOf(reason).outcome).toBe('aborted');
    await server.exchanges[0]!.closed;
  },
);

test.for([false, true])(
  'a direct call of the provider rejects with APIUserAbortError if aborted (streamed: %s)',
  async (stream) => {
    const controller = new AbortController();
    using server = await serve((exchange) => {
      (stream ? brokenStream : broken.bind(undefined, half))(() => controller.abort('stop'))(exchange);
    });
    const provider = openaiProvider(server.options);
    const request = { model: 'm', messages: [{ role: 'user' as const, content: 'hi' }] };
    const read = async () => {
      const options = { signal: controller.signal };
      if (!stream) return await provider.complete(request, options);
      for await (const chunk of provider.stream(request, options)) expect(chunk).toHaveProperty('choices');
      return undefined;
    };
    expect(await rejectedWith(read())).toBeInstanceOf(OpenAI.APIUserAbortError);
  },
);
