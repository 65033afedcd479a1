import { existsSync, mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { CassetteFileError } from '../cassette-errors.ts';
import { formatName, formatVersion } from '../format/format.ts';
import { FileLock, type LockOwner } from '../../files/lock.ts';
import { shownPath } from '../../files/path.ts';
import { reasonOf } from '../../files/reason.ts';
import { writeWhole } from '../../files/write-whole.ts';

/** Throws a CassetteFileError if the file is not a cassette, or has a newer version. */
function assertOwn(path: string, text: string): void {
  if (text.trim() === '') return;
  const { format, version } = headOf(text);
  if (format !== formatName)
    throw new CassetteFileError(
      `${shownPath(path)}: This file is not a cassette, and recording would overwrite it. Choose another name, or remove the file.`,
      { problem: 'foreign', file: shownPath(path) },
    );
  if (typeof version === 'number' && version > formatVersion)
    throw new CassetteFileError(
      `${shownPath(path)}: The file has version ${version} of the format, but this swarmcheck writes version ${formatVersion}. Update swarmcheck, or remove the file.`,
      { problem: 'newer', file: shownPath(path) },
    );
}

/** The format and version that a file states, as far as a damaged file can be read. */
function headOf(text: string): { format?: unknown; version?: unknown } {
  try {
    return Object(JSON.parse(text)) as object;
  } catch {
    const [, format] = /"format"\s*:\s*"([^"]*)"/.exec(text) ?? [];
    const [, version] = /"version"\s*:\s*(\d+)/.exec(text) ?? [];
    return { format, version: version === undefined ? undefined : Number(version) };
  }
}

/** The path after links are resolved. The file itself may be missing. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const folder = dirname(path);
    return folder === path ? path : join(realPath(folder), basename(path));
  }
}

/**
 * The only writer of a file, while this writer is open.
 *
 * The file is replaced as a whole: the new text is written to a temporary file, which then takes the name. So if the
 * process is killed, either the old file or the new one remains.
 */
export class CassetteWriter {
  readonly #path: string;
  readonly #target: string;
  readonly #lock: FileLock;
  #isOpen = false;

  constructor(path: string) {
    this.#path = path;
    this.#target = realPath(path);
    this.#lock = new FileLock(this.#target);
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /**
   * Creates the folder, takes the lock, and returns the existing text. Throws a CassetteFileError if any of this
   * fails, so that no model gives answers that could not be kept.
   */
  open(): string | undefined {
    let text: string | undefined;
    this.#attempt('The cassette cannot be recorded', () => {
      mkdirSync(dirname(this.#target), { recursive: true });
      const owner = this.#lock.take();
      if (owner) throw this.#taken(owner);
      try {
        // The file is read before a model is asked. A folder, or a file of another tool, would otherwise be noticed
        // only when it is replaced.
        if (existsSync(this.#target)) {
          text = readFileSync(this.#target, 'utf8');
          assertOwn(this.#path, text);
        }
        writeFileSync(this.#temporary, '');
      } catch (error) {
        this.#lock.giveBack();
        throw error;
      }
    });
    this.#isOpen = true;
    return text;
  }

  /** Replaces the file. */
  write(text: string): void {
    const temporary = this.#temporary;
    this.#attempt('The cassette cannot be written', () => writeWhole(this.#target, text, { temporary }));
  }

  /** Releases the lock. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    rmSync(this.#temporary, { force: true });
    this.#lock.giveBack();
  }

  /** Each cassette has one temporary file, so that processes that are killed leave at most one behind. */
  get #temporary(): string {
    return `${this.#target}.tmp`;
  }

  #taken({ pid, host, isThisProcess }: LockOwner): CassetteFileError {
    const file = shownPath(this.#path);
    const who = isThisProcess
      ? 'this process'
      : pid === undefined
        ? 'another process'
        : `process ${pid} on ${host}`;
    return new CassetteFileError(
      `${file}: The file is already being recorded by ${who}. Give each recording its own file, or close the other recording first. If no other recording is running, remove ${this.#lock.path}.`,
      { problem: 'taken', file, pid },
    );
  }

  #attempt(what: string, act: () => void): void {
    try {
      act();
    } catch (error) {
      if (error instanceof CassetteFileError) throw error;
      const file = shownPath(this.#path);
      throw new CassetteFileError(
        `${file}: ${what}: ${reasonOf(error)}.`,
        { problem: 'unwritable', file },
        { cause: error },
      );
    }
  }
}
