import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ChatCompletion, CompletionRequest } from 'swarmcheck';
import { chunk } from './completions.ts';

/** The body of a request, as received. */
interface Body extends CompletionRequest {
  stream?: boolean;
  stream_options?: object;
}

export interface Exchange {
  body: Body;
  request: IncomingMessage;
  response: ServerResponse;
  /** Resolves when the response has been sent, or the client has gone away. */
  closed: Promise<void>;
}

/** A server, with the options for a client of it, which does not retry and does not log. */
interface Loopback extends Disposable {
  options: { baseURL: string; apiKey: string; maxRetries: number; logLevel: 'off' };
  exchanges: Exchange[];
}

/** Starts a server on the loopback interface. The n-th request gets the n-th answer. Disposing closes it. */
export async function serve(...answers: ((exchange: Exchange) => void)[]): Promise<Loopback> {
  const exchanges: Exchange[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (part: string) => (text += part));
    request.on('end', () => {
      const closed = new Promise<void>((resolve) => response.on('close', resolve));
      const exchange = { body: JSON.parse(text) as Body, request, response, closed };
      exchanges.push(exchange);
      answers[exchanges.length - 1]?.(exchange);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    options: { baseURL: `http://127.0.0.1:${port}/v1`, apiKey: 'none', maxRetries: 0, logLevel: 'off' },
    exchanges,
    [Symbol.dispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Answers with this completion: as JSON, or as a stream that adds up to it if the request asks for one. */
export function complete(completion: ChatCompletion): (exchange: Exchange) => void {
  return ({ body, response }) => {
    if (!body.stream) {
      json(response, 200, completion);
      return;
    }
    const { message, finish_reason } = completion.choices[0]!;
    const tool_calls = message.tool_calls?.map((call, index) => ({ index, ...call }));
    sse(response, chunk({ ...message, ...(tool_calls ? { tool_calls } : {}) }));
    sse(response, chunk({}, finish_reason));
    sse(response, {
      ...chunk({}),
      choices: [],
      usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 },
    });
    response.end('data: [DONE]\n\n');
  };
}

export function json(response: ServerResponse, status: number, body: unknown): void {
  response
    .writeHead(status, { 'content-type': 'application/json' })
    .end(typeof body === 'string' ? body : JSON.stringify(body));
}

/** Sends one frame of a stream. */
export function sse(response: ServerResponse, frame: unknown): void {
  if (!response.headersSent) response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(`data: ${typeof frame === 'string' ? frame : JSON.stringify(frame)}\n\n`);
}
