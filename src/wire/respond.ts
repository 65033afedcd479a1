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

/** A provider as it is served over HTTP. */
export interface Served {
  readonly provider: CompletionProvider;
  /** What went over the wire. */
  readonly log: WireLog;
  /** Told of what no model could mean: a request beyond the script, a provider that throws what is no error of the API. */
  readonly onMistake: (error: unknown) => void;
  /** Whether requests are held against the rules of the API. */
  readonly validatesRequests: boolean;
  /** Whether a script without usage is sent with counts of 0, as clients expect counts from a server. */
  readonly fillsUsage: boolean;
  /** Waits for as long as a scripted answer takes; absent where nobody waits for that. */
  readonly wait?: ((latencyMs: number, signal: AbortSignal) => Promise<void>) | undefined;
  /** Told of each request when what it is answered with is certain. */
  readonly onExchange?: ((exchange: Exchange) => void) | undefined;
}

/** What is needed of a request; one of `fetch` is one. */
export interface ApiRequest {
  readonly url: string;
  readonly method: string;
  readonly signal: AbortSignal;
  readonly headers: { get(name: string): string | null };
  text(): Promise<string>;
}

/** Names the conversation that a request belongs to. */
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
  await validatorLoaded();
  const body = await readBody(request);
  const refusal =
    body === notJson
      ? unparsableBody()
      : served.validatesRequests || !isRequest(body)
        ? refusalOf(body)
        : undefined;
  if (refusal) return refuse(refusal, body, served);
  const { stream, stream_options: streamOptions, ...rest } = body as RequestBody;
  // Parsed here, so nobody else has it.
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
      const taken = await take(kept, signal);
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

/** A request as the engine makes them: itself and its arrays are the provider's own, what is in them is shared. */
function ownArrays(request: CompletionRequest): CompletionRequest {
  const { messages, tools } = request;
  return { ...request, messages: [...messages], ...(tools && { tools: [...tools] }) };
}

let isValidatorLoaded = false;

/** So that calls can be judged at once when somebody asks for the trace. */
async function validatorLoaded(): Promise<void> {
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

/** What is not to be tried again: a client would try a status of 500, and a mistake in a test stays one. */
export const noRetry: Readonly<Record<string, string>> = { 'x-should-retry': 'false' };

async function wholeResponse(
  provider: CompletionProvider,
  request: CompletionRequest,
  options: CompletionOptions,
  exchange: Exchange,
): Promise<Response> {
  const completion = await provider.complete(request, options);
  exchange.completion = completion;
  // All of it is here: there is nothing to be watched.
  return withoutWatching(Response.json(completion));
}

/** The first chunk is waited for: what fails before it is a status, not a broken stream. */
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
    // Not awaited: a source that hangs would keep whoever leaves the stream from going on.
    void Promise.resolve(chunks.return?.()).catch(() => {});
  };
  const headers = { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' };
  return new Response(streamBody(frames(), leave), { headers });
}

/** An error of the API is sent as what it is; any other is a mistake in the test, and thrown. */
function errorResponse(thrown: unknown, exchange: Exchange): Response {
  const { status, headers, error: body } = (isReference(thrown) ? thrown : {}) as ApiErrorLike;
  // By its name as well: an error of the test's own may have a status, and is to come out as what it is.
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
  // What broke off, or was no JSON, does so once more.
  if (thrown instanceof InvalidCompletionError) {
    exchange.error = { name: thrown.name, message: 'no usable completion' };
    return brokenResponse();
  }
  throw thrown;
}

/** What a mistake in the test is to the client. */
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
