import { syncBuiltinESMExports } from 'node:module';
import { getResponse, http, passthrough, type RequestHandler } from 'msw';
import { setupServer } from 'msw/node';
import { orAborted } from './body-under-signal.ts';
import { AllowedHosts, blocked, guardSockets } from './guard.ts';
import { received, requestOf } from './in-process-fetch.ts';
import { isLive } from './live.ts';
import { mockFor } from './mock-model.ts';
import { changeMocking } from './mocking-state.ts';
import { combined, takeReports } from './reports.ts';
import { noRetry } from './respond.ts';

/** How mocking is started. */
export interface MockingOptions {
  /** Handlers of msw for your own APIs; asked after the mocked models. */
  handlers?: readonly RequestHandler[] | undefined;
  /** Hosts that may be reached all the same: "api.example.com", "10.0.0.2:5432". Loopback always may. */
  allow?: readonly string[] | undefined;
}

const handlerLists: (readonly RequestHandler[])[] = [];
const allowed = new AllowedHosts();
let stopAll = () => {};

/**
 * What the setup file does, for other runners: from here on mocked models answer the clients that are built, and no request
 * leaves the machine. Calls add up; `close` takes back what its call added, and throws requests that were blocked and of which
 * no test has been told.
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

/** What recordings are asking live models for. */
const liveUrls: string[] = [];

/** Beneath `fetch`: msw 3 hears what is let through once more. */
const live = http.all('*', ({ request }) => (liveUrls.includes(request.url) ? passthrough() : undefined));

/**
 * Begins to intercept. msw alone does not do: with msw 2 the openai client hangs when it tries again after an error with a
 * body, when a stream is left, and when a body that hangs is aborted; msw 3 loses the errors of streams. So `fetch` is
 * replaced by one that asks msw's handlers and hands their response on as it is; msw's own server is there for clients that
 * use node:http.
 */
function begin(): () => void {
  const native = globalThis.fetch;
  const server = setupServer(live, models, others);
  const mocked: typeof fetch = async (input, init) => {
    if (isLive()) return await askLive(new Request(input, init), native);
    // Models first, and without msw: it would read each request and each answer once more.
    const request = requestOf(input, init);
    const answer = mockFor(request)?.answer(request);
    const response = answer && (await orAborted(answer, request.signal));
    if (response) return received(response, request.signal);
    return await askOthers(request instanceof Request ? request : new Request(input, init), native);
  };
  // Also beneath msw's: when a server of the test's own is closed, msw takes away every `fetch` of its own.
  globalThis.fetch = mocked;
  // Beneath msw's, too: msw 3 intercepts sockets itself, and what it lets through meets the guard.
  const stopGuard = guardSockets(allowed);
  // The names of the option in msw 2 and in msw 3.
  const options = { onUnhandledRequest: 'bypass', onUnhandledFrame: 'bypass' } as const;
  server.listen(options);
  // For those who import `request` of node:https by its name.
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

/** What a recording asks its live model: the one thing that may leave the machine unasked. */
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

/** The handlers, else the network. */
async function askOthers(request: Request, native: typeof fetch): Promise<Response> {
  const response = await orAborted(getResponse(handlerLists.flat(), request), request.signal);
  return response ? received(response, request.signal) : await passOn(request, native);
}

async function passOn(request: Request, native: typeof fetch): Promise<Response> {
  const { hostname, port, protocol, pathname, origin } = new URL(request.url);
  if (!/^https?:$/.test(protocol)) return await native(request);
  if (allowed.has(hostname, port || (protocol === 'https:' ? '443' : '80'))) return await native(request);
  const isApi = /\/(chat\/completions|responses)$/.test(pathname);
  const error = blocked(
    `${request.method} ${origin}${pathname}`,
    isApi
      ? 'No live mockModel answers it. Make one in this test, or see whether its test has ended or it was disposed of.'
      : 'Mock it (handlers of startMocking; a msw server of your own is not asked), or list the host in "allow".',
  );
  // A client would take a broken connection for something to try again.
  if (isApi)
    return Response.json(
      { error: { message: error.message, type: 'swarmcheck_error' } },
      { status: 503, headers: noRetry },
    );
  throw new TypeError('fetch failed', { cause: error });
}
