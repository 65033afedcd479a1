import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerApi, unknownPath } from './api.ts';
import { noRetry, type Served } from './respond.ts';

/** A server on loopback. */
export interface HttpServer {
  /** The address, without a slash at its end: `http://127.0.0.1:4711`. */
  readonly url: string;
  /** Stops the server and closes its open connections. */
  close(): Promise<void>;
}

/** A provider that answers a request. */
interface Answering extends Served {
  /** Called when the answer has been sent, or cannot be sent any more. */
  readonly onSent?: (() => void) | undefined;
}

/** Chooses the provider that answers a request, or returns a response that says why no provider does. */
export type Choose = (request: Request) => Answering | Response | Promise<Answering | Response>;

/** The maximum size of a request: more than any model accepts. */
const maxBodyBytes = 64 * 1024 * 1024;

/**
 * Serves an API on loopback. `choose` is called for each request. Port 0 chooses a free port. Rejects if the port is
 * in use.
 */
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
    chosen instanceof Response
      ? chosen
      : ((await answerApi(request, chosen)) ?? unknownPath(request, chosen));
  if (response.type === 'error') {
    incoming.socket.resetAndDestroy();
    return;
  }
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  // Node would keep the headers until the first bytes of the body, which a body that hangs never sends.
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

/** Waits until the bytes have been sent. Without waiting, they would be lost if the body breaks off next. */
function sent(outgoing: ServerResponse, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    outgoing.write(bytes, (error) => (error ? reject(error) : resolve()));
  });
}

/** Sends the client the error in place of an answer, if that is still possible. */
function refuse(outgoing: ServerResponse, error: unknown): void {
  // If the client has left, or the body was broken off on purpose, the connection breaks as well.
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

/** A request that is too large or malformed. */
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
    // A body that is too large is still read to its end, because a client reads no answer before it has sent its
    // whole request.
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
