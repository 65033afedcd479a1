import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { didYouMean, meantBy } from '../engine/values/did-you-mean.ts';
import { shownPath } from '../files/path.ts';

/** The message for a file that does not exist, with the file of the same folder that was probably meant. */
export function missingFile(path: string): string {
  const folder = dirname(path);
  if (!existsSync(folder))
    return `The file does not exist, because the folder "${shownPath(folder)}" does not exist.`;
  return `The file does not exist.${similarFile(path)}`;
}

/**
 * " Did you mean …?" if the folder of a path has a file with a similar name, otherwise ''. Endings are not compared,
 * because ".scenario.ts" would make all names similar.
 */
function similarFile(path: string): string {
  const stem = stemOf(path);
  const similar = filesBeside(path).filter((file) => stem.length > 2 && meantBy(stem, [stemOf(file)]));
  return didYouMean(
    path,
    similar.map((file) => join(dirname(path), file).replaceAll('\\', '/')),
  );
}

/** The files in the folder of a path; [] if it cannot be read. */
export function filesBeside(path: string): string[] {
  try {
    return readdirSync(dirname(path));
  } catch {
    return [];
  }
}

function stemOf(path: string): string {
  return basename(path).replace(/(?<=.)\..*$/, '');
}
