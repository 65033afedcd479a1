import { CassetteFileError } from '../cassette-errors.ts';
import { shownPath } from '../../files/path.ts';
import { printJson } from '../../files/print-json.ts';
import { CassetteWriter } from './write.ts';
import type { Tape } from '../match/tape.ts';
import type { Redactor } from '../../secrets/redactor.ts';
import type { CassetteSettings } from '../session-settings.ts';

/** Those that are open, for the end of the process. */
const open = new Set<Keeper>();

/**
 * Keeps what is recorded on disk: whole at every moment, and not written so often that a long recording gets slow.
 *
 * A file that was there is replaced with the first answer that comes, and stays where none does: a key that is refused, or a
 * network that is down, must not cost a recording that is good.
 */
export class Keeper {
  readonly #tape: Tape;
  readonly #writer: CassetteWriter;
  readonly #settings: CassetteSettings;
  readonly #redactor: Redactor;
  /** Interactions that were recorded, and how many of these are on disk. */
  #count = 0;
  #saved = 0;
  #mayWrite = true;

  constructor(tape: Tape, settings: CassetteSettings, redactor: Redactor) {
    this.#tape = tape;
    this.#redactor = redactor;
    this.#settings = settings;
    this.#writer = new CassetteWriter(settings.path);
  }

  /** How many interactions were recorded. */
  get count(): number {
    return this.#count;
  }

  /** To be called before a model is asked. Throws a CassetteFileError where nothing could be kept. */
  open(): void {
    if (this.#writer.isOpen) return;
    const { path, base, isAddition, errorsCount } = this.#settings;
    const there = this.#writer.open();
    if (isAddition && there !== base) {
      this.#writer.close();
      throw new CassetteFileError(
        `${shownPath(path)}: It was changed since it was read, by another recording for example. Run this once more.`,
        { problem: 'changed', file: shownPath(path) },
      );
    }
    this.#mayWrite = Boolean(isAddition || errorsCount) || there === undefined;
    if (open.size === 0) process.on('exit', saveAll);
    open.add(this);
  }

  /** Notes that there is one more interaction; `isAnswer` says whether it is more than an error. */
  add(isAnswer: boolean): void {
    // It is another one's by now.
    if (!this.#writer.isOpen) return;
    this.#count++;
    this.#mayWrite ||= isAnswer;
    // In ever larger steps: to write all of it each time would cost the square of its length.
    const isDue = this.#count - this.#saved > this.#saved / 8;
    if (isDue && this.#mayWrite && !this.#settings.writesAtEnd) this.#save();
  }

  /** Writes what is left, and lets others record. Throws a CassetteFileError where a good recording would be lost. */
  close(): void {
    if (!this.#writer.isOpen) return;
    try {
      if (this.#count > 0 && !this.#mayWrite)
        throw new CassetteFileError(
          `${shownPath(this.#settings.path)}: Nothing but errors came, so the cassette is left as it was. If they are what is to be recorded, remove it first.`,
          { problem: 'only-errors', file: shownPath(this.#settings.path) },
        );
      // Also what is known only now: the results of the last calls.
      this.#tape.settle(this.#redactor);
      if (this.#count > 0) this.#save();
    } finally {
      this.#release();
    }
  }

  /** At the end of the process, where nobody has closed it. */
  saveLeft(): void {
    try {
      this.#tape.settle(this.#redactor);
      if (this.#count > 0 && this.#mayWrite && !this.#settings.writesAtEnd) this.#save();
    } finally {
      this.#release();
    }
  }

  /** Lets others record, and writes nothing more. */
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
