import type { RequestHandler } from 'msw';
import type { CompletionProvider } from '../engine/model/provider.ts';
import type { Step } from '../script/steps.ts';
import { answerApi } from './api.ts';
import { apiHandlers } from './handlers.ts';
import { asProvider, servedApi } from './served-api.ts';

/**
 * Handlers for your own msw server. They answer the Chat Completions API from a provider or from steps: as JSON or
 * server-sent events, with real HTTP faults, and with requests validated as the API does it. `baseURL` defaults to
 * any host. `POST /responses` is answered with an error that says how to choose Chat Completions in the client.
 *
 * With your own server on msw 2, the openai client hangs when it retries after an error with a body. Use
 * `startMocking` instead. To find unused steps, pass a `scriptedProvider` and call its `assertComplete`. Throws a
 * ScriptMistakeError for a malformed step.
 */
export function chatCompletions(
  providerOrSteps: CompletionProvider | readonly Step[],
  options: { baseURL?: string | undefined } = {},
): RequestHandler[] {
  // Mistakes reach only the client, because these handlers belong to no test that could report them.
  const served = servedApi(asProvider(providerOrSteps), () => {});
  return apiHandlers((request) => answerApi(request, served), options.baseURL);
}
