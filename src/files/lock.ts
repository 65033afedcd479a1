import { createHash } from 'node:crypto';
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { threadId } from 'node:worker_threads';

/** The process that has a lock. It has no `pid` if it released the lock in the meantime. */
export interface LockOwner {
  readonly pid: number | undefined;
  readonly host: string | undefined;
  /** Whether the owner is the current process. */
  readonly isThisProcess: boolean;
}

/**
 * Keeps a second writer away from a file. The lock is in the folder for temporary files, so that nothing is left
 * beside the file.
 */
export class FileLock {
  /** The lock file. */
  readonly path: string;

  /** `target` is the file that is locked. */
  constructor(target: string) {
    const id = createHash('sha256').update(target).digest('hex').slice(0, 16);
    this.path = join(tmpdir(), `swarmcheck-recording-${id}.lock`);
  }

  /** Takes the lock, or returns its owner if it is taken. A lock that a killed process left behind is taken over. */
  take(): LockOwner | undefined {
    const own = `${this.path}.${process.pid}-${threadId}`;
    writeFileSync(own, `${process.pid} ${hostname()}`);
    try {
      // A hard link has its content from the start. A file that is created and then written would be empty for a
      // moment, and would not show its owner.
      if (this.#link(own)) return undefined;
      const owner = this.#owner();
      if (isGone(owner) && owner === this.#owner()) rmSync(this.path, { force: true });
      return this.#link(own) ? undefined : ownerIn(this.#owner());
    } finally {
      rmSync(own, { force: true });
    }
  }

  giveBack(): void {
    rmSync(this.path, { force: true });
  }

  #link(own: string): boolean {
    try {
      linkSync(own, this.path);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
      throw error;
    }
  }

  #owner(): string {
    try {
      return readFileSync(this.path, 'utf8');
    } catch {
      // The owner has released the lock in the meantime, so the lock file is gone.
      return '';
    }
  }
}

function ownerIn(text: string): LockOwner {
  const [pid, host] = text.split(' ');
  const isThisProcess = pid === String(process.pid) && host === hostname();
  return { pid: pid ? Number(pid) : undefined, host, isThisProcess };
}

/** Whether the process that took a lock has ended; false for one on another host, where this is not known. */
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
