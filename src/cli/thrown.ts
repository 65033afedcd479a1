import { spawnSync } from 'node:child_process';
import { isAbsolute, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isInside } from '../files/path.ts';
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

/** The innermost frame of an error's stack that is in user code: not in Node, a package or swarmcheck. */
export function placeInUserCode(thrown: unknown): { file: string; line: number } | undefined {
  for (const { path, line } of framesOf(thrown)) {
    if (!isAbsolute(path) || path.includes(`${sep}node_modules${sep}`) || path.startsWith(ownFolder))
      continue;
    return { file: fromHere(path), line };
  }
  return undefined;
}

/** The file and line that Node writes above the stack if linking modules fails. */
export function stackPlace(thrown: unknown): { file: string; line: number } | undefined {
  const match = /^(\S.*):(\d+)\n/.exec(stackOf(thrown));
  return match ? { file: fromHere(toPath(match[1]!)), line: Number(match[2]) } : undefined;
}

/**
 * The file and line of a syntax error in a JavaScript module. Node writes them only to stderr, so `node --check`
 * parses the file again.
 */
export function placeOfSyntaxError(file: string): { file: string; line: number } | undefined {
  const { stderr } = spawnSync(process.execPath, ['--check', file], { encoding: 'utf8', timeout: 5000 });
  // For TypeScript, Node names a file of its own (node:…), which does not match.
  const match = /^(?!node:)(?:file:\/\/)?([^\n]*):(\d+)\n/.exec(stderr);
  return match ? { file, line: Number(match[2]) } : undefined;
}

/**
 * A path as people write it: relative to the folder where the command was started, if the path is inside that folder.
 */
export function fromHere(path: string): string {
  return (isInside(path, startedIn) ? relative(startedIn, path) : path).replaceAll(sep, '/');
}

/** The working directory is read at the start, because a module may change it. */
let startedIn = process.cwd();

/** Sets the folder that file names are relative to. */
export function nameFilesFrom(folder: string): void {
  startedIn = folder;
}

/** The folder of this package, whose frames are not the user's. */
const ownFolder = fileURLToPath(new URL('..', import.meta.url));

function* framesOf(thrown: unknown): Generator<{ path: string; line: number }> {
  const frame = /(?:\(|at (?:async )?)((?:file:\/\/)?[^()\s][^()]*?)(?:\?[^:()]*)?:(\d+):\d+\)?$/gm;
  for (const match of stackOf(thrown).matchAll(frame))
    yield { path: toPath(match[1]!), line: Number(match[2]) };
}

/** Turns a path or a file URL into a path. */
export function toPath(place: string): string {
  return place.startsWith('file:') ? fileURLToPath(place) : place;
}

function stackOf(thrown: unknown): string {
  try {
    return thrown instanceof Error ? (thrown.stack ?? '') : '';
  } catch {
    return '';
  }
}
