/** Processes that record. As plain JavaScript they start in a fraction of the time that compiling them in each would take. */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const entry = relative(root, fileURLToPath(new URL('./recorder.ts', import.meta.url)));

/** The recorder and all that it imports, compiled. Gone at the end of its block. */
export class Recorders implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'swarmcheck-recorders-'));

  constructor() {
    this.#write('package.json', '{ "type": "module" }');
    symlinkSync(join(root, 'node_modules'), join(this.#folder, 'node_modules'));
    // A set visits what is added while it is walked.
    const files = new Set([entry]);
    for (const file of files) {
      const source = ts.transpileModule(readFileSync(join(root, file), 'utf8'), {
        compilerOptions,
      }).outputText;
      this.#write(compiled(file), source);
      for (const [, specifier] of source.matchAll(/(?:from |import ?\(?)['"](\.[^'"]+)\.js['"]/g))
        files.add(`${join(dirname(file), specifier!)}.ts`);
    }
  }

  /** Starts one; `step` is where it kills itself. */
  start(cassette: string, turns: number, step?: number): Recorder {
    const args = [
      join(this.#folder, compiled(entry)),
      cassette,
      `${turns}`,
      ...(step === undefined ? [] : [`${step}`]),
    ];
    return new Recorder(spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] }));
  }

  #write(name: string, text: string): void {
    const path = join(this.#folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

const compilerOptions: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  rewriteRelativeImportExtensions: true,
  verbatimModuleSyntax: true,
};

const compiled = (file: string) => file.replace(/ts$/, 'js');

/** A process that records. It ends when whoever started it does. */
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

  /** Waits until it has told this; false where it ends before. */
  async told(line: string): Promise<boolean> {
    for (;;) {
      const next = await this.#lines.next();
      if (next.done) return false;
      if (next.value === line) return true;
    }
  }

  /** Lets it close its recording, and end. */
  async close(): Promise<void> {
    this.#child.stdin.end();
    await this.ended();
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  /** The signal that ended it, or the code that it ended with. */
  async ended(): Promise<unknown> {
    const [code, signal] = await this.#exit;
    return signal ?? code;
  }
}
