import { linkSync, renameSync, rmSync, writeFileSync } from 'node:fs';

/** How a file is written. */
interface WriteSettings {
  /** The file that stands beside it until it is whole. */
  temporary?: string;
  /** Whether it may take the place of a file that is there. */
  mayReplace?: boolean;
}

/**
 * Writes a file whole or not at all: what is new is written beside it and then takes its name, so that whoever is killed in the
 * middle leaves the old one, or the new. Throws what the file system throws.
 */
export function writeWhole(
  file: string,
  text: string,
  { temporary = `${file}.tmp`, mayReplace = true }: WriteSettings = {},
): void {
  try {
    writeFileSync(temporary, text);
    // A link is made only where there is nothing of that name.
    if (mayReplace) renameSync(temporary, file);
    else linkSync(temporary, file);
  } catch (error) {
    removeIfThere(temporary);
    throw error;
  }
  if (!mayReplace) rmSync(temporary, { force: true });
}

/** A temporary file that cannot be removed must not hide why the other one could not be written. */
function removeIfThere(temporary: string): void {
  try {
    rmSync(temporary, { force: true });
  } catch {
    // It is no file: somebody else put it there.
  }
}
