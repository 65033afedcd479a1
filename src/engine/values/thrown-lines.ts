import { errorName, isError, shorten } from './engine-errors.ts';
import { withoutSecrets } from './secrets.ts';
import { placeInUserCode } from './stack.ts';

/** How many thrown values are shown: an error with its causes, and the errors of an AggregateError. */
const mostLines = 10;
/** How much of a message is read, and how much of it is shown. */
const longestRead = 10_000;
const longestShown = 400;

/**
 * A thrown value as lines for a reader: `TypeError: x.get is not a function (at src/shop.ts:9)`, then a line for each
 * cause, and for each error of an AggregateError. Secrets are replaced by their kind. Never throws, whatever was
 * thrown.
 */
export function thrownLines(thrown: unknown): string[] {
  return linesOf(thrown, (value) => `${thrownWords(value)}${placeWords(value)}`);
}

/** `thrownLines` below a tool call: the first line begins with "threw". */
export function toolThrewLines(thrown: unknown): string[] {
  const [first = '', ...causes] = thrownLines(thrown);
  return [`threw ${first}`, ...causes];
}

/** The causes of an error, and the errors of an AggregateError, each as a line; empty without them. */
export function causeLines(error: unknown): string[] {
  return linesOf(error, thrownWords).slice(1);
}

/** An error's message, with a line for each cause below it. */
export function withCauses(message: string, error: unknown): string {
  return [message, ...causeLines(error).map((line) => `  ${line}`)].join('\n');
}

/** A message without the lines that `withCauses` added. */
export function withoutCauses(message: string): string {
  return message
    .split('\n')
    .filter((line) => !/^  (?:caused by|with) /.test(line))
    .join('\n');
}

/** The name and message of an error, or another value as text, on one line, without secrets. */
function thrownWords(thrown: unknown): string {
  try {
    return withinLine(isError(thrown) ? errorWords(thrown) : valueText(thrown));
  } catch {
    return 'a value that cannot be shown';
  }
}

function linesOf(thrown: unknown, words: (value: unknown) => string): string[] {
  const lines: string[] = [];
  const shown = new Set<unknown>();
  const add = (how: string, value: unknown) => {
    if (lines.length >= mostLines) return;
    // Errors may be each other's causes.
    if (isReference(value) && shown.has(value)) return;
    shown.add(value);
    lines.push(lines.length === mostLines - 1 ? '… and more' : `${how}${words(value)}`);
    for (const error of errorsIn(value)) add('with ', error);
    const cause = causeOf(value);
    if (cause !== undefined) add('caused by ', cause);
  };
  add('', thrown);
  return lines;
}

function errorWords(error: Error): string {
  const name = errorName(error);
  const message: unknown = error.message;
  const text = message === undefined ? '' : shorten(message, Infinity);
  return [name, ...(text === '' ? [] : [text])].join(': ');
}

function valueText(value: unknown): string {
  return typeof value === 'function' ? `the function ${value.name}` : shorten(value, Infinity);
}

function placeWords(thrown: unknown): string {
  const place = placeInUserCode(thrown);
  return place ? ` (at ${place.file}:${place.line})` : '';
}

function causeOf(value: unknown): unknown {
  try {
    return isError(value) ? value.cause : undefined;
  } catch {
    return undefined;
  }
}

/** The errors of an AggregateError, such as one error for each address of a host. */
function errorsIn(value: unknown): readonly unknown[] {
  try {
    const { errors } = value as { errors?: unknown };
    return isError(value) && Array.isArray(errors) ? errors.slice(0, mostLines).filter(isError) : [];
  } catch {
    return [];
  }
}

/** Secrets are replaced before the text is cut, because a part of a secret would not be recognized. */
function withinLine(text: string): string {
  return shorten(withoutSecrets(text.slice(0, longestRead)).replaceAll(/\s+/g, ' ').trim(), longestShown);
}

function isReference(value: unknown): boolean {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}
