import { isAbsolute, relative, sep } from 'node:path';

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
