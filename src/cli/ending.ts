import { writeSync } from 'node:fs';
import type { ExitCode, Invocation } from './invocation.ts';

/**
 * Sees to it that the process ends as it should: not before the command has finished, because a
 * user's module called `process.exit`; not long after, because one left a timer or a server; with
 * everything written, whatever a module has done to `process.stdout.write`.
 */
export class Ending {
  #finished = false;
  #brokenOutput = false;
  readonly #flushes = [process.stdout, process.stderr].map((stream) => {
    const write = stream.write.bind(stream);
    return () => new Promise<void>((resolve) => write('', () => resolve()));
  });

  constructor(invocation: Invocation) {
    process.on('exit', () => {
      if (this.#finished) return;
      writeSync(
        2,
        `${invocation.current} ended the process (process.exit) before all was done. What is printed is not complete.\n`,
      );
      process.exitCode = 2;
    });
    for (const stream of [process.stdout, process.stderr]) {
      stream.on('error', (error: NodeJS.ErrnoException) => {
        // Whoever reads the output has read enough, as `head` does; the exit code is still to tell.
        if (error.code === 'EPIPE' || this.#brokenOutput) return;
        this.#brokenOutput = true;
        writeSync(2, `The output could not be written: ${error.message}\n`);
      });
    }
  }

  /** Waits until everything is written, and ends the process. */
  async finish(exitCode: ExitCode): Promise<never> {
    for (const flush of this.#flushes) await flush();
    this.#finished = true;
    process.exit(this.#brokenOutput ? 2 : exitCode);
  }
}
