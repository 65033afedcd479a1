import { writeSync } from 'node:fs';
import type { ExitCode, Invocation } from './invocation.ts';

/**
 * Ends the process. If a user's module calls `process.exit` before the command has finished, an error message says
 * so. Timers and servers that a module left running do not delay the end. All output is written before the process
 * ends, even if a module has replaced `process.stdout.write`.
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
        `${invocation.current} ended the process (process.exit) before swarmcheck was done. The output is incomplete.\n`,
      );
      process.exitCode = 2;
    });
    for (const stream of [process.stdout, process.stderr]) {
      stream.on('error', (error: NodeJS.ErrnoException) => {
        // EPIPE means that the program that reads the output, such as `head`, has read enough. It does not change the
        // exit code.
        if (error.code === 'EPIPE' || this.#brokenOutput) return;
        this.#brokenOutput = true;
        writeSync(2, `The output could not be written: ${error.message}\n`);
      });
    }
  }

  /** Waits until all output is written, and ends the process. */
  async finish(exitCode: ExitCode): Promise<never> {
    for (const flush of this.#flushes) await flush();
    this.#finished = true;
    process.exit(this.#brokenOutput ? 2 : exitCode);
  }
}
