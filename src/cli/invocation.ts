import type { Readable } from 'node:stream';

/** 0 all is well, 1 something failed, 2 wrong use, or a file that could not be loaded. */
export type ExitCode = 0 | 1 | 2;

/** Where a command prints. */
export interface OutputStream extends NodeJS.WritableStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** The parts of a process that a call of the command line uses. Each is the process's own unless it is given. */
interface Surroundings {
  stdin?: Readable;
  stdout?: OutputStream;
  stderr?: OutputStream;
  env?: NodeJS.ProcessEnv;
  /** The folder that files are named relative to. It has to be the working directory, because user modules read that. */
  folder?: string;
  /** Ends a command that runs until it is stopped. */
  signal?: AbortSignal;
}

/**
 * One call of the command line: the streams and the environment it was called with, and how it ends. Commands use these in
 * place of `process`, so that tests can call them without a process of their own.
 */
export class Invocation {
  readonly stdin: Readable;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly env: NodeJS.ProcessEnv;
  readonly folder: string;
  /** What is being loaded or played, for the message when it ends the process. */
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

  /** Aborted when the command is told to stop. From the first call on, Ctrl-C and SIGTERM no longer end the process. */
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
   * The way to stdout. With --json, stdout holds the document alone: what user modules print goes to stderr from here on.
   */
  claimStdout(isForDocument: boolean): (chunk: string) => void {
    const write = this.stdout.write.bind(this.stdout);
    if (isForDocument) process.stdout.write = process.stderr.write.bind(process.stderr);
    return (chunk) => void write(chunk);
  }

  /** Whether colours are wanted there. */
  isColourful(stream: OutputStream): boolean {
    return stream.isTTY === true && !this.env['NO_COLOR'];
  }
}
