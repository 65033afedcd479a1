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

/** A request as clients make it, with an address and a text, costs as much as all the rest when it is made a Request. */
function requestOf(input: string | URL | Request, init: RequestInit | undefined): ApiRequest {
  const { body, method = 'GET', signal } = init ?? {};
  if (input instanceof Request || typeof body !== 'string') return new Request(input, init);
  return {
    url: String(input),
    method: method.toUpperCase(),
    signal: signal ?? neverAborted,
    // Made when it is looked at, which is seldom.
    headers: { get: (name) => new Headers(init?.headers).get(name) },
    text: async () => body,
  };
}

const neverAborted = new AbortController().signal;

/** A response as `fetch` hands it out: a broken connection is an error, and the body ends with the signal. */
export function received(response: Response, signal: AbortSignal): Response {
  if (response.type === 'error') throw new TypeError('Failed to fetch');
  return underSignal(response, signal);
}
