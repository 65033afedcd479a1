import { syncBuiltinESMExports } from 'node:module';
import { getResponse, http, passthrough, type RequestHandler } from 'msw';
import { setupServer } from 'msw/node';
import { orAborted } from './body-under-signal.ts';
import { AllowedHosts, allowWords, blocked, guardSockets } from './guard.ts';
import { received, requestOf } from './in-process-fetch.ts';
import { isLive } from './live.ts';
import { mockFor } from './mock-model.ts';
import { changeMocking } from './mocking-state.ts';
import { combined, takeReports } from './reports.ts';
import { noRetry } from './respond.ts';

/** Options of `startMocking`. */
export interface MockingOptions {
  /** msw handlers for your own APIs. They are tried after the mocked models. */
  handlers?: readonly RequestHandler[] | undefined;
  /** Hosts that may be reached, such as "api.example.com" or "10.0.0.2:5432". Loopback is always allowed. */
  allow?: readonly string[] | undefined;
}

const handlerLists: (readonly RequestHandler[])[] = [];
const allowed = new AllowedHosts();
let stopAll = () => {};

/**
 * Does the same as the setup file, for other test runners. From now on, mocked models answer the clients that are
 * created, and no request leaves the machine. `startMocking` may be called several times. Each `close` undoes its own
 * call, and throws an error for blocked requests that no test has reported. Throws a TypeError if `allow` lists
 * something that is not a host.
 */
export function startMocking({ handlers = [], allow = [] }: MockingOptions = {}): { close(): void } {
  const disallow = allowed.add(allow);
  handlerLists.push(handlers);
  if (changeMocking(1)) stopAll = begin();
  let isClosed = false;
  return {
    close() {
      if (isClosed) return;
      isClosed = true;
      disallow();
      handlerLists.splice(handlerLists.indexOf(handlers), 1);
      if (changeMocking(-1)) stopAll();
      const errors = takeReports(() => true);
      if (errors.length > 0) throw combined(errors);
    },
  };
}

const models = http.all('*', async ({ request }) => await mockFor(request)?.answer(request));
const others = http.all('*', async ({ request }) => await getResponse(handlerLists.flat(), request));

/** The URLs of running requests to live models. */
const liveUrls: string[] = [];

/** Lets a live request pass. msw 3 intercepts it a second time, at its socket. */
const live = http.all('*', ({ request }) => (liveUrls.includes(request.url) ? passthrough() : undefined));

/**
 * Starts to intercept requests. msw alone is not enough. With msw 2, the openai client hangs when it retries after an
 * error with a body, when a stream is left, and when a body that hangs is aborted. msw 3 loses the errors of streams.
 * So `fetch` is replaced by a function that asks msw's handlers and returns their response unchanged. msw's own
 * server serves clients that use node:http.
 */
function begin(): () => void {
  const native = globalThis.fetch;
  const server = setupServer(live, models, others);
  const mocked: typeof fetch = async (input, init) => {
    if (isLive()) return await askLive(new Request(input, init), native);
    // The models are asked first, and without msw, which would read each request and each answer a second time.
    const request = requestOf(input, init);
    const answer = mockFor(request)?.answer(request);
    const response = answer && (await orAborted(answer, request.signal));
    if (response) return received(response, request.signal);
    return await askOthers(request instanceof Request ? request : new Request(input, init), native);
  };
  // Also set below msw's own `fetch`. When a test closes an msw server of its own, msw removes its `fetch`, and this
  // one remains.
  globalThis.fetch = mocked;
  // Installed before msw, so that the guard is below msw. msw 3 intercepts sockets itself, and those that it lets
  // through reach the guard.
  const stopGuard = guardSockets(allowed);
  // The same option under two names: the first is for msw 2, the second for msw 3.
  const options = { onUnhandledRequest: 'bypass', onUnhandledFrame: 'bypass' } as const;
  server.listen(options);
  // Makes the functions that msw has replaced visible to code that imports `request` of node:https by name.
  syncBuiltinESMExports();
  const intercepted = globalThis.fetch;
  globalThis.fetch = mocked;
  return () => {
    globalThis.fetch = intercepted;
    server.close();
    stopGuard();
    syncBuiltinESMExports();
    globalThis.fetch = native;
  };
}

/**
 * Sends the request of a recording to its live model: the only request that may leave the machine without `allow`.
 */
async function askLive(request: Request, native: typeof fetch): Promise<Response> {
  const { host, hostname } = new URL(request.url);
  const disallow = allowed.add([host, hostname]);
  liveUrls.push(request.url);
  try {
    return await native(request);
  } finally {
    liveUrls.splice(liveUrls.indexOf(request.url), 1);
    disallow();
  }
}

/** Asks the handlers, then the network. */
async function askOthers(request: Request, native: typeof fetch): Promise<Response> {
  const response = await orAborted(getResponse(handlerLists.flat(), request), request.signal);
  return response ? received(response, request.signal) : await passOn(request, native);
}

async function passOn(request: Request, native: typeof fetch): Promise<Response> {
  const { host, hostname, port, protocol, pathname, origin } = new URL(request.url);
  if (!/^https?:$/.test(protocol)) return await native(request);
  if (allowed.has(hostname, port || (protocol === 'https:' ? '443' : '80'))) return await native(request);
  const isApi = /\/(chat\/completions|responses)$/.test(pathname);
  const error = blocked(
    `${request.method} ${origin}${pathname}`,
    isApi
      ? 'No mocked model answers it. Call model([…]), the fixture of swarmcheck/vitest, or mockModel([…]) in this test. If it is called, check whether its test has ended or it was disposed of.'
      : `Mock it, or allow its host, in a setup file: startMocking({ handlers: […] }) or ${allowWords(host)}. Your own msw server does not get this request.`,
  );
  // The client gets a response, not a connection error, because clients retry after a broken connection.
  if (isApi)
    return Response.json(
      { error: { message: error.message, type: 'swarmcheck_error' } },
      { status: 503, headers: noRetry },
    );
  throw new TypeError('fetch failed', { cause: error });
}
