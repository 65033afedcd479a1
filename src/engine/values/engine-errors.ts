import { Sentence, type ErrorFacts } from './error-facts.ts';

/**
 * Thrown when the model's answer is not a completion that the loop can act on: it has no choices or no finish reason,
 * is not JSON, or was cut off (also by `length` or `content_filter`, if it has tool calls). None of its tool calls
 * were executed.
 */
export class InvalidCompletionError extends Error {
  /** What is wrong with the answer. */
  readonly reason: string;
  /**
   * The answer that was received, as plain JSON data. A string, JSON of more than 2,000 characters, and a value that
   * is not JSON are kept as text, at most 2,000 characters of it.
   */
  readonly received: unknown;

  /** `reason` completes the sentence "The model's answer cannot be used: …". */
  constructor(reason: string, received: unknown, options?: ErrorOptions) {
    super(`The model's answer cannot be used: ${reason}. Received: ${shorten(received, 300)}`, options);
    this.name = 'InvalidCompletionError';
    this.reason = reason;
    this.received = receivedData(received);
  }
}

/**
 * Thrown when this package is used wrongly. A TypeError whose message is the same in every version of Node, so the
 * model is shown the message if a tool makes the mistake. The messages of native errors (`isNativeError`) are not
 * shown to the model.
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

  /** @internal Only this package creates this error. */
  constructor(said: string | Sentence, options?: ErrorOptions) {
    super(messageOf(said), options);
    addFacts(this, said);
  }
}

/** The text of an error message, which is given as a string or as a Sentence. */
export function messageOf(said: string | Sentence): string {
  return said instanceof Sentence ? said.text : said;
}

/**
 * Adds the facts of a message to an error, or to a failure of a scenario, as fields. Facts that are not known are
 * absent, never undefined.
 */
export function addFacts<E extends { message: string }>(error: E, said: string | Sentence): E {
  return said instanceof Sentence ? Object.assign(error, said.facts) : error;
}

/**
 * Keeps a value as JSON data, without references to other objects. A value that is long or not JSON becomes text.
 */
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
    // A value that is not JSON is named by its type.
  }
  text ??= typeof value;
  return text.length <= length ? text : `${text.slice(0, length)}… (${text.length} characters)`;
}

/** Whether the value is an error, of any realm. */
export function isError(value: unknown): value is Error {
  return value instanceof Error || Object.prototype.toString.call(value) === '[object Error]';
}

/**
 * The name to show for an error. If the error does not set `name`, like the errors of the openai client, it is the
 * name of the class.
 */
export function errorName(error: unknown): string {
  if (!isError(error)) return typeof error;
  return error.name === 'Error' ? error.constructor.name : error.name;
}

/** Errors that the JavaScript engine throws itself. Their messages differ between its versions. */
const nativeNames = new Set([
  'TypeError',
  'RangeError',
  'ReferenceError',
  'SyntaxError',
  'URIError',
  'EvalError',
  'AggregateError',
]);

/** Whether the error is of a native class, of any realm. False for a subclass. */
export function isNativeError(error: Error): boolean {
  const constructor: unknown = (Object.getPrototypeOf(error) as { constructor?: unknown } | null)
    ?.constructor;
  return nativeNames.has(error.name) && typeof constructor === 'function' && constructor.name === error.name;
}
