import { getResponse, http, type RequestHandler } from 'msw';

export { getResponse };

/** Handlers of msw for everything below an address (default: any) that an API answers; undefined is passed on. */
export function apiHandlers(
  answer: (request: Request) => Promise<Response | undefined>,
  baseURL = '*',
): RequestHandler[] {
  return [http.all(`${baseURL.replace(/\/+$/, '')}/*`, async ({ request }) => await answer(request))];
}
