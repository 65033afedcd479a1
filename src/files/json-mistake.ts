import { createRequire } from 'node:module';
import type * as Momoa from '@humanwhocodes/momoa';

/** Why a text is not JSON, and where. */
interface JsonMistake {
  /** A sentence without a remedy: `The file ends too early.` */
  readonly text: string;
  readonly isConflict: boolean;
  /** From 1. */
  readonly line?: number | undefined;
  /** From 1; absent if the line says enough. */
  readonly column?: number | undefined;
}

/** Finds the mistake in a text that JSON.parse rejected with this error. */
export function jsonMistake(source: string, error: unknown): JsonMistake {
  const conflict = /^(?:<{7}|={7}|>{7})/m.exec(source);
  if (conflict)
    return {
      text: 'The file has the markers of a merge conflict.',
      isConflict: true,
      line: lineAt(source, conflict.index),
    };
  const early = { text: 'The file ends too early.', isConflict: false };
  if (/end of (?:JSON )?input|Unterminated/i.test((error as SyntaxError).message))
    return { ...early, line: lineAt(source, source.trimEnd().length) };
  try {
    momoa().parse(source);
  } catch (precise) {
    const { line, column, offset = 0 } = precise as { line?: number; column?: number; offset?: number };
    if (offset >= source.trimEnd().length - 1 && !/[}\]]\s*$/.test(source)) return { ...early, line };
    if (line !== undefined)
      return {
        text: `The file is not valid JSON: there is a mistake at column ${column}.`,
        isConflict: false,
        line,
        column,
      };
  }
  return { text: 'The file is not valid JSON.', isConflict: false };
}

function lineAt(source: string, offset: number): number {
  return source.slice(0, offset).split('\n').length;
}

/** The JSON parser that knows the lines of values. Loaded only when a file has a mistake. */
export function momoa(): typeof Momoa {
  return createRequire(import.meta.url)('@humanwhocodes/momoa') as typeof Momoa;
}
