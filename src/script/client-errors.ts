import type { APIError as APIErrorClass } from 'openai';

/** An error of the API as it comes over the wire. */
interface StatusAnswer {
  status: number;
  /** With the error under "error", as the API sends it; undefined where the body is no JSON. */
  body: object | undefined;
  /** In place of a body. */
  message?: string | undefined;
  headers: Headers;
}

/** The error that a client makes of it: the openai client's class when it is installed, else one of the same name and status. */
export async function clientError({ status, body, message, headers }: StatusAnswer): Promise<Error> {
  const openai = await loadOpenai();
  if (openai) return openai.APIError.generate(status, body, message, headers);
  const name = statusErrorName(status);
  return Object.assign(namedError(name, `${status} ${message || name}`), { status, headers });
}

/** The error that a client makes of one that the API sends within a stream: it has no status. */
export async function streamedError(body: object, message: string): Promise<Error> {
  const openai = await loadOpenai();
  if (!openai) return Object.assign(namedError('APIError', message), { error: body });
  return new openai.APIError(undefined, body, message, undefined);
}

/** The error that a client makes of a connection that breaks, or of an answer that does not come in time. */
export async function connectionError(name: ConnectionErrorName = 'APIConnectionError'): Promise<Error> {
  const openai = await loadOpenai();
  if (!openai) return namedError(name, 'Connection error.');
  return name === 'APIConnectionError'
    ? new openai.APIConnectionError({ cause: new Error('the connection was broken') })
    : new openai.APIConnectionTimeoutError();
}

/** Names of the classes of a client for connections. */
type ConnectionErrorName = 'APIConnectionError' | 'APIConnectionTimeoutError';

/** The name of the class that a client raises for a status. */
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

/** An error that is known by its name. */
export function namedError(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}

interface OpenaiErrors {
  APIError: typeof APIErrorClass;
  APIConnectionError: new (options: { cause: Error }) => Error;
  APIConnectionTimeoutError: new () => Error;
}

/** Kept: to import it anew for each error takes longer than the run that fails with it. */
let loaded: OpenaiErrors | undefined;

async function loadOpenai(): Promise<OpenaiErrors | undefined> {
  try {
    return (loaded ??= await import('openai'));
  } catch {
    return undefined;
  }
}
