import { InvalidCompletionError, shorten } from '../engine/values/engine-errors.ts';
import { clientError } from './client-errors.ts';

/**
 * Something that the model or the wire does wrong, on purpose.
 *
 * Damaged answers (all kinds except status, reset, no-answer and hung-body) end in InvalidCompletionError, with the
 * same message in the trace for every transport. The kinds that never end, no-answer and hung-body, last until the
 * run's signal is aborted; in a scenario `timeoutMs` aborts it.
 */
export type Fault =
  /** An HTTP error. `body`: null for an empty body; default: the API's error body. */
  | { kind: 'status'; status: number; retryAfterMs?: number; body?: unknown }
  /** The connection breaks: the client throws APIConnectionError. */
  | { kind: 'reset' }
  /** No answer arrives, not even headers. */
  | { kind: 'no-answer' }
  /** Headers arrive, then nothing. */
  | { kind: 'hung-body' }
  | { kind: 'malformed-json' }
  | { kind: 'html' }
  | { kind: 'empty-choices' }
  | { kind: 'missing-choices' }
  | { kind: 'no-finish-reason' }
  /**
   * The stream stops after this many chunks, with an error or with a clean end. An unstreamed answer is cut in the
   * middle of its body. In each case the run ends in InvalidCompletionError.
   */
  | { kind: 'cut'; afterChunks: number; by: 'error' | 'end' }
  /** After this many chunks a frame arrives that is not JSON. */
  | { kind: 'bad-frame'; afterChunks: number };

/** The fields of each kind besides `kind`, and whether the request fails before there is any content to damage. */
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

/** The body that the API sends with an error status. */
export function errorBody(status: number): unknown {
  const type =
    status === 429 ? 'rate_limit_exceeded' : status >= 500 ? 'server_error' : 'invalid_request_error';
  return { error: { message: `Scripted fault: status ${status}.`, type, param: null, code: null } };
}

/**
 * The headers that say when to retry. The API's own header is in milliseconds. The standard header, in seconds, is
 * sent too, because not every client reads the API's own.
 */
export function retryHeaders(retryAfterMs: number | undefined): Headers {
  if (retryAfterMs === undefined) return new Headers();
  return new Headers({ 'retry-after-ms': `${retryAfterMs}`, 'retry-after': `${retryAfterMs / 1000}` });
}

/**
 * The error that a client throws for a status: the openai client's class if it is installed, otherwise an error with
 * the same name and status.
 */
export async function statusError(fault: Extract<Fault, { kind: 'status' }>): Promise<Error> {
  const { status, retryAfterMs } = fault;
  const body = fault.body === undefined ? errorBody(status) : fault.body;
  // Like the openai client, take a JSON body as the error, and any other text as the error's message.
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

/** The error for an answer that broke off or is not JSON. Providers that read real bodies throw the same error. */
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

/** Never resolves. Rejects with the signal's reason when the signal is aborted. */
export function never(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal?.aborted) reject(signal.reason as Error);
    signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}
