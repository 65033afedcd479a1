import { readFileSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import type * as Momoa from '@humanwhocodes/momoa';
import { valueWords } from '../../engine/values/value-words.ts';
import { CassetteFileError } from '../cassette-errors.ts';
import { CassetteProblem, assertValidCassette, pathText } from './assert-valid.ts';
import type { CassetteFile } from './format.ts';
import { jsonMistake, momoa } from '../../files/json-mistake.ts';
import { isInside, shownPath } from '../../files/path.ts';
import { reasonOf } from '../../files/reason.ts';

/** The default folder of cassettes. */
export const cassetteFolder = 'fixtures/cassettes';

/**
 * Returns the absolute path of a cassette. A relative path must stay within the working directory: one that leads out
 * of it is more often a mistake than intended, and its file would be hard to find. Throws a CassetteFileError for an
 * invalid path.
 */
export function cassettePath(cassette: unknown): string {
  if (typeof cassette !== 'string' || cassette.trim() === '')
    throw new CassetteFileError(
      `The path of a cassette must be a string such as "${cassetteFolder}/refund.json", but is ${valueWords(cassette)}.`,
      { problem: 'path', file: typeof cassette === 'string' ? cassette : undefined },
    );
  const path = resolve(cassette);
  const wrong = { problem: 'path', file: cassette } as const;
  if (cassette.includes('\0'))
    throw new CassetteFileError(
      `The path of the cassette ${JSON.stringify(cassette)} contains a null character. Remove it.`,
      wrong,
    );
  if (!isAbsolute(cassette) && !isInside(path, process.cwd()))
    throw new CassetteFileError(
      `The cassette "${cassette}" is outside the working directory, ${process.cwd()}. Choose a path inside it, or give the absolute path.`,
      wrong,
    );
  if (!path.endsWith('.json'))
    throw new CassetteFileError(
      `The cassette "${cassette}" is not a .json file. Name it "${cassette}.json".`,
      wrong,
    );
  return path;
}

/**
 * Reads a cassette; undefined if the file does not exist. Throws a CassetteFileError for a file that cannot be used.
 */
export function readCassette(path: string): CassetteFile | undefined {
  const source = readText(path);
  return source === undefined ? undefined : parseCassette(source, shownPath(path));
}

/** Parses the text of a cassette. `name` is the file's name for messages. */
export function parseCassette(text: string, name: string): CassetteFile {
  // Some editors begin a file with a byte order mark.
  const source = text.replace(/^\uFEFF/, '');
  if (source.trim() === '')
    throw damaged(name, undefined, 'The file is empty. Restore it, or record it again.');
  let value: unknown;
  try {
    value = JSON.parse(source);
  } catch (error) {
    throw unparsed(name, source, error);
  }
  try {
    return assertValidCassette(value);
  } catch (error) {
    if (!(error instanceof CassetteProblem)) throw error;
    const { problem, path, expected, given, message } = error;
    const line = lineOf(source, path);
    const field = path && path.length > 0 ? pathText(path) : undefined;
    const fields = { problem, file: name, line, field, expected, given };
    throw new CassetteFileError(textAt(name, line, message), fields);
  }
}

/** The error for a missing file. */
export function noSuchFile(path: string): CassetteFileError {
  const file = shownPath(path);
  return new CassetteFileError(
    `${file}: The file does not exist. Check the path, or record the cassette first.`,
    { problem: 'missing', file },
  );
}

/**
 * The scenario or test that recorded a cassette. Empty if the file is missing or unusable; a later replay or
 * recording of the file reports the error.
 */
export function originIn(path: string): Pick<CassetteFile, 'scenario' | 'test'> {
  try {
    return readCassette(path) ?? {};
  } catch {
    return {};
  }
}

/** The text of a file; undefined if it does not exist. Throws a CassetteFileError if it cannot be read. */
export function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    const file = shownPath(path);
    throw new CassetteFileError(
      `${file}: The file cannot be read: ${reasonOf(error)}.`,
      { problem: 'unreadable', file },
      { cause: error },
    );
  }
}

function damaged(
  file: string,
  line: number | undefined,
  message: string,
  column?: number,
): CassetteFileError {
  return new CassetteFileError(textAt(file, line, message), { problem: 'damaged', file, line, column });
}

function textAt(file: string, line: number | undefined, message: string): string {
  return `${file}${line === undefined ? '' : `:${line}`}: ${message}`;
}

function unparsed(name: string, source: string, error: unknown): CassetteFileError {
  const { text, isConflict, line, column } = jsonMistake(source, error);
  const remedy = isConflict
    ? 'Resolve the conflict, or record the file again.'
    : 'Restore the file, or record it again.';
  return damaged(name, line, `${text} ${remedy}`, column);
}

/** The line of the value at a path in a JSON text, or of its nearest existing parent; undefined for the root. */
function lineOf(source: string, path: readonly (string | number)[]): number | undefined {
  if (path.length === 0) return undefined;
  let node: Momoa.AnyNode = momoa().parse(source).body;
  for (const key of path) {
    const next: Momoa.AnyNode | undefined =
      node.type === 'Array'
        ? node.elements[Number(key)]?.value
        : node.type === 'Object'
          ? node.members.findLast(({ name }) => (name.type === 'String' ? name.value : name.name) === key)
              ?.value
          : undefined;
    if (!next) break;
    node = next;
  }
  return node.loc.start.line;
}
