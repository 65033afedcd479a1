import { createConnection, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import OpenAI from 'openai';
import { afterAll, expect, test } from 'vitest';
import type { CompletionProvider } from 'swarmcheck';
import { modelFails, say, scriptedProvider, type ModelStep } from 'swarmcheck/testing';
import { WireLog } from '../../src/wire/exchange.ts';
import type { Served } from '../../src/wire/respond.ts';
import { serveOnLoopback, type Choose, type HttpServer } from '../../src/wire/server.ts';
import { saying } from '../support/completions.ts';

const servers: HttpServer[] = [];
// After all tests: if tests run concurrently, one would close the servers of others.
afterAll(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function serve(choose: Choose): Promise<HttpServer> {
  const server = await serveOnLoopback(choose);
  servers.push(server);
  return server;
}

const servedBy = (provider: CompletionProvider, onMistake: Served['onMistake'] = () => {}): Served => ({
  provider,
  log: new WireLog(),
  onMistake,
  validatesRequests: true,
  fillsUsage: true,
});

const serveSteps = (...steps: ModelStep[]) => {
  const served = servedBy(scriptedProvider(steps));
  return serve(() => served);
};

const body = { model: 'm', messages: [{ role: 'user' as const, content: 'hi' }] };
const post = (url: string, init: RequestInit = {}) =>
  fetch(`${url}/v1/chat/completions`, { method: 'POST', body: JSON.stringify(body), ...init });

/** The response to these bytes, read until the connection closes. */
function exchangeBytes(url: string, bytes: string | Buffer): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const socket: Socket = createConnection({ host: '127.0.0.1', port: Number(new URL(url).port) });
    socket.on('data', (part) => (text += part.toString('latin1')));
    socket.on('error', () => {});
    socket.on('close', () => resolve(text));
    socket.write(bytes);
  });
}

/** The code of the error that a fetch rejects with, or its message. */
async function codeOf(promise: Promise<unknown>): Promise<unknown> {
  const error = (await promise.then(
    () => new Error('It was expected to be rejected.'),
    (reason: unknown) => reason,
  )) as Error & { cause?: { code?: unknown; message: string } };
  return error.cause?.code ?? error.message;
}

test('the URL is on loopback, without a trailing slash', async () => {
  const { url } = await serveSteps();
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:[1-9]\d*$/);
});

const others = Object.values(networkInterfaces())
  .flat()
  .flatMap((address) => (address && !address.internal && address.family === 'IPv4' ? [address.address] : []));

test.skipIf(others.length === 0)('the server does not listen on other addresses of the machine', async () => {
  const { url } = await serveSteps(say('x'));
  for (const host of others) expect(await codeOf(fetch(url.replace('127.0.0.1', host)))).toBe('ECONNREFUSED');
});

test('the server does not listen on other loopback addresses', async () => {
  const { url } = await serveSteps(say('x'));
  expect(await codeOf(fetch(url.replace('127.0.0.1', '127.0.0.2')))).toBe('ECONNREFUSED');
});

test('a port in use rejects', async () => {
  const { url } = await serveSteps();
  await expect(serveOnLoopback(() => Response.json({}), Number(new URL(url).port))).rejects.toHaveProperty(
    'code',
    'EADDRINUSE',
  );
});

test('the whole request is passed on', async () => {
  let seen: Request | undefined;
  let text = '';
  const { url } = await serve(async (request) => {
    seen = request;
    text = await request.clone().text();
    return Response.json({});
  });
  await post(url, {
    headers: { 'x-one': 'ü'.normalize('NFC').slice(0, 1), 'x-two': 'a, b' },
    body: '{"text":"Grüße 🤖"}',
  });
  expect(seen?.method).toBe('POST');
  expect(new URL(seen!.url).pathname).toBe('/v1/chat/completions');
  expect(seen?.headers.get('x-one')).toBe('ü');
  expect(seen?.headers.get('x-two')).toBe('a, b');
  expect(text).toBe('{"text":"Grüße 🤖"}');
});

test('a request without a body is passed on', async () => {
  const { url } = await serve((request) => Response.json({ method: request.method }));
  expect(await (await fetch(url)).json()).toEqual({ method: 'GET' });
  expect((await fetch(url, { method: 'HEAD' })).status).toBe(200);
});

test('status, headers and body of a response are sent', async () => {
  const { url } = await serve(() => new Response('Grüße', { status: 418, headers: { 'x-a': 'b' } }));
  const response = await post(url);
  expect([response.status, response.headers.get('x-a'), await response.text()]).toEqual([418, 'b', 'Grüße']);
});

test('a status without a body is sent without one', async () => {
  const { url } = await serve(() => new Response(null, { status: 204 }));
  const response = await post(url);
  expect([response.status, await response.text()]).toEqual([204, '']);
});

test('the openai client is answered, streamed and unstreamed', async () => {
  const { url } = await serveSteps(say('Grüße'), say('你好'));
  const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'none', maxRetries: 0 });
  expect((await client.chat.completions.create(body)).choices[0]?.message.content).toBe('Grüße');
  expect((await client.chat.completions.stream(body).finalChatCompletion()).choices[0]?.message.content).toBe(
    '你好',
  );
});

test('a body larger than the buffers of the connection arrives whole, even if it is read slowly', async () => {
  const content = '🤖ü'.repeat(500_000);
  const { url } = await serveSteps(say(content));
  const response = await post(url, { body: JSON.stringify({ ...body, stream: true }) });
  const parts: Uint8Array[] = [];
  for await (const part of response.body!) {
    parts.push(part);
    await new Promise((resolve) => setImmediate(resolve));
  }
  const frames = Buffer.concat(parts)
    .toString('utf8')
    .split('\n\n')
    .filter((frame) => frame.startsWith('data: {'));
  const text = frames.map((frame) => {
    const { choices } = JSON.parse(frame.slice(6)) as OpenAI.Chat.Completions.ChatCompletionChunk;
    return choices[0]?.delta.content ?? '';
  });
  expect(text.join('')).toBe(content);
});

// ── Broken connections ──

test('a reset resets the connection', async () => {
  const { url } = await serveSteps(modelFails({ kind: 'reset' }));
  expect(await codeOf(post(url))).toBe('ECONNRESET');
});

test('the server still answers after a reset', async () => {
  const { url } = await serveSteps(modelFails({ kind: 'reset' }), say('ok'));
  await codeOf(post(url));
  expect((await post(url)).status).toBe(200);
});

test.for([false, true])(
  'a body cut with by: "error" breaks the connection (streamed: %s)',
  async (stream) => {
    const { url } = await serveSteps(
      say('Hello there.', { fault: { kind: 'cut', afterChunks: 2, by: 'error' } }),
    );
    const response = await post(url, { body: JSON.stringify({ ...body, stream }) });
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow('terminated');
  },
);

test('the frames sent before a cut arrive', async () => {
  const { url } = await serveSteps(
    say('Hello there.', { fault: { kind: 'cut', afterChunks: 3, by: 'error' } }),
  );
  const response = await post(url, { body: JSON.stringify({ ...body, stream: true }) });
  let text = '';
  await expect(
    (async () => {
      for await (const part of response.body!) text += Buffer.from(part).toString('utf8');
    })(),
  ).rejects.toThrow('terminated');
  expect(text.match(/^data: .*\n\n/gm)).toHaveLength(3);
});

test.for([false, true])('the headers of a hung body are sent (streamed: %s)', async (stream) => {
  const { url } = await serveSteps(say('x', { fault: { kind: 'hung-body' } }));
  const response = await post(url, { body: JSON.stringify({ ...body, stream }) });
  expect(response.headers.get('content-type')).toMatch(stream ? 'text/event-stream' : 'application/json');
});

/** A provider that runs `then` with its signal; `aborted` resolves with the signal when it aborts. */
function watching(then: (signal: AbortSignal) => Promise<void>): {
  provider: CompletionProvider;
  aborted: Promise<AbortSignal>;
} {
  let told = (_signal: AbortSignal) => {};
  const aborted = new Promise<AbortSignal>((resolve) => (told = resolve));
  const watch = (signal: AbortSignal | undefined) => signal!.addEventListener('abort', () => told(signal!));
  return {
    aborted,
    provider: {
      async complete(_request, options) {
        watch(options?.signal);
        await then(options!.signal!);
        return saying('late');
      },
      async *stream(_request, options) {
        watch(options?.signal);
        await then(options!.signal!);
        yield* [];
      },
    },
  };
}

test.for([false, true])(
  'a client that disconnects before the answer aborts the signal of the provider (streamed: %s)',
  async (stream) => {
    const controller = new AbortController();
    const { provider, aborted } = watching(async () => {
      controller.abort();
      await new Promise(() => {});
    });
    const { url } = await serve(() => servedBy(provider));
    await expect(
      post(url, { body: JSON.stringify({ ...body, stream }), signal: controller.signal }),
    ).rejects.toThrow('aborted');
    expect((await aborted).reason).toHaveProperty('message', 'The client closed the connection.');
  },
);

test('a client that disconnects during a stream cancels its source', async () => {
  let left = () => {};
  const isLeft = new Promise<void>((resolve) => (left = resolve));
  const { url } = await serve(
    () =>
      new Response(
        new ReadableStream({
          start: (controller) => controller.enqueue(new TextEncoder().encode('data: 1\n\n')),
          cancel: () => left(),
        }),
      ),
  );
  const response = await post(url);
  const reader = response.body!.getReader();
  await reader.read();
  await reader.cancel();
  await expect(isLeft).resolves.toBeUndefined();
});

test('a client that disconnects while its connection is full cancels the source', async () => {
  let left = () => {};
  const isLeft = new Promise<void>((resolve) => (left = resolve));
  const { url } = await serve(
    () =>
      new Response(
        new ReadableStream({
          pull: (controller) => controller.enqueue(new Uint8Array(1_000_000)),
          cancel: () => left(),
        }),
      ),
  );
  const controller = new AbortController();
  await post(url, { signal: controller.signal });
  for (let round = 0; round < 50; round++) await new Promise((resolve) => setImmediate(resolve));
  controller.abort();
  await expect(isLeft).resolves.toBeUndefined();
});

test('a client that reads the whole answer does not abort the signal', async () => {
  let signal: AbortSignal | undefined;
  const provider: CompletionProvider = {
    complete: async (_request, options) => {
      signal = options?.signal;
      return saying('ok');
    },
    stream: () => [] as never,
  };
  const { url } = await serve(() => servedBy(provider));
  await (await post(url, { headers: { connection: 'close' } })).text();
  for (let round = 0; round < 20; round++) await new Promise((resolve) => setImmediate(resolve));
  expect(signal?.aborted).toBe(false);
});

// ── Closing ──

test('closing the server ends pending requests', async () => {
  const server = await serveSteps(modelFails({ kind: 'no-answer' }));
  const pending = codeOf(post(server.url));
  await fetch(server.url);
  await server.close();
  expect(await pending).toMatch(/UND_ERR_SOCKET|ECONNRESET/);
});

test('closing the server ends keep-alive connections', async () => {
  const server = await serveSteps(say('ok'));
  await (await post(server.url)).text();
  await server.close();
  expect(await codeOf(post(server.url))).toBe('ECONNREFUSED');
});

test('closing twice has no further effect', async () => {
  const server = await serveSteps();
  await server.close();
  await expect(server.close()).resolves.toBeUndefined();
});

// ── Invalid requests ──

test('a request larger than the limit gets 413, and the server still answers', async () => {
  const { url } = await serveSteps(say('ok'));
  const response = await exchangeBytes(
    url,
    Buffer.concat([
      Buffer.from(
        `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: ${65 * 1024 * 1024}\r\n\r\n`,
      ),
      Buffer.alloc(65 * 1024 * 1024, ' '),
    ]),
  );
  expect(response).toMatch(/^HTTP\/1\.1 413 /);
  expect(response).toMatch('larger than 67108864 bytes');
  expect((await post(url)).status).toBe(200);
});

test('a request of exactly the limit is read', async () => {
  const { url } = await serve(async (request) =>
    Response.json({ size: (await request.arrayBuffer()).byteLength }),
  );
  const size = 64 * 1024 * 1024;
  expect(await (await post(url, { body: new Uint8Array(size) })).json()).toEqual({ size });
});

test.for([
  ['GET //evil.example/v1/chat/completions', 404],
  ['POST /../../etc/passwd', 404],
  ['POST /v1/%2e%2e/%2e%2e/secret', 404],
  ['POST http://evil.example/v1/models', 404],
  ['POST /v1/chat/completions/../../../x', 404],
  ['DELETE /v1/chat/completions', 404],
  ['OPTIONS /v1/chat/completions', 404],
  ['POST //', 400],
  ['POST http://[', 400],
  ['TRACE /v1/chat/completions', 400],
] as const)('%s is answered with %i', async ([line, status]) => {
  const { url } = await serveSteps(say('ok'));
  const response = await exchangeBytes(url, `${line} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
  expect(response).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
});

test.for([
  ['not HTTP', 'hello\r\n\r\n'],
  ['a header without a name', 'POST / HTTP/1.1\r\n: x\r\n\r\n'],
  ['two lengths', 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nx'],
  ['headers larger than the limit', `POST / HTTP/1.1\r\nhost: x\r\nx-a: ${'a'.repeat(100_000)}\r\n\r\n`],
] as const)('%s is refused, and the server still answers', async ([, bytes]) => {
  const { url } = await serveSteps(say('ok'));
  expect(await exchangeBytes(url, bytes)).toMatch(/^HTTP\/1\.1 4\d\d /);
  expect((await post(url)).status).toBe(200);
});

test('names of Object.prototype are accepted as header names', async () => {
  const { url } = await serve((request) => Response.json(Object.fromEntries(request.headers)));
  const response = await exchangeBytes(
    url,
    'GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n__proto__: a\r\nconstructor: b\r\nhasownproperty: c\r\n\r\n',
  );
  expect(response).toMatch('"constructor":"b"');
  expect(response).toMatch('"hasownproperty":"c"');
});

test('a client that disconnects during its request uses no step', async () => {
  const provider = scriptedProvider([say('ok')]);
  const { url } = await serve(() => servedBy(provider));
  const socket = createConnection({ host: '127.0.0.1', port: Number(new URL(url).port) });
  await new Promise<void>((resolve) => {
    socket.write(
      'POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{"model":',
      () => resolve(),
    );
  });
  socket.destroy();
  expect((await post(url)).status).toBe(200);
  expect(provider.requests).toHaveLength(1);
});

test('an error of the function that chooses the script is sent to the client, and the server still answers', async () => {
  let count = 0;
  const { url } = await serve(() => {
    if (count++ === 0) throw new Error('nobody to choose');
    return Response.json({});
  });
  const response = await post(url);
  expect(response.status).toBe(500);
  expect(response.headers.get('x-should-retry')).toBe('false');
  expect(await response.json()).toMatchObject({ error: { message: 'nobody to choose' } });
  expect((await post(url)).status).toBe(200);
});

test('onSent is called after the answer is sent', async () => {
  const order: string[] = [];
  let told = () => {};
  const isSent = new Promise<void>((resolve) => (told = resolve));
  const provider = scriptedProvider([say('ok')]);
  const { url } = await serve(() => ({
    ...servedBy(provider),
    onExchange: () => order.push('answered'),
    onSent: () => {
      order.push('sent');
      told();
    },
  }));
  expect(await (await post(url)).json()).toMatchObject({ choices: [{ message: { content: 'ok' } }] });
  await isSent;
  expect(order).toEqual(['answered', 'sent']);
});
