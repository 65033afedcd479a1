import { spawnSync } from 'node:child_process';
import { fromHere, stackOf, toPath, type Place } from '../engine/values/stack.ts';
import { show } from '../scenario/equals.ts';

/** The thrown value as text. Any value can be thrown, including one that throws when it is read. */
export function thrownText(thrown: unknown): string {
  try {
    return thrown instanceof Error ? thrown.message || thrown.name : show(thrown);
  } catch {
    return 'a value that cannot be shown';
  }
}

/** The thrown value as a whole sentence. */
export function thrownSentence(thrown: unknown): string {
  const text = thrownText(thrown);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** The file and line that Node writes above the stack if linking modules fails. */
export function stackPlace(thrown: unknown): Place | undefined {
  const match = /^(\S.*):(\d+)\n/.exec(stackOf(thrown));
  return match ? { file: fromHere(toPath(match[1]!)), line: Number(match[2]) } : undefined;
}

/**
 * The file and line of a syntax error in a JavaScript module. Node writes them only to stderr, so `node --check`
 * parses the file again.
 */
export function placeOfSyntaxError(file: string): Place | undefined {
  const { stderr } = spawnSync(process.execPath, ['--check', file], { encoding: 'utf8', timeout: 5000 });
  // For TypeScript, Node names a file of its own (node:…), which does not match.
  const match = /^(?!node:)(?:file:\/\/)?([^\n]*):(\d+)\n/.exec(stderr);
  return match ? { file, line: Number(match[2]) } : undefined;
}
