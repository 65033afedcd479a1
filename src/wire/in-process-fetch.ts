import type { CompletionOptions } from '../engine/model/provider.ts';
import { answerApi, unknownPath } from './api.ts';
import { orAborted, responseUnderSignal } from './body-under-signal.ts';
import type { ApiRequest, Served } from './respond.ts';

/** A `fetch` that answers in this process, without a socket. Any other path gets a 404. The provider is asked with `options`. */
export function inProcessFetch(served: Served, options?: CompletionOptions): typeof fetch {
  return async (input, init) => {
    const request = requestOf(input, init);
    const response = await orAborted(answerApi(request, served, options), request.signal);
    return received(response ?? unknownPath(request), request.signal);
  };
}

/** What is needed of a request. Made a Request, one with an address and a text costs as much as all the rest. */
export function requestOf(input: string | URL | Request, init: RequestInit | undefined): ApiRequest {
  const { body, method = 'GET', signal, headers } = init ?? {};
  const isPlain = typeof body === 'string' && method.toUpperCase() === 'POST';
  if (input instanceof Request || !isPlain) return new Request(input, init);
  return {
    url: String(input),
    method: 'POST',
    signal: signal ?? neverAborted,
    // Those that fetch would refuse are refused.
    headers: headers instanceof Headers ? headers : new Headers(headers),
    text: async () => body,
  };
}

const neverAborted = new AbortController().signal;

/** A response as `fetch` hands it out: a broken connection is an error, and the body ends with the signal. */
export function received(response: Response, signal: AbortSignal): Response {
  if (response.type === 'error') throw new TypeError('Failed to fetch');
  return responseUnderSignal(response, signal);
}
