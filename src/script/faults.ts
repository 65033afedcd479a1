import { InvalidCompletionError, shorten } from '../engine/values/engine-errors.ts';
import { clientError } from './client-errors.ts';

/**
 * Something the model or the wire does wrong, on purpose.
 *
 * Damaged answers (all but status, reset and the two that never end, no-answer and hung-body) end in
 * InvalidCompletionError, with one trace message whatever the transport. What never ends is ended by
 * the run's signal, in a scenario by `timeoutMs`.
 */
export type Fault =
  /** An HTTP error. `body`: null for none; default the API's error body. */
  | { kind: 'status'; status: number; retryAfterMs?: number; body?: unknown }
  /** The connection breaks: APIConnectionError. */
  | { kind: 'reset' }
  /** Nothing ever comes. */
  | { kind: 'no-answer' }
  /** Headers, then nothing. */
  | { kind: 'hung-body' }
  | { kind: 'malformed-json' }
  | { kind: 'html' }
  | { kind: 'empty-choices' }
  | { kind: 'missing-choices' }
  | { kind: 'no-finish-reason' }
  /** Cut after so many chunks, by an error or a clean end. Unstreamed: a body cut short; the same error class. */
  | { kind: 'cut'; afterChunks: number; by: 'error' | 'end' }
  /** After so many chunks a frame that is no JSON. */
  | { kind: 'bad-frame'; afterChunks: number };

/** Which fields each kind takes beside `kind`, and whether the request fails before there is any content to damage. */
export const faultKinds: Readonly<
  Record<Fault['kind'], { fields: readonly string[]; failsRequest: boolean }>
> = {
  status: { fields: ['status', 'retryAfterMs', 'body'], failsRequest: true },
  reset: { fields: [], failsRequest: true },
  'no-answer': { fields: [], failsRequest: true },
  'hung-body': { fields: [], failsRequest: false },
  'malformed-json': { fields: [], failsRequest: false },
  html: { fields: [], failsRequest: false },
  'empty-choices': { fields: [], failsRequest: false },
  'missing-choices': { fields: [], failsRequest: false },
  'no-finish-reason': { fields: [], failsRequest: false },
  cut: { fields: ['afterChunks', 'by'], failsRequest: false },
  'bad-frame': { fields: ['afterChunks'], failsRequest: false },
};

/** The body the API sends with an error status. */
export function errorBody(status: number): unknown {
  const type =
    status === 429 ? 'rate_limit_exceeded' : status >= 500 ? 'server_error' : 'invalid_request_error';
  return { error: { message: `Scripted fault: status ${status}.`, type, param: null, code: null } };
}

/** When to try again, as the API says it, and as the standard does, in seconds: not every client reads the first. */
export function retryHeaders(retryAfterMs: number | undefined): Headers {
  if (retryAfterMs === undefined) return new Headers();
  return new Headers({ 'retry-after-ms': `${retryAfterMs}`, 'retry-after': `${retryAfterMs / 1000}` });
}

/** The error a client raises for a status: the openai client's class when it is installed, else one of the same name and status. */
export async function statusError(fault: Extract<Fault, { kind: 'status' }>): Promise<Error> {
  const { status, retryAfterMs } = fault;
  const body = fault.body === undefined ? errorBody(status) : fault.body;
  // As the client does it: a body that is JSON is the error, any other text is its message.
  const text = body === null ? '' : shorten(body, Infinity);
  const json = parsed(text);
  const message = json ? undefined : text;
  return await clientError({ status, body: json, message, headers: retryHeaders(retryAfterMs) });
}

function parsed(text: string): object | undefined {
  try {
    return JSON.parse(text) as object;
  } catch {
    return undefined;
  }
}

/** The error of an answer that broke off or is no JSON, as providers raise it that read real bodies. */
export function brokenAnswer(fault: Fault): InvalidCompletionError {
  const reasons: Partial<Record<Fault['kind'], string>> = {
    'malformed-json': 'it is not JSON',
    'bad-frame': 'a frame of its stream is not JSON',
    cut: 'it was cut off',
  };
  return new InvalidCompletionError(
    reasons[fault.kind] ?? 'it is damaged',
    `(scripted fault: ${fault.kind})`,
  );
}

/** Never settles, except that it rejects with the signal's reason. */
export function never(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal?.aborted) reject(signal.reason as Error);
    signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}
