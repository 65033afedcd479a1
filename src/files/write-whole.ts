import { linkSync, renameSync, rmSync, writeFileSync } from 'node:fs';

/** Options of `writeWhole`. */
interface WriteSettings {
  /** The temporary file, which is written first. Default: the name of the file with ".tmp" added. */
  temporary?: string;
  /** Whether an existing file may be replaced. Default: true. */
  mayReplace?: boolean;
}

/**
 * Writes a file whole or not at all: the text is written to a temporary file, which then takes the name of `file`. A
 * process that is killed in the middle leaves either the old file or the new one. Throws what the file system throws.
 */
export function writeWhole(
  file: string,
  text: string,
  { temporary = `${file}.tmp`, mayReplace = true }: WriteSettings = {},
): void {
  try {
    writeFileSync(temporary, text);
    // A link, unlike a rename, fails if the name exists.
    if (mayReplace) renameSync(temporary, file);
    else linkSync(temporary, file);
  } catch (error) {
    removeIfThere(temporary);
    throw error;
  }
  if (!mayReplace) rmSync(temporary, { force: true });
}

/** Ignores errors: a temporary file that cannot be removed must not hide why the write failed. */
function removeIfThere(temporary: string): void {
  try {
    rmSync(temporary, { force: true });
  } catch {
    // `rmSync` throws for a folder, which `writeWhole` did not create.
  }
}
