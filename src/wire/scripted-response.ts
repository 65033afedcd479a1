import type { ChatCompletion, ChatCompletionChunk } from '../engine/model/provider.ts';
import { scriptedChunks, scriptedCompletion } from '../script/answers.ts';
import { damageCompletion, damageStream, htmlPage, type ArrivingStream } from '../script/damage.ts';
import { statusErrorName } from '../script/client-errors.ts';
import { errorBody, never, retryHeaders, type Fault } from '../script/faults.ts';
import type { Taken } from '../script/scripted-provider.ts';
import { withoutWatching } from './body-under-signal.ts';
import type { AnswerForm, Exchange } from './exchange.ts';
import { doneFrame, frameOf, streamBody } from './sse.ts';

/** The error that the reader of a broken body gets. */
class BrokenBodyError extends Error {
  override name = 'BrokenBodyError';
  constructor() {
    super('Scripted or recorded fault: the connection was closed in the middle of the body.');
  }
}

/** The response for a scripted answer, or for its fault. */
export async function scriptedResponse(
  { step, frame }: Taken,
  { stream, usage }: AnswerForm,
  exchange: Exchange,
  signal: AbortSignal,
): Promise<Response> {
  const { fault } = step;
  if (fault?.kind === 'no-answer') {
    exchange.error = { name: 'NoAnswer', message: 'no answer came' };
    return await never(signal);
  }
  if (fault?.kind === 'reset') {
    exchange.error = { name: 'APIConnectionError', message: 'connection error' };
    return Response.error();
  }
  if (fault?.kind === 'status') {
    const { status } = fault;
    exchange.error = { name: statusErrorName(status), message: `status ${status}`, status };
    return statusResponse(fault);
  }
  const whole = scriptedCompletion(usage === 'always' ? { usage: noUsage, ...step } : step, frame);
  exchange.completion = whole;
  if (fault) exchange.error = { name: 'InvalidCompletionError', message: 'no usable completion' };
  const onLeave = () => (exchange.isLeft = true);
  if (!stream) return completionResponse(damageCompletion(whole, fault), whole, fault, onLeave);
  const withUsage = usage === 'never' ? { ...step, usage: undefined } : step;
  const chunks = scriptedChunks(
    (usage === 'always' ? { usage: noUsage, ...withUsage } : withUsage) as typeof step,
    frame,
  );
  return streamResponse(damageStream(chunks, fault), fault, onLeave, signal);
}

/** The usage that is sent for a scripted answer without usage. */
const noUsage = { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 };

function statusResponse({ status, retryAfterMs, body }: Extract<Fault, { kind: 'status' }>): Response {
  const headers = retryHeaders(retryAfterMs);
  if (body === null || [204, 205, 304].includes(status)) return new Response(null, { status, headers });
  if (typeof body === 'string') return new Response(body, { status, headers });
  return Response.json(body ?? errorBody(status), { status, headers });
}

function completionResponse(
  arriving: ReturnType<typeof damageCompletion>,
  whole: ChatCompletion,
  fault: Fault | undefined,
  onLeave: () => void,
): Response {
  if (arriving === 'html') return pageResponse();
  const headers = { 'content-type': 'application/json' };
  const text = JSON.stringify(typeof arriving === 'string' ? whole : arriving);
  if (fault?.kind === 'hung-body') return new Response(hungBody(onLeave), { headers });
  if (typeof arriving !== 'string') return withoutWatching(new Response(text, { headers }));
  const part = [text.slice(0, Math.floor(text.length / 2))];
  return new Response(streamBody(arriving === 'broken' ? thenBreak(part) : part.values()), { headers });
}

function streamResponse(
  { chunks, end }: ArrivingStream,
  fault: Fault | undefined,
  onLeave: () => void,
  signal: AbortSignal,
): Response {
  if (end === 'html') return pageResponse();
  const headers = { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' };
  if (fault?.kind === 'hung-body') return new Response(hungBody(onLeave), { headers });
  return withoutWatching(new Response(streamBody(framesOf(chunks, end), onLeave, signal), { headers }));
}

function* framesOf(chunks: readonly ChatCompletionChunk[], end: ArrivingStream['end']): Generator<string> {
  for (const chunk of chunks) yield frameOf(JSON.stringify(chunk));
  if (end === 'broken') throw new BrokenBodyError();
  if (end === 'not-json') yield frameOf('{"id": "chatcmpl-');
  if (end !== 'cut') yield doneFrame;
}

function* thenBreak(parts: readonly string[]): Generator<string> {
  yield* parts;
  throw new BrokenBodyError();
}

/** A response whose body begins, and then breaks off. */
export function brokenResponse(): Response {
  const headers = { 'content-type': 'application/json' };
  return new Response(streamBody(thenBreak(['{"id": "chatcmpl-'])), { headers });
}

/** A body that never sends anything: the reader has to give up. */
function hungBody(onLeave: () => void): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    { pull: () => new Promise(() => {}), cancel: onLeave },
    { highWaterMark: 0 },
  );
}

function pageResponse(): Response {
  return new Response(htmlPage, { headers: { 'content-type': 'text/html' } });
}
