import type { RequestHandler } from 'msw';
import type { CompletionProvider } from '../engine/model/provider.ts';
import type { Step } from '../script/steps.ts';
import { answerApi } from './api.ts';
import { apiHandlers } from './handlers.ts';
import { asProvider, servedApi } from './served-api.ts';

/**
 * Handlers for a msw server of your own that answer the Chat Completions API from any provider, or from steps: JSON and
 * server-sent events, HTTP faults as they are on the wire, requests checked as the API does it. `baseURL` defaults to every
 * host. `POST /responses` is answered with an error that says how to choose Chat Completions in the client that asked.
 *
 * Under a server of your own on msw 2 the openai client hangs when it tries again after an error with a body: use
 * `startMocking`. To hear of steps that are left over, pass a `scriptedProvider` and ask it (`assertComplete`). Throws a
 * ScriptMistakeError for a malformed step.
 */
export function chatCompletions(
  providerOrSteps: CompletionProvider | readonly Step[],
  options: { baseURL?: string | undefined } = {},
): RequestHandler[] {
  // Of mistakes the client is told: nobody else is there.
  const served = servedApi(asProvider(providerOrSteps), () => {});
  return apiHandlers((request) => answerApi(request, served), options.baseURL);
}
