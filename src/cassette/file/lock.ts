import { createHash } from 'node:crypto';
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { threadId } from 'node:worker_threads';
import { CassetteFileError } from '../errors.ts';
import { shownPath } from './path.ts';

/** Keeps a second recording away from a file. In the folder for temporary files, so that nothing is left beside the cassettes. */
export class FileLock {
  readonly #path: string;
  readonly #lock: string;

  /** `target` is where the path leads. */
  constructor(target: string, path: string) {
    this.#path = path;
    const id = createHash('sha256').update(target).digest('hex').slice(0, 16);
    this.#lock = join(tmpdir(), `swarmcheck-recording-${id}.lock`);
  }

  /** Throws a CassetteFileError where somebody else has it. One that a killed process left behind is taken over. */
  take(): void {
    const own = `${this.#lock}.${process.pid}-${threadId}`;
    writeFileSync(own, `${process.pid} ${hostname()}`);
    try {
      // With its text from the first moment on: an empty one could be anybody's.
      if (this.#link(own)) return;
      const owner = this.#owner();
      if (isGone(owner) && owner === this.#owner()) rmSync(this.#lock, { force: true });
      if (!this.#link(own)) throw this.#taken(this.#owner());
    } finally {
      rmSync(own, { force: true });
    }
  }

  giveBack(): void {
    rmSync(this.#lock, { force: true });
  }

  #link(own: string): boolean {
    try {
      linkSync(own, this.#lock);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
      throw error;
    }
  }

  #owner(): string {
    try {
      return readFileSync(this.#lock, 'utf8');
    } catch {
      // Given back in the meantime.
      return '';
    }
  }

  #taken(owner: string): CassetteFileError {
    const [pid, host] = owner.split(' ');
    const isHere = pid === String(process.pid) && host === hostname();
    const who = isHere ? 'this process' : pid ? `process ${pid} on ${host}` : 'another process';
    const advice = ` If there is none any more, remove ${this.#lock}.`;
    return new CassetteFileError(
      `${shownPath(this.#path)}: It is being recorded by ${who} already. Give each recording a file of its own, or close the other one first.${advice}`,
      { problem: 'taken', file: shownPath(this.#path), pid: pid ? Number(pid) : undefined },
    );
  }
}

/** Whether the process that took a lock is no more. */
function isGone(owner: string): boolean {
  const [pid, host] = owner.split(' ');
  if (!pid || host !== hostname()) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
