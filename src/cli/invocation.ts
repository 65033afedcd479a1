import type { Readable } from 'node:stream';

/** 0: success. 1: something failed. 2: a usage error, or a file could not be loaded. */
export type ExitCode = 0 | 1 | 2;

/** Where a command prints. */
export interface OutputStream extends NodeJS.WritableStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/**
 * The parts of a process that a call of the command line uses. Each part is taken from the current process if it is
 * not given.
 */
interface Surroundings {
  stdin?: Readable;
  stdout?: OutputStream;
  stderr?: OutputStream;
  env?: NodeJS.ProcessEnv;
  /**
   * The folder that file names are relative to. It must be the working directory, because user modules use
   * `process.cwd()`.
   */
  folder?: string;
  /** When aborted, stops a command that runs until it is stopped, such as `serve`. */
  signal?: AbortSignal;
}

/**
 * One call of the command line: its streams, its environment and its exit code. Commands use these in place of
 * `process`, so that tests can call them without starting a process.
 */
export class Invocation {
  readonly stdin: Readable;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly env: NodeJS.ProcessEnv;
  readonly folder: string;
  /**
   * The module, scenario or cassette that the command works on. If its code calls `process.exit`, the error message
   * names it.
   */
  current = 'A module';
  exitCode: ExitCode = 0;
  #signal: AbortSignal | undefined;

  constructor(given: Surroundings = {}) {
    this.stdin = given.stdin ?? process.stdin;
    this.stdout = given.stdout ?? process.stdout;
    this.stderr = given.stderr ?? process.stderr;
    this.env = given.env ?? process.env;
    this.folder = given.folder ?? process.cwd();
    this.#signal = given.signal;
  }

  /**
   * Aborted when the command should stop. If the caller gave no signal, Ctrl-C and SIGTERM abort this one from its
   * first read on, instead of ending the process.
   */
  get stopSignal(): AbortSignal {
    if (!this.#signal) {
      const stopping = new AbortController();
      const stop = () => stopping.abort();
      process.once('SIGINT', stop).once('SIGTERM', stop);
      this.#signal = stopping.signal;
    }
    return this.#signal;
  }

  /**
   * Returns a function that writes to stdout. If stdout is for a document, as with `--json`, it gets only that
   * document: the output of user modules goes to stderr from now on.
   */
  claimStdout(isForDocument: boolean): (chunk: string) => void {
    const write = this.stdout.write.bind(this.stdout);
    if (isForDocument) process.stdout.write = process.stderr.write.bind(process.stderr);
    return (chunk) => void write(chunk);
  }

  /** Whether output to this stream should have colours. */
  isColourful(stream: OutputStream): boolean {
    return stream.isTTY === true && !this.env['NO_COLOR'];
  }
}
