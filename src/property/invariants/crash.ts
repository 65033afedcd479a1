import { readFileSync } from 'node:fs';
import { isError, isNativeError } from '../../engine/values/engine-errors.ts';
import { frameIn, frameLines, type Frame } from '../../engine/values/stack.ts';

/** The errors that a bug makes JavaScript throw by itself. An AggregateError is thrown for other errors. */
const crashNames = new Set(['TypeError', 'ReferenceError', 'SyntaxError', 'URIError', 'RangeError']);

/**
 * Whether an error is a crash: JavaScript threw it by itself, and no `throw` in any source did. Never throws.
 *
 * The line of the innermost frame decides. A line that throws, rejects or constructs an error was written on purpose.
 * If the line cannot be read, the message decides: V8 throws it, or it does not. Only the stack of an error of these
 * classes is read, because to make a stack is slow.
 */
export function isCrash(thrown: unknown): boolean {
  try {
    if (!isError(thrown) || !crashNames.has(thrown.name) || !isNativeError(thrown)) return false;
    if (thrown.message === overflow) return true;
    const [innermost] = frameLines(thrown);
    if (innermost !== undefined && isBuiltIn(innermost)) return true;
    const frame = innermost === undefined ? undefined : frameIn(innermost);
    const line = frame && sourceAt(frame);
    return line === undefined ? isOfV8(thrown.message) : !isOnPurpose(line);
  } catch {
    // Reading the error threw, so a proxy or a getter made it.
    return false;
  }
}

const overflow = 'Maximum call stack size exceeded';

/** Whether a frame is in a function of JavaScript, which has no source: `at JSON.parse (<anonymous>)`. */
function isBuiltIn(frame: string): boolean {
  return (
    /\(<anonymous>\)$|at <anonymous>$/.test(frame) &&
    !/\b(?:new \w*Error|Reflect\.construct|eval)\b/.test(frame)
  );
}

/** Whether code throws an error: `throw …`, `reject(…)`, `new TypeError(…)`, `createError(…)`. */
function isOnPurpose(line: string): boolean {
  return /\bthrow\b|\breject\(|Error\(|\bcaptureStackTrace\b/.test(line);
}

/** A bundle has one line. Of a long line, only this many characters around the column of the frame are read. */
const longestLine = 400;
const around = 80;

/** The source at a frame; undefined if it cannot be read, as the source of Node itself. */
function sourceAt({ path, line, column }: Frame): string | undefined {
  const text = linesOf(path)?.[line - 1];
  if (text === undefined || text.length <= longestLine) return text;
  return text.slice(Math.max(0, column - around), column + around);
}

const files = new Map<string, readonly string[] | undefined>();

/** The lines of a file, which is read once. */
function linesOf(path: string): readonly string[] | undefined {
  if (!files.has(path)) files.set(path, readLines(path));
  return files.get(path);
}

function readLines(path: string): readonly string[] | undefined {
  try {
    return readFileSync(path, 'utf8').split('\n');
  } catch {
    return undefined;
  }
}

/** Messages of V8, in the versions of Node that are supported. */
const messagesOfV8 = [
  / is not (?:a function|a constructor|iterable|defined|async iterable|extensible)\b/,
  /^Cannot (?:read|set|access|destructure|assign|add|delete|define|redefine|convert|mix|create|perform|use|spread)\b/,
  /^Class constructor .* cannot be invoked without 'new'/,
  /^(?:Method|Constructor) .* (?:called on incompatible receiver|requires 'new')/,
  /^(?:Reduce of empty array|Assignment to constant variable|Converting circular structure|Do not know how to serialize|Object prototype may only be|Right-hand side of|Private field|Found non-callable|Iterator|Derived constructors|Must call super|Invalid attempt|Illegal invocation|Immutable prototype)/,
  /^(?:Invalid (?:array length|string length|time value|date|count value|typed array length|regular expression|code point|array buffer length|DataView length|language tag|left-hand side)|Array buffer allocation failed|Offset is outside)/i,
  /(?:must be between|argument must be|precision .* out of range|The number .* cannot be converted to a BigInt|Division by zero|Maximum BigInt size)/,
  /^(?:Unexpected|Expected|Bad control character|Bad escaped character|Unterminated|Invalid or unexpected|No number after|Exponent part|missing \)|Invalid (?:character|flags|escape|destructuring|shorthand))/,
  /is not valid JSON|in JSON at position/,
  /^URI malformed$/,
];

function isOfV8(message: string): boolean {
  return messagesOfV8.some((pattern) => pattern.test(message));
}
