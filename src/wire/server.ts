import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerApi, unknownPath } from './api.ts';
import { noRetry, type Served } from './respond.ts';

/** A server on loopback. */
export interface HttpServer {
  /** `http://127.0.0.1:4711`, without a slash at its end. */
  readonly url: string;
  /** Ends it, with the connections that are open. */
  close(): Promise<void>;
}

/** A provider that answers a request. */
interface Answering extends Served {
  /** Told when the answer has gone out, or cannot any more. */
  readonly onSent?: (() => void) | undefined;
}

/** What answers a request: a provider, or a response that says why none does. */
export type Choose = (request: Request) => Answering | Response | Promise<Answering | Response>;

/** How much a request may be: more than any model takes. */
const maxBodyBytes = 64 * 1024 * 1024;

/** Serves an API on loopback. `choose` says, request by request, what answers it. */
export async function serveOnLoopback(choose: Choose, port = 0): Promise<HttpServer> {
  const server = createServer((incoming, outgoing) => {
    answer(incoming, outgoing, choose).catch((error: unknown) => refuse(outgoing, error));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const { port: chosen } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${chosen}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(incoming: IncomingMessage, outgoing: ServerResponse, choose: Choose): Promise<void> {
  const controller = new AbortController();
  outgoing.on('close', () => {
    if (!outgoing.writableFinished) controller.abort(new Error('The client closed the connection.'));
  });
  const request = await toRequest(incoming, controller.signal);
  const chosen = await choose(request);
  if (!(chosen instanceof Response)) outgoing.once('close', () => chosen.onSent?.());
  const response =
    chosen instanceof Response ? chosen : ((await answerApi(request, chosen)) ?? unknownPath(request));
  if (response.type === 'error') {
    incoming.socket.resetAndDestroy();
    return;
  }
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  // Headers go out with the first bytes otherwise, and of a body that hangs there are none.
  outgoing.flushHeaders();
  const reader = response.body?.getReader();
  controller.signal.addEventListener(
    'abort',
    () => void reader?.cancel(controller.signal.reason).catch(() => {}),
  );
  for (let next = await reader?.read(); next && !next.done; next = await reader?.read())
    await sent(outgoing, next.value);
  outgoing.end();
}

/** Until the bytes have gone out: where the body breaks off next, they would be lost. */
function sent(outgoing: ServerResponse, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    outgoing.write(bytes, (error) => (error ? reject(error) : resolve()));
  });
}

/** Says why there is no answer, where that can still be said. */
function refuse(outgoing: ServerResponse, error: unknown): void {
  // The reader has gone, or the body was broken off on purpose: so is the connection.
  if (outgoing.headersSent || outgoing.destroyed) {
    outgoing.destroy();
    return;
  }
  const status = error instanceof BadRequestError ? error.status : 500;
  const { message } = error instanceof Error ? error : new Error(String(error));
  const type = status === 500 ? 'swarmcheck_error' : 'invalid_request_error';
  outgoing.writeHead(status, { 'content-type': 'application/json', ...noRetry });
  outgoing.end(JSON.stringify({ error: { message, type, param: null, code: null } }));
}

/** A request that nobody can be asked to answer. */
class BadRequestError extends Error {
  override readonly name = 'BadRequestError';
  readonly status: 400 | 413;
  constructor(status: 400 | 413, message: string) {
    super(message);
    this.status = status;
  }
}

async function toRequest(incoming: IncomingMessage, signal: AbortSignal): Promise<Request> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of incoming as AsyncIterable<Buffer>) {
    size += part.length;
    // Read to its end all the same: a client hears nothing before it has said all.
    if (size <= maxBodyBytes) parts.push(part);
  }
  if (size > maxBodyBytes)
    throw new BadRequestError(413, `The body of the request is larger than ${maxBodyBytes} bytes.`);
  const { method = 'GET', url = '/' } = incoming;
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) {
    for (const item of [value].flat()) if (item !== undefined) headers.append(name, item);
  }
  const body = method === 'GET' || method === 'HEAD' ? null : Buffer.concat(parts);
  try {
    return new Request(new URL(url, 'http://127.0.0.1'), { method, headers, body, signal });
  } catch (error) {
    throw new BadRequestError(400, `${method} ${url} cannot be answered: ${String(error)}`);
  }
}
