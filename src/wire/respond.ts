import { optionsUnderSignal } from '../engine/run/run-of.ts';
import { copyData, freezeData, isPlainObject } from '../engine/values/copy.ts';
import { errorName, InvalidCompletionError } from '../engine/values/engine-errors.ts';
import { ChunkFold } from '../engine/model/fold-chunks.ts';
import type {
  ChatCompletionChunk,
  CompletionOptions,
  CompletionProvider,
  CompletionRequest,
} from '../engine/model/provider.ts';
import { problemsBySchema } from '../engine/tools/arguments.ts';
import { statusErrorName } from '../script/client-errors.ts';
import { scriptedAnswersOf } from '../script/scripted-provider.ts';
import { withoutWatching } from './body-under-signal.ts';
import { refusalOf, unparsableBody, type ApiErrorBody } from './request-problems.ts';
import type { AnswerForm, Exchange, WireLog } from './exchange.ts';
import { brokenResponse, scriptedResponse } from './scripted-response.ts';
import { doneFrame, frameOf, streamBody } from './sse.ts';

/** A provider that is served over HTTP. */
export interface Served {
  readonly provider: CompletionProvider;
  /** The exchanges so far. */
  readonly log: WireLog;
  /**
   * Called with a mistake in the test: a request beyond the script, or a provider that throws something other than an
   * error of the API.
   */
  readonly onMistake: (error: unknown) => void;
  /** Whether requests are validated against the rules of the API. */
  readonly validatesRequests: boolean;
  /** Whether a scripted answer without usage is sent with counts of 0, since clients expect counts from a server. */
  readonly fillsUsage: boolean;
  /** Waits for the latency of a scripted answer. If absent, the answer is sent at once. */
  readonly wait?: ((latencyMs: number, signal: AbortSignal) => Promise<void>) | undefined;
  /** Called with each exchange when its response is ready to be sent. */
  readonly onExchange?: ((exchange: Exchange) => void) | undefined;
}

/** The parts of a request that are needed to answer it. A `Request` of `fetch` has them. */
export interface ApiRequest {
  readonly url: string;
  readonly method: string;
  readonly signal: AbortSignal;
  readonly headers: { get(name: string): string | null };
  text(): Promise<string>;
}

/** The header that names the conversation of a request. */
export const conversationHeader = 'x-swarmcheck-conversation';

/** Answers `POST /chat/completions` as the API does (API reference, "Create chat completion"). */
export async function respond(
  request: ApiRequest,
  served: Served,
  options: CompletionOptions = {},
): Promise<Response> {
  try {
    return await answered(request, served, options);
  } catch (error) {
    if ((options.signal ?? request.signal).aborted) throw error;
    served.onMistake(error);
    return mistakeResponse(error);
  }
}

async function answered(request: ApiRequest, served: Served, options: CompletionOptions): Promise<Response> {
  const signal = options.signal ?? request.signal;
  await loadValidator();
  const body = await readBody(request);
  const refusal =
    body === notJson
      ? unparsableBody()
      : served.validatesRequests || !isRequest(body)
        ? refusalOf(body)
        : undefined;
  if (refusal) return refuse(refusal, body, served);
  const { stream, stream_options: streamOptions, ...rest } = body as RequestBody;
  // The body was parsed here, so no other code holds it, and it can be frozen without a copy.
  const kept = freezeData<CompletionRequest>(rest);
  const exchange = served.log.add(kept);
  const isAsked = !stream || streamOptions?.include_usage === true;
  const form: AnswerForm = {
    stream: stream === true,
    usage: isAsked ? (served.fillsUsage ? 'always' : 'given') : 'never',
  };
  try {
    const take = scriptedAnswersOf(served.provider);
    if (take) {
      const taken = await take(kept, signal, options);
      if (taken.step.latencyMs) await served.wait?.(taken.step.latencyMs, signal);
      return await scriptedResponse(taken, form, exchange, signal);
    }
    const asked = ownArrays(kept);
    const conversation = options.conversation ?? request.headers.get(conversationHeader) ?? undefined;
    const all =
      conversation === options.conversation
        ? optionsUnderSignal(options, signal)
        : { ...options, signal, conversation };
    return form.stream
      ? await streamedResponse(served.provider.stream(asked, all), form, exchange)
      : await wholeResponse(served.provider, asked, all, exchange);
  } catch (error) {
    exchange.error ??= { name: errorName(error), message: errorName(error) };
    if (signal.aborted) {
      exchange.isLeft = true;
      throw error;
    }
    return errorResponse(error, exchange);
  } finally {
    served.onExchange?.(exchange);
  }
}

/**
 * A shallow copy: the provider owns the request and its arrays, as it does with a request of the engine. The messages
 * and tools in the arrays are shared.
 */
function ownArrays(request: CompletionRequest): CompletionRequest {
  const { messages, tools } = request;
  return { ...request, messages: [...messages], ...(tools && { tools: [...tools] }) };
}

let isValidatorLoaded = false;

/** Loads the schema validator, so that a trace can validate calls without waiting. */
export async function loadValidator(): Promise<void> {
  if (isValidatorLoaded) return;
  await problemsBySchema('', {}, {});
  isValidatorLoaded = true;
}

type RequestBody = CompletionRequest & { stream?: boolean; stream_options?: { include_usage?: boolean } };

const notJson = Symbol('not JSON');

async function readBody(request: ApiRequest): Promise<unknown> {
  try {
    return JSON.parse(await request.text()) as unknown;
  } catch {
    return notJson;
  }
}

function isRequest(body: unknown): boolean {
  return isPlainObject(body) && typeof body['model'] === 'string' && Array.isArray(body['messages']);
}

function refuse(refusal: ApiErrorBody, body: unknown, { log }: Served): Response {
  if (isPlainObject(body) && Array.isArray(body['messages'])) {
    const { stream: _stream, stream_options: _options, ...rest } = body;
    const exchange = log.add(freezeData(copyData(rest)) as unknown as CompletionRequest);
    exchange.error = { name: 'BadRequestError', message: 'status 400', status: 400 };
  }
  return Response.json(refusal, { status: 400, headers: noRetry });
}

/** Tells clients not to retry: they would retry a status of 500, but a mistake in a test does not go away. */
export const noRetry: Readonly<Record<string, string>> = { 'x-should-retry': 'false' };

async function wholeResponse(
  provider: CompletionProvider,
  request: CompletionRequest,
  options: CompletionOptions,
  exchange: Exchange,
): Promise<Response> {
  const completion = await provider.complete(request, options);
  exchange.completion = completion;
  // The body is complete, so it need not be tied to the signal.
  return withoutWatching(Response.json(completion));
}

/**
 * Waits for the first chunk before it responds, so that an error until then becomes a status, not a broken stream.
 */
async function streamedResponse(
  stream: AsyncIterable<ChatCompletionChunk>,
  { usage }: AnswerForm,
  exchange: Exchange,
): Promise<Response> {
  const chunks = stream[Symbol.asyncIterator]();
  const fold = new ChunkFold();
  let next = await chunks.next();
  async function* frames(): AsyncGenerator<string> {
    while (!next.done) {
      fold.add(next.value);
      exchange.completion = fold.completion();
      if (usage !== 'never' || next.value.choices.length > 0) yield frameOf(JSON.stringify(next.value));
      next = await chunks.next();
    }
    yield doneFrame;
  }
  const leave = () => {
    exchange.isLeft = true;
    // The source is not awaited, because one that hangs would delay the reader that leaves the stream.
    void Promise.resolve(chunks.return?.()).catch(() => {});
  };
  const headers = { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' };
  return new Response(streamBody(frames(), leave), { headers });
}

/** The response for an error of the API. Any other error is a mistake in the test, and is thrown again. */
function errorResponse(thrown: unknown, exchange: Exchange): Response {
  const { status, headers, error: body } = (isReference(thrown) ? thrown : {}) as ApiErrorLike;
  // The name is compared as well, because an error with a status but another name is a mistake in the test.
  if (
    typeof status === 'number' &&
    status >= 400 &&
    status < 600 &&
    errorName(thrown) === statusErrorName(status)
  ) {
    exchange.error = { name: errorName(thrown), message: `status ${status}`, status };
    const sent = new Headers(headers instanceof Headers ? headers : {});
    sent.delete('content-length');
    sent.delete('content-encoding');
    return body === undefined || body === null
      ? new Response(null, { status, headers: sent })
      : Response.json({ error: body }, { status, headers: sent });
  }
  if (errorName(thrown).startsWith('APIConnection')) return Response.error();
  // An answer that broke off, or was not JSON, is sent as a broken body.
  if (thrown instanceof InvalidCompletionError) {
    exchange.error = { name: thrown.name, message: 'no usable completion' };
    return brokenResponse();
  }
  throw thrown;
}

/** The response that a client gets for a mistake in the test. */
function mistakeResponse(thrown: unknown): Response {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const answer = { error: { message, type: 'swarmcheck_error', param: null, code: errorName(thrown) } };
  return Response.json(answer, { status: 500, headers: noRetry });
}

interface ApiErrorLike {
  status?: unknown;
  headers?: unknown;
  error?: unknown;
}

function isReference(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
