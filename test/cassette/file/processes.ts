/**
 * Processes that record. They run one bundled file of JavaScript, because compiling the sources in each process takes
 * much longer.
 */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** The recorder and its imports in one file, which is removed at the end of its block. */
export class Recorders implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'swarmcheck-recorders-'));
  readonly #program = join(this.#folder, 'recorder.mjs');

  constructor() {
    // For packages that are loaded on first use. The recorder does not use them.
    symlinkSync(join(root, 'node_modules'), join(this.#folder, 'node_modules'));
    buildSync({
      entryPoints: [fileURLToPath(new URL('./recorder.ts', import.meta.url))],
      outfile: this.#program,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      external: ['openai'],
      logLevel: 'error',
    });
  }

  /** Starts a process; `step` is where it kills itself. */
  start(cassette: string, turns: number, step?: number): Recorder {
    const args = [this.#program, cassette, `${turns}`, ...(step === undefined ? [] : [`${step}`])];
    return new Recorder(spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] }));
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** A process that records. It ends when the process that started it ends. */
export class Recorder {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: AsyncIterator<string>;
  readonly #exit: Promise<unknown[]>;

  constructor(child: ChildProcessByStdio<Writable, Readable, null>) {
    this.#child = child;
    this.#exit = once(child, 'exit');
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  }

  get pid(): number {
    return this.#child.pid!;
  }

  /** Waits until it has printed this line; false if it ends before. */
  async told(line: string): Promise<boolean> {
    for (;;) {
      const next = await this.#lines.next();
      if (next.done) return false;
      if (next.value === line) return true;
    }
  }

  /** Lets it close its recording, and waits for its end. */
  async close(): Promise<void> {
    this.#child.stdin.end();
    await this.ended();
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  /** The signal that ended it, or its exit code. */
  async ended(): Promise<unknown> {
    const [code, signal] = await this.#exit;
    return signal ?? code;
  }
}
