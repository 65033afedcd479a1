import { isAbsolute, relative, resolve, sep } from 'node:path';
import { valueWords } from '../../engine/data/value-words.ts';
import { CassetteFileError } from '../errors.ts';

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

/** Whether a path is below a folder. */
export function isInside(path: string, folder: string): boolean {
  const below = relative(folder, path);
  return below !== '' && below !== '..' && !below.startsWith(`..${sep}`) && !isAbsolute(below);
}

/** A path as people write it: relative to the working directory, where it is inside, with slashes. */
export function shownPath(path: string): string {
  const folder = process.cwd();
  return (isInside(path, folder) ? relative(folder, path) : path).replaceAll(sep, '/');
}

/** How long the name of a file may get: in characters, and in bytes, which is what file systems count. */
const longestName = 100;
const longestInBytes = 200;

/**
 * The name of a file for what has a name already, a test or a scenario: its letters and digits in lower case, with "-" for
 * all else. Nothing of it can lead to another folder. Empty where there is no letter or digit.
 */
export function fileName(name: string): string {
  let cut = name
    .normalize('NFC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, longestName);
  while (Buffer.byteLength(cut) > longestInBytes) cut = cut.slice(0, -1);
  // Half of a character beyond the basic plane is none.
  return cut.replace(/[\uD800-\uDBFF]$/, '').replaceAll(/-+$/g, '');
}
