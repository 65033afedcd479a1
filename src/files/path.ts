import { isAbsolute, relative, sep } from 'node:path';

/** Whether a path is below a folder. */
export function isInside(path: string, folder: string): boolean {
  const below = relative(folder, path);
  return below !== '' && below !== '..' && !below.startsWith(`..${sep}`) && !isAbsolute(below);
}

/**
 * A path as people write it: with slashes, and relative to the working directory if the path is inside that
 * directory.
 */
export function shownPath(path: string): string {
  const folder = process.cwd();
  return (isInside(path, folder) ? relative(folder, path) : path).replaceAll(sep, '/');
}

/** The maximum length of a file name in characters, and below it in bytes, because file systems count bytes. */
const longestName = 100;
const longestInBytes = 200;

/**
 * A file name made from the name of a test or a scenario: its letters and digits in lower case, with "-" for
 * everything else, so that it cannot lead to another folder. Empty if the name has no letter or digit.
 */
export function fileName(name: string): string {
  let cut = name
    .normalize('NFC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, longestName);
  while (Buffer.byteLength(cut) > longestInBytes) cut = cut.slice(0, -1);
  // The cut may have left half of a surrogate pair.
  return cut.replace(/[\uD800-\uDBFF]$/, '').replaceAll(/-+$/g, '');
}
