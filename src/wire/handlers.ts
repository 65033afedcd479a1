import { http, passthrough, type RequestHandler } from 'msw';
import { isLive } from './live.ts';

/**
 * The msw handlers for all requests below an address (default: any host). A request goes on to other handlers if
 * `answer` returns undefined, and to the network if a recording sends it to its live model.
 */
export function apiHandlers(
  answer: (request: Request) => Promise<Response | undefined>,
  baseURL = '*',
): RequestHandler[] {
  return [
    http.all(`${baseURL.replace(/\/+$/, '')}/*`, async ({ request }) =>
      isLive() ? passthrough() : await answer(request),
    ),
  ];
}
