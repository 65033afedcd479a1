/** A place in a source file: the file as messages show it, and the line from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

/** One frame of a stack. */
export interface Frame {
  /** The path of the file, or another name, such as "node:internal/url". */
  readonly path: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
}

/** The innermost frame of an error's stack that is in user code: not in Node, a package or swarmcheck. */
export function placeInUserCode(thrown: unknown): Place | undefined {
  for (const { path, line } of framesOf(thrown)) {
    const slashed = path.replaceAll('\\', '/');
    if (!isAbsolute(path) || slashed.includes('/node_modules/') || slashed.startsWith(ownFolder)) continue;
    return { file: fromHere(path), line };
  }
  return undefined;
}

/**
 * A path as people write it: relative to the folder where the command was started, if the path is inside that folder.
 */
export function fromHere(path: string): string {
  const slashed = path.replaceAll('\\', '/');
  const folder = `${(startedIn ?? workingFolder()).replaceAll('\\', '/').replace(/\/$/, '')}/`;
  return folder !== '/' && slashed.startsWith(folder) ? slashed.slice(folder.length) : slashed;
}

/** The folder that file names are relative to, if it was set. Otherwise it is the working directory. */
let startedIn: string | undefined;

/**
 * Sets the folder that file names are relative to, because a module may change the working directory. With undefined,
 * names are relative to the working directory again.
 */
export function nameFilesFrom(folder: string | undefined): void {
  startedIn = folder;
}

/** Agents also run in places without `process`, such as browsers. */
function workingFolder(): string {
  return globalThis.process?.cwd?.() ?? '';
}

/** The folder of this package, whose frames are not the user's. */
const ownFolder = toPath(new URL('../..', import.meta.url).href).replaceAll('\\', '/');

/** Limits on the text that is read, because an error may have any text as its stack. */
const mostFrames = 100;
const longestFrame = 2000;

/** The frames of an error's stack, the innermost first. A frame without a line, such as that of JSON.parse, is left out. */
function* framesOf(thrown: unknown): Generator<Frame> {
  for (const line of frameLines(thrown)) {
    const frame = frameIn(line);
    if (frame) yield frame;
  }
}

/** The lines of an error's stack below its message. */
export function frameLines(thrown: unknown): string[] {
  return withoutMessage(thrown, stackOf(thrown))
    .split('\n', mostFrames)
    .filter((line) => line.length <= longestFrame && /^\s+at /.test(line));
}

/** The frame that a line of a stack describes, if it names a file and a line. */
export function frameIn(text: string): Frame | undefined {
  const match = /(?:\(|at (?:async )?)((?:file:\/\/)?[^()\s][^()]*?)(?:\?[^:()]*)?:(\d+):(\d+)\)?$/.exec(
    text,
  );
  return match ? { path: toPath(match[1]!), line: Number(match[2]), column: Number(match[3]) } : undefined;
}

/** Turns a path or a file URL into a path. */
export function toPath(place: string): string {
  if (!place.startsWith('file:')) return place;
  try {
    const path = decodeURIComponent(new URL(place).pathname);
    // On Windows, the path of a URL is "/C:/…".
    return /^\/[A-Za-z]:/.test(path) ? path.slice(1).replaceAll('/', '\\') : path;
  } catch {
    return place;
  }
}

/** The stack of an error; empty without a stack, or if it cannot be read. */
export function stackOf(thrown: unknown): string {
  try {
    const stack: unknown = thrown instanceof Error ? thrown.stack : undefined;
    return typeof stack === 'string' ? stack : '';
  } catch {
    return '';
  }
}

/** The message may contain the stack of another error. */
function withoutMessage(thrown: unknown, stack: string): string {
  try {
    const { message } = thrown as Error;
    const start = stack.indexOf(message);
    return start === -1 ? stack : stack.slice(start + message.length);
  } catch {
    return stack;
  }
}

function isAbsolute(path: string): boolean {
  return /^(?:\/|[A-Za-z]:[\\/])/.test(path);
}
