/**
 * Measures mocks at the wire, through the real openai client: requests per second, and the time of a stream of 200
 * chunks. Compares swarmcheck with bare alternatives. Contestants take turns; the median is printed.
 *
 * Run it with `npm run bench:wire`.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { performance } from 'node:perf_hooks';
import { http, type HttpResponse } from 'msw';
import { setupServer } from 'msw/node';
import OpenAI from 'openai';
import { externalAgent, runScenario, say, user, type ExternalTurn } from 'swarmcheck/testing';
import { mockModel, startMocking } from 'swarmcheck/msw';

const requests = 150;
const streams = 15;
const repetitions = 7;
const model = 'gpt-4o';
const messages = [{ role: 'user' as const, content: 'hi' }];
const text = 'word '.repeat(160);

const completion = {
  id: 'c',
  object: 'chat.completion',
  created: 0,
  model,
  choices: [
    {
      index: 0,
      finish_reason: 'stop',
      logprobs: null,
      message: { role: 'assistant', content: 'hello', refusal: null },
    },
  ],
};
const chunks = Array.from({ length: 200 }, (_, index) => ({
  id: 'c',
  object: 'chat.completion.chunk',
  created: 0,
  model,
  choices: [{ index: 0, delta: { content: 'word ' }, finish_reason: index === 199 ? 'stop' : null }],
}));
const frames = [...chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`), 'data: [DONE]\n\n'];

/** Calls `work` this many times, with a client that gets answers. */
type Contestant = (
  work: (client: OpenAI) => Promise<unknown>,
  stream: boolean,
  count: number,
) => Promise<void>;

function bareResponse(stream: boolean): Response {
  if (!stream) return Response.json(completion);
  const encoder = new TextEncoder();
  const body = new ReadableStream({
    start(controller) {
      for (const frame of frames) controller.enqueue(encoder.encode(frame));
      controller.close();
    },
  });
  return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
}

const steps = (stream: boolean, count: number) =>
  Array.from({ length: count }, () => say(stream ? text : 'hello'));
const apiKey = 'none';

/** The two ways that swarmcheck serves an app of another SDK: by its fetch, and by its address. */
const external =
  (clientOf: (turn: ExternalTurn) => OpenAI): Contestant =>
  async (work, stream, count) => {
    const agent = externalAgent(async (turn) => {
      const client = clientOf(turn);
      for (let index = 0; index < count; index++) await work(client);
    });
    const run = await runScenario({ agent, timeoutMs: 60_000, steps: [user('hi'), ...steps(stream, count)] });
    if (!run.passed) throw new Error(run.failures[0]?.message);
  };

const contestants: Record<string, Contestant> = {
  'bare msw': async (work, stream, count) => {
    const server = setupServer(
      http.post('*/chat/completions', () => bareResponse(stream) as HttpResponse<null>),
    );
    server.listen();
    try {
      const client = new OpenAI({ apiKey });
      for (let index = 0; index < count; index++) await work(client);
    } finally {
      server.close();
    }
  },
  'bare custom fetch': async (work, stream, count) => {
    const client = new OpenAI({ apiKey, fetch: async () => bareResponse(stream) });
    for (let index = 0; index < count; index++) await work(client);
  },
  'bare loopback': async (work, stream, count) => {
    const server = createServer((request, response) => {
      request.resume();
      response.writeHead(200, { 'content-type': stream ? 'text/event-stream' : 'application/json' });
      if (stream) for (const frame of frames) response.write(frame);
      response.end(stream ? undefined : JSON.stringify(completion));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const client = new OpenAI({ apiKey, baseURL: `http://127.0.0.1:${port}/v1` });
    for (let index = 0; index < count; index++) await work(client);
    server.closeAllConnections();
    server.close();
  },
  'swarmcheck, mockModel': async (work, stream, count) => {
    const mocking = startMocking();
    const mock = mockModel(steps(stream, count));
    const client = new OpenAI({ apiKey });
    for (let index = 0; index < count; index++) await work(client);
    mock[Symbol.dispose]();
    mocking.close();
  },
  'swarmcheck, fetch of an externalAgent': external(
    ({ baseURL, apiKey: key, fetch }) => new OpenAI({ baseURL, apiKey: key, fetch }),
  ),
  'swarmcheck, loopback': external(({ baseURL, apiKey: key }) => new OpenAI({ baseURL, apiKey: key })),
};

const ask = async (client: OpenAI) => {
  const { choices } = await client.chat.completions.create({ model, messages });
  if (choices[0]?.message.content !== 'hello') throw new Error('The answer differs from the expected one.');
};
const read = async (client: OpenAI) => {
  let length = 0;
  for await (const chunk of await client.chat.completions.create({ model, messages, stream: true }))
    length += chunk.choices[0]?.delta.content?.length ?? 0;
  if (length < text.length) throw new Error('The stream is incomplete.');
};

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)]!;
}

const times = new Map<string, { request: number[]; stream: number[] }>();
for (let repetition = 0; repetition <= repetitions; repetition++) {
  for (const [name, contestant] of Object.entries(contestants)) {
    const entry = times.get(name) ?? { request: [], stream: [] };
    times.set(name, entry);
    let start = performance.now();
    await contestant(ask, false, requests);
    const request = (performance.now() - start) / requests;
    start = performance.now();
    await contestant(read, true, streams);
    const stream = (performance.now() - start) / streams;
    // The first repetition is a warm-up.
    if (repetition === 0) continue;
    entry.request.push(request);
    entry.stream.push(stream);
  }
}

const bare = 1000 / median(times.get('bare msw')!.request);
console.log(`Node ${process.version}, median of ${repetitions}\n`);
console.log(`${''.padEnd(40)}   requests/s   x bare msw   ms per stream`);
for (const [name, { request, stream }] of times) {
  const perSecond = 1000 / median(request);
  console.log(
    `${name.padEnd(40)}${perSecond.toFixed(0).padStart(13)}${(perSecond / bare).toFixed(2).padStart(13)}${median(stream).toFixed(2).padStart(16)}`,
  );
}
