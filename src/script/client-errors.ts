import type { APIError as APIErrorClass } from 'openai';

/** An error of the API, as it arrives over the wire. */
interface StatusAnswer {
  status: number;
  /** The body, with the error under "error", as the API sends it. Undefined if the body is not JSON. */
  body: object | undefined;
  /** The message of an answer without a JSON body. */
  message?: string | undefined;
  headers: Headers;
}

/**
 * The error that a client throws for this answer: the openai client's class if it is installed, otherwise an error
 * with the same name and status.
 */
export async function clientError({ status, body, message, headers }: StatusAnswer): Promise<Error> {
  const openai = await loadOpenai();
  if (openai) return openai.APIError.generate(status, body, message, headers);
  const name = statusErrorName(status);
  return Object.assign(namedError(name, `${status} ${message || name}`), { status, headers });
}

/** The error that a client throws for an error within a stream. It has no status. */
export async function streamedError(body: object, message: string): Promise<Error> {
  const openai = await loadOpenai();
  if (!openai) return Object.assign(namedError('APIError', message), { error: body });
  return new openai.APIError(undefined, body, message, undefined);
}

/** The error that a client throws if the connection breaks, or if no answer arrives in time. */
export async function connectionError(name: ConnectionErrorName = 'APIConnectionError'): Promise<Error> {
  const openai = await loadOpenai();
  if (!openai) return namedError(name, 'Connection error.');
  return name === 'APIConnectionError'
    ? new openai.APIConnectionError({ cause: new Error('the connection was broken') })
    : new openai.APIConnectionTimeoutError();
}

/** The names of the openai client's classes for connection errors. */
type ConnectionErrorName = 'APIConnectionError' | 'APIConnectionTimeoutError';

/** The name of the openai client's error class for a status. */
export function statusErrorName(status: number): string {
  return statusNames[status] ?? (status >= 500 ? 'InternalServerError' : 'APIError');
}

const statusNames: Readonly<Record<number, string>> = {
  400: 'BadRequestError',
  401: 'AuthenticationError',
  403: 'PermissionDeniedError',
  404: 'NotFoundError',
  409: 'ConflictError',
  422: 'UnprocessableEntityError',
  429: 'RateLimitError',
};

/** An Error with another name. */
export function namedError(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}

interface OpenaiErrors {
  APIError: typeof APIErrorClass;
  APIConnectionError: new (options: { cause: Error }) => Error;
  APIConnectionTimeoutError: new () => Error;
}

/**
 * The module `openai`. Kept, because importing it again for each error takes longer than the run that fails with the
 * error.
 */
let loaded: OpenaiErrors | undefined;

async function loadOpenai(): Promise<OpenaiErrors | undefined> {
  try {
    return (loaded ??= await import('openai'));
  } catch {
    return undefined;
  }
}
