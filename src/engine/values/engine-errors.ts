import { Sentence, type ErrorFacts } from './error-facts.ts';

/**
 * The model's answer was not a completion the loop can act on: no choices, no finish reason, cut in
 * the middle (also by `length`, with tool calls), not JSON. Nothing of it was executed.
 */
export class InvalidCompletionError extends Error {
  /** What was wrong with it. */
  readonly reason: string;
  /** What was received, as JSON; where it is long, or is no JSON, the first 2,000 characters of it as text. */
  readonly received: unknown;

  /** `reason` completes the sentence "The model's answer cannot be acted on: …". */
  constructor(reason: string, received: unknown, options?: ErrorOptions) {
    super(`The model's answer cannot be acted on: ${reason}. Received: ${shorten(received, 300)}`, options);
    this.name = 'InvalidCompletionError';
    this.reason = reason;
    this.received = receivedData(received);
  }
}

/**
 * Something of ours was used wrongly. A TypeError with words that are the same in every version of Node, so that a model is
 * told them where a tool makes the mistake (`isNativeError`).
 */
export class UsageError extends TypeError implements Partial<ErrorFacts> {
  declare readonly where?: string;
  declare readonly field?: string;
  declare readonly given?: string;
  declare readonly expected?: string;
  declare readonly known?: readonly string[];
  declare readonly suggestion?: string;
  declare readonly agent?: string;
  declare readonly tool?: string;

  /** @internal Made where the mistake is found. */
  constructor(said: string | Sentence, options?: ErrorOptions) {
    super(messageOf(said), options);
    addFacts(this, said);
  }
}

/** The message of an error. */
export function messageOf(said: string | Sentence): string {
  return said instanceof Sentence ? said.text : said;
}

/** Gives an error, or a failure, the facts of its message as fields. Those that are not known are absent, never undefined. */
export function addFacts<E extends { message: string }>(error: E, said: string | Sentence): E {
  return said instanceof Sentence ? Object.assign(error, said.facts) : error;
}

/** What is JSON as it is, so that nothing else of it is kept; anything else as text. */
function receivedData(received: unknown): unknown {
  const text = shorten(received, Infinity);
  if (typeof received === 'string' || text.length > 2000) return text.slice(0, 2000);
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

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
