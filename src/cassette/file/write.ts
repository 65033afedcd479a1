import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { CassetteFileError } from '../errors.ts';
import { formatName } from './format.ts';
import { FileLock } from './lock.ts';
import { shownPath } from './path.ts';
import { reasonOf } from './read.ts';

/** Throws a CassetteFileError for a file that is something else than a cassette, whole or damaged. */
function checkOwn(path: string, text: string): void {
  if (text.trim() === '' || text.includes(`"${formatName}"`)) return;
  throw new CassetteFileError(
    `${shownPath(path)}: This is no cassette, and recording would overwrite it. Choose another name, or remove the file.`,
  );
}

/**
 * The only writer of a file while it is open.
 *
 * The file is replaced as a whole, or not at all: what is new is written beside it and then takes its name, so that whoever is
 * killed in the middle leaves the old one, or the new.
 */
export class CassetteWriter {
  readonly #path: string;
  readonly #lock: FileLock;
  #isOpen = false;

  constructor(path: string) {
    this.#path = path;
    this.#lock = new FileLock(path);
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /**
   * Makes the folder and takes the lock. Throws a CassetteFileError where that cannot be: before a model is asked for what
   * could not be kept.
   */
  open(): void {
    if (this.#isOpen) return;
    this.#attempt('It cannot be recorded', () => {
      mkdirSync(dirname(this.#path), { recursive: true });
      this.#lock.take();
      try {
        // A folder, or a file of somebody else's, would be told only when it is replaced.
        if (existsSync(this.#path)) checkOwn(this.#path, readFileSync(this.#path, 'utf8'));
        writeFileSync(this.#temporary, '');
      } catch (error) {
        this.#lock.giveBack();
        throw error;
      }
    });
    this.#isOpen = true;
  }

  /** Replaces the file. */
  write(text: string): void {
    this.#attempt('It cannot be written', () => {
      writeFileSync(this.#temporary, text);
      renameSync(this.#temporary, this.#path);
    });
  }

  /** Gives the lock back. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    rmSync(this.#temporary, { force: true });
    this.#lock.giveBack();
  }

  /** One for each cassette, so that no more than one is ever left behind. */
  get #temporary(): string {
    return `${this.#path}.tmp`;
  }

  #attempt(what: string, act: () => void): void {
    try {
      act();
    } catch (error) {
      if (error instanceof CassetteFileError) throw error;
      throw new CassetteFileError(`${shownPath(this.#path)}: ${what}: ${reasonOf(error)}.`, { cause: error });
    }
  }
}
