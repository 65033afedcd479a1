import { http, passthrough, type RequestHandler } from 'msw';
import { isLive } from './live.ts';

/** Handlers of msw for everything below an address (default: any) that an API answers; undefined is passed on, and so is what a recording asks its live model. */
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
