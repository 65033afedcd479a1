import type { CompletionOptions } from '../engine/model/provider.ts';
import { answerApi, unknownPath } from './api.ts';
import { orAborted, responseUnderSignal } from './body-under-signal.ts';
import type { ApiRequest, Served } from './respond.ts';

/**
 * A `fetch` that answers in this process, without a socket. Any path outside the API gets a 404. `options` are passed
 * to the provider.
 */
export function inProcessFetch(served: Served, options?: CompletionOptions): typeof fetch {
  return async (input, init) => {
    const request = requestOf(input, init);
    const response = await orAborted(answerApi(request, served, options), request.signal);
    return received(response ?? unknownPath(request, served), request.signal);
  };
}

/**
 * The parts of a request that are needed to answer it. A POST with a text body avoids `new Request`, which costs as
 * much as all other work on the request.
 */
export function requestOf(input: string | URL | Request, init: RequestInit | undefined): ApiRequest {
  const { body, method = 'GET', signal, headers } = init ?? {};
  const isPlain = typeof body === 'string' && method.toUpperCase() === 'POST';
  if (input instanceof Request || !isPlain) return new Request(input, init);
  return {
    url: String(input),
    method: 'POST',
    signal: signal ?? neverAborted,
    // Throws for headers that fetch would refuse.
    headers: headers instanceof Headers ? headers : new Headers(headers),
    text: async () => body,
  };
}

const neverAborted = new AbortController().signal;

/** A response as `fetch` returns it: a broken connection throws, and the body ends when the signal is aborted. */
export function received(response: Response, signal: AbortSignal): Response {
  if (response.type === 'error') throw new TypeError('Failed to fetch');
  return responseUnderSignal(response, signal);
}
