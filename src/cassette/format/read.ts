import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { isAbsolute, resolve } from 'node:path';
import type * as Momoa from '@humanwhocodes/momoa';
import { valueWords } from '../../engine/values/value-words.ts';
import { CassetteFileError } from '../cassette-errors.ts';
import { CassetteProblem, assertValidCassette, pathText } from './assert-valid.ts';
import type { CassetteFile } from './format.ts';
import { isInside, shownPath } from '../../files/path.ts';
import { reasonOf } from '../../files/reason.ts';

/** Where cassettes are, if nothing else is said. */
export const cassetteFolder = 'fixtures/cassettes';

/**
 * The file that a cassette's path names. A relative one is within the working directory: one that leads out of it is more
 * often a mistake than meant, and would write where nobody looks. Throws a CassetteFileError.
 */
export function cassettePath(cassette: unknown): string {
  if (typeof cassette !== 'string' || cassette.trim() === '')
    throw new CassetteFileError(
      `A cassette is named by its path, such as "${cassetteFolder}/refund.json", but was given ${valueWords(cassette)}.`,
      { problem: 'path', file: typeof cassette === 'string' ? cassette : undefined },
    );
  const path = resolve(cassette);
  const wrong = { problem: 'path', file: cassette } as const;
  if (cassette.includes('\0'))
    throw new CassetteFileError(
      `The cassette ${JSON.stringify(cassette)} has a name that no file can have.`,
      wrong,
    );
  if (!isAbsolute(cassette) && !isInside(path, process.cwd()))
    throw new CassetteFileError(
      `The cassette "${cassette}" is outside of the working directory, ${process.cwd()}. Choose a place inside, or give the absolute path.`,
      wrong,
    );
  if (!path.endsWith('.json'))
    throw new CassetteFileError(
      `The cassette "${cassette}" is no .json file. Write "${cassette}.json".`,
      wrong,
    );
  return path;
}

/** The cassette of a file; undefined where there is no such file. Throws a CassetteFileError for what cannot be used. */
export function readCassette(path: string): CassetteFile | undefined {
  const source = readText(path);
  return source === undefined ? undefined : parseCassette(source, shownPath(path));
}

/** The same for what was read already; `name` is the file's, for messages. */
export function parseCassette(text: string, name: string): CassetteFile {
  // Some editors begin a file with a mark of its encoding.
  const source = text.replace(/^\uFEFF/, '');
  if (source.trim() === '') throw damaged(name, undefined, 'The file is empty.');
  let value: unknown;
  try {
    value = JSON.parse(source);
  } catch (error) {
    throw unparsed(name, source, error as SyntaxError);
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

/** The error for a file that has to be there. */
export function noSuchFile(path: string): CassetteFileError {
  const file = shownPath(path);
  return new CassetteFileError(`${file}: There is no such file.`, { problem: 'missing', file });
}

/** What recorded the cassette of a file; empty where there is none that could be read, which whoever uses it is told. */
export function originIn(path: string): Pick<CassetteFile, 'scenario' | 'test'> {
  try {
    return readCassette(path) ?? {};
  } catch {
    return {};
  }
}

/** What a file holds; undefined where there is none. Throws a CassetteFileError for one that cannot be read. */
export function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    const file = shownPath(path);
    throw new CassetteFileError(
      `${file}: It cannot be read: ${reasonOf(error)}.`,
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

function unparsed(name: string, source: string, error: SyntaxError): CassetteFileError {
  const remedy = 'Restore the file, or record it again.';
  const conflict = /^(?:<{7}|={7}|>{7})/m.exec(source);
  if (conflict)
    return damaged(
      name,
      lineAt(source, conflict.index),
      'It has the marks of a merge conflict. Resolve it, or record it again.',
    );
  if (/end of (?:JSON )?input|Unterminated/i.test(error.message))
    return damaged(name, lineAt(source, source.trimEnd().length), `It ends in the middle. ${remedy}`);
  try {
    momoa().parse(source);
  } catch (precise) {
    const { line, column, offset = 0 } = precise as { line?: number; column?: number; offset?: number };
    if (offset >= source.trimEnd().length - 1 && !/[}\]]\s*$/.test(source))
      return damaged(name, line, `It ends in the middle. ${remedy}`);
    if (line !== undefined)
      return damaged(name, line, `It is no JSON: something is wrong at column ${column}. ${remedy}`, column);
  }
  return damaged(name, undefined, `It is no JSON. ${remedy}`);
}

function lineAt(source: string, offset: number): number {
  return source.slice(0, offset).split('\n').length;
}

/** Where a path stands in a text that is JSON, or the nearest of its parents that is there. */
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

/** Loaded with the first file that something is wrong with. */
function momoa(): typeof Momoa {
  return createRequire(import.meta.url)('@humanwhocodes/momoa') as typeof Momoa;
}
