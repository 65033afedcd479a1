import { CassetteFileError } from '../cassette-errors.ts';
import { shownPath } from '../../files/path.ts';
import { printJson } from '../../files/print-json.ts';
import { CassetteWriter } from './write.ts';
import type { Tape } from '../match/tape.ts';
import type { Redactor } from '../../secrets/redactor.ts';
import type { CassetteSettings } from '../session-settings.ts';

/** The keepers with an open file. Their recordings are saved when the process exits. */
const open = new Set<Keeper>();

/**
 * Keeps a recording on disk. It always writes the whole file, but seldom enough that a long recording does not become
 * slow.
 *
 * An existing file is replaced when the first answer arrives. It stays if no answer arrives, because a refused key or
 * a broken network must not destroy a good recording.
 */
export class Keeper {
  readonly #tape: Tape;
  readonly #writer: CassetteWriter;
  readonly #settings: CassetteSettings;
  readonly #redactor: Redactor;
  /** The number of interactions that were recorded, and how many of them are on disk. */
  #count = 0;
  #saved = 0;
  #mayWrite = true;

  constructor(tape: Tape, settings: CassetteSettings, redactor: Redactor) {
    this.#tape = tape;
    this.#redactor = redactor;
    this.#settings = settings;
    this.#writer = new CassetteWriter(settings.path);
  }

  /** The number of interactions that were recorded. */
  get count(): number {
    return this.#count;
  }

  /**
   * Opens the file. Must be called before a model is asked. Throws a CassetteFileError if the recording could not be
   * kept.
   */
  open(): void {
    if (this.#writer.isOpen) return;
    const { path, base, isAddition, errorsCount } = this.#settings;
    const there = this.#writer.open();
    if (isAddition && there !== base) {
      this.#writer.close();
      throw new CassetteFileError(
        `${shownPath(path)}: The file changed after it was read, for example by another recording. Run this again.`,
        { problem: 'changed', file: shownPath(path) },
      );
    }
    this.#mayWrite = Boolean(isAddition || errorsCount) || there === undefined;
    if (open.size === 0) process.on('exit', saveAll);
    open.add(this);
  }

  /** Notes one more interaction. `isAnswer` says whether it has an answer, or a part of one, and no error. */
  add(isAnswer: boolean): void {
    // After the writer was closed, the file may belong to another recording.
    if (!this.#writer.isOpen) return;
    this.#count++;
    this.#mayWrite ||= isAnswer;
    // The file is saved at growing intervals. Each save writes all interactions, so a save after each one would take
    // quadratic time.
    const isDue = this.#count - this.#saved > this.#saved / 8;
    if (isDue && this.#mayWrite && !this.#settings.writesAtEnd) this.#save();
  }

  /**
   * Writes the interactions that are not on disk yet, and releases the file. Throws a CassetteFileError if a
   * recording with only errors would replace an existing file.
   */
  close(): void {
    if (!this.#writer.isOpen) return;
    try {
      if (this.#count > 0 && !this.#mayWrite)
        throw new CassetteFileError(
          `${shownPath(this.#settings.path)}: The recording has only errors, so it does not replace the existing cassette. To record the errors, remove the cassette first.`,
          { problem: 'only-errors', file: shownPath(this.#settings.path) },
        );
      // The results of the last calls are known only now.
      this.#tape.settle(this.#redactor);
      if (this.#count > 0) this.#save();
    } finally {
      this.#release();
    }
  }

  /** Saves at the end of the process, if the recording was not closed. */
  saveLeft(): void {
    try {
      this.#tape.settle(this.#redactor);
      if (this.#count > 0 && this.#mayWrite && !this.#settings.writesAtEnd) this.#save();
    } finally {
      this.#release();
    }
  }

  /** Releases the file without writing. */
  discard(): void {
    if (this.#writer.isOpen) this.#release();
  }

  #save(): void {
    this.#writer.write(printJson(this.#tape.toFile()));
    this.#saved = this.#count;
  }

  #release(): void {
    this.#writer.close();
    open.delete(this);
    if (open.size === 0) process.off('exit', saveAll);
  }
}

function saveAll(): void {
  for (const keeper of open) keeper.saveLeft();
}
