import { writeSync } from 'node:fs';

/**
 * Sees to it that the process ends as it should: not before the command has finished, because a
 * user's module called `process.exit`, and not long after, because one left a timer or a server.
 */
export class Ending {
  #finished = false;

  constructor() {
    process.on('exit', () => {
      if (this.#finished) return;
      writeSync(
        2,
        'A module ended the process (process.exit) before all was done. What is printed is not complete.\n',
      );
      process.exitCode = 2;
    });
    // Whoever reads the output has read enough, as `head` does.
    for (const stream of [process.stdout, process.stderr]) {
      stream.on('error', (error: NodeJS.ErrnoException) => {
        if (error.code !== 'EPIPE') throw error;
        this.#finished = true;
        process.exit(0);
      });
    }
  }

  /** Waits until everything is written, and ends the process. */
  async finish(exitCode: number): Promise<never> {
    for (const stream of [process.stdout, process.stderr]) {
      await new Promise<void>((resolve) => stream.write('', () => resolve()));
    }
    this.#finished = true;
    process.exit(exitCode);
  }
}
