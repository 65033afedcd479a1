import { copyData } from './copy.ts';

/**
 * The model's answer was not a completion the loop can act on: no choices, no finish reason, cut in
 * the middle (also by `length`, with tool calls), not JSON. Nothing of it was executed.
 */
export class InvalidCompletionError extends Error {
  /** What was wrong with it. */
  readonly reason: string;
  /** What was received; where it is long, the first 2,000 characters of it as text. */
  readonly received: unknown;

  /** `reason` completes the sentence "The model's answer cannot be acted on: …". */
  constructor(reason: string, received: unknown, options?: ErrorOptions) {
    super(`The model's answer cannot be acted on: ${reason}. Received: ${shorten(received, 300)}`, options);
    this.name = 'InvalidCompletionError';
    this.reason = reason;
    const text = shorten(received, Infinity);
    this.received =
      typeof received === 'string' || text.length > 2000 ? text.slice(0, 2000) : copyData(received);
  }
}

/**
 * Something of ours was used wrongly. A TypeError with words that are the same in every version of Node, so that a model is
 * told them where a tool makes the mistake (`isNativeError`).
 */
export class UsageError extends TypeError {}

/** A value as text of limited length, for error messages. */
export function shorten(value: unknown, length: number): string {
  let text: string | undefined;
  try {
    text = typeof value === 'string' ? value : JSON.stringify(value);
  } catch {
    // A value that is no JSON is named by its kind.
  }
  text ??= typeof value;
  return text.length <= length ? text : `${text.slice(0, length)}… (${text.length} characters)`;
}

/** Errors of any realm. */
export function isError(value: unknown): value is Error {
  return value instanceof Error || Object.prototype.toString.call(value) === '[object Error]';
}

/** The name a reader knows an error by; the openai client's classes do not set `name`. */
export function errorName(error: unknown): string {
  if (!isError(error)) return typeof error;
  return error.name === 'Error' ? error.constructor.name : error.name;
}

/** Errors the JavaScript engine throws itself; what they say differs between its versions. */
const nativeNames = new Set(['TypeError', 'RangeError', 'ReferenceError', 'SyntaxError']);

/** True for a native error of any realm, false for a subclass somebody wrote. */
export function isNativeError(error: Error): boolean {
  const constructor: unknown = (Object.getPrototypeOf(error) as { constructor?: unknown } | null)
    ?.constructor;
  return nativeNames.has(error.name) && typeof constructor === 'function' && constructor.name === error.name;
}
