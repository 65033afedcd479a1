import { isPlainObject } from '../../engine/values/copy.ts';
import { errorName, InvalidCompletionError, isError } from '../../engine/values/engine-errors.ts';
import {
  clientError,
  connectionError,
  namedError,
  statusErrorName,
  streamedError,
} from '../../script/client-errors.ts';
import { isMisfit } from '../../script/script-errors.ts';
import type { ErrorRecord } from './format.ts';
import type { LaneSecrets } from '../../secrets/lane-secrets.ts';
import type { Redactor } from '../../secrets/redactor.ts';
import { toJson } from './completion-record.ts';

/** The headers of an error that are kept: what says when to try again. No other is looked at. */
const keptHeaders = /^(?:retry-after(?:-ms)?|x-should-retry|x-ratelimit-[a-z-]+)$/;

const path = ['response', 'error'];

/**
 * Whether an error says nothing of the model: a test that does not fit its script or its cassette, or a key that is refused,
 * which is a matter of who records.
 */
export function isNotTheModels(error: unknown): boolean {
  const { status } = (isError(error) ? error : {}) as { status?: unknown };
  return isMisfit(error) || status === 401 || status === 403;
}

/** An error as it is stored: without secrets, and with those headers alone that are needed. */
export function errorRecord(error: unknown, redactor: Redactor, secrets: LaneSecrets): ErrorRecord {
  const hide = (text: string, field: string) => redactor.text(secrets, text, [...path, field]);
  const hideBody = (body: unknown) => redactor.data(secrets, toJson(body), [...path, 'body']);
  const name = errorName(error);
  if (error instanceof InvalidCompletionError)
    return { name, message: hide(error.reason, 'message'), body: hideBody(error.received) };
  const message = hide(isError(error) ? error.message : String(error), 'message');
  const { status, error: body, headers } = (isError(error) ? error : {}) as ApiErrorLike;
  if (typeof status !== 'number')
    return name === 'APIError' && isPlainObject(body)
      ? { name, message, body: hideBody(body) }
      : { name, message };
  const kept = headers instanceof Headers ? [...headers].filter(([header]) => keptHeaders.test(header)) : [];
  return {
    name,
    message: message.replace(new RegExp(`^${status} `), ''),
    status,
    ...(kept.length > 0 && { headers: Object.fromEntries(kept) }),
    ...(body !== undefined && body !== null && { body: hideBody(body) }),
  };
}

/** The error that was stored, of the class a client raises where it is one of those. */
export async function errorOf(record: ErrorRecord, secrets: LaneSecrets): Promise<Error> {
  const { name, status, headers } = record;
  const message = secrets.reveal(record.message);
  const body = secrets.revealData(record.body);
  if (name === 'InvalidCompletionError') return new InvalidCompletionError(message, body);
  if (name === 'APIConnectionError' || name === 'APIConnectionTimeoutError')
    return await connectionError(name);
  if (status === undefined)
    return isPlainObject(body) ? await streamedError(body, message) : namedError(name, message);
  const sent = new Headers(headers);
  if (name === statusErrorName(status))
    return await clientError({
      status,
      body: body === undefined ? undefined : { error: body },
      message,
      headers: sent,
    });
  return Object.assign(namedError(name, `${status} ${message}`), { status, headers: sent, error: body });
}

interface ApiErrorLike {
  status?: unknown;
  error?: unknown;
  headers?: unknown;
}
