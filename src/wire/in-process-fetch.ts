import { answerApi, unknownPath } from './api.ts';
import { orAborted, underSignal } from './body-under-signal.ts';
import type { Served } from './respond.ts';

/** A `fetch` that is answered here, without a socket; what it is asked for elsewhere is no business of it. */
export function inProcessFetch(served: Served): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const response = await orAborted(answerApi(request, served), request.signal);
    return received(response ?? unknownPath(request), request.signal);
  };
}

/** A response as `fetch` hands it out: a broken connection is an error, and the body ends with the signal. */
export function received(response: Response, signal: AbortSignal): Response {
  if (response.type === 'error') throw new TypeError('Failed to fetch');
  return underSignal(response, signal);
}
