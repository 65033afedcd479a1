import type { CompletionOptions } from '../engine/model/provider.ts';
import { noRetry, respond, type ApiRequest, type Served } from './respond.ts';

/**
 * Answers `POST …/chat/completions`, and `POST …/responses` with an error that says how to choose Chat Completions.
 * Returns undefined for any other request.
 */
export async function answerApi(
  request: ApiRequest,
  served: Served,
  options?: CompletionOptions,
): Promise<Response | undefined> {
  const { pathname } = new URL(request.url);
  if (request.method !== 'POST') return undefined;
  const isServed = pathname.endsWith('/chat/completions');
  if (!isServed && !pathname.endsWith('/responses')) return undefined;
  const answered = served.log.arrivals.add(request);
  if (isServed) return answered(await respond(request, served, options));
  const error = new UnsupportedApiError();
  served.onMistake(error);
  return answered(errorResponse(error.message, 404));
}

/** The 404 for a request that `answerApi` does not answer. */
export function unknownPath(request: ApiRequest, { log }: Served): Response {
  const { pathname } = new URL(request.url);
  return log.arrivals.add(request)(
    errorResponse(
      `Only POST /chat/completions is available here, but the request was ${request.method} ${pathname}. Check the base URL: it usually ends with /v1.`,
      404,
    ),
  );
}

/** Reported when a client calls the Responses API, which is not available. */
class UnsupportedApiError extends Error {
  override readonly name = 'UnsupportedApiError';
  constructor() {
    super(
      'The client called POST /responses, the Responses API, but only Chat Completions is available. Choose it in the client: ' +
        'openai: client.chat.completions.create(…). @openai/agents: setOpenAIAPI("chat_completions"). ' +
        'ai: openai.chat("model"), not openai("model"). LangChain: new ChatOpenAI({ useResponsesApi: false }).',
    );
  }
}

function errorResponse(message: string, status: number): Response {
  const error = { message, type: 'invalid_request_error', param: null, code: null };
  return Response.json({ error }, { status, headers: noRetry });
}
