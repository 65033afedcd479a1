import { answerApi, unknownPath } from './api.ts';
import { orAborted, underSignal } from './body-under-signal.ts';
import type { ApiRequest, Served } from './respond.ts';

/** A `fetch` that is answered here, without a socket; what it is asked for elsewhere is no business of it. */
export function inProcessFetch(served: Served): typeof fetch {
  return async (input, init) => {
    const request = requestOf(input, init);
    const response = await orAborted(answerApi(request, served), request.signal);
    return received(response ?? unknownPath(request), request.signal);
  };
}

/** What is needed of a request. Made a Request, one with an address and a text costs as much as all the rest. */
export function requestOf(input: string | URL | Request, init: RequestInit | undefined): ApiRequest {
  const { body, method = 'GET', signal } = init ?? {};
  if (input instanceof Request || typeof body !== 'string') return new Request(input, init);
  return {
    url: String(input),
    method: method.toUpperCase(),
    signal: signal ?? neverAborted,
    headers: { get: (name) => headerOf(init?.headers, name) },
    text: async () => body,
  };
}

/** `name` in lower case. Headers are made only where there may be such a one. */
function headerOf(headers: RequestInit['headers'], name: string): string | null {
  if (headers instanceof Headers) return headers.get(name);
  if (headers && Symbol.iterator in headers) return new Headers(headers).get(name);
  const isThere = Object.keys(headers ?? {}).some((key) => key.toLowerCase() === name);
  return isThere ? new Headers(headers).get(name) : null;
}

const neverAborted = new AbortController().signal;

/** A response as `fetch` hands it out: a broken connection is an error, and the body ends with the signal. */
export function received(response: Response, signal: AbortSignal): Response {
  if (response.type === 'error') throw new TypeError('Failed to fetch');
  return underSignal(response, signal);
}
