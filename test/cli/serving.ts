import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CommandResult, Project } from './swarmcheck.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** `swarmcheck serve` in a process of its own, which is ended with its block. */
export class Serving implements AsyncDisposable {
  readonly #child: ChildProcess;
  stdout = '';
  stderr = '';
  /** What it left behind, once it has ended. */
  readonly ended: Promise<CommandResult>;
  #told = () => {};

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
      this.#told();
    });
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
      this.#told();
    });
    this.ended = once(child, 'close').then(([code, signal]: (number | string | null)[]) => ({
      code: code ?? signal ?? null,
      stdout: this.stdout,
      stderr: this.stderr,
    }));
  }

  /** Serves, with these arguments, and waits until it says where. */
  static async start(project: Project, args: string[]): Promise<Serving> {
    const loader = join(root, 'node_modules/tsx/dist/loader.mjs');
    const command = ['--import', loader, join(root, 'src/cli/main.ts'), 'serve', ...args];
    const unwanted = /^(VITEST|NODE_OPTIONS|NODE_V8|FORCE_COLOR|NO_COLOR|COLORTERM)/;
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !unwanted.test(name)));
    const child = spawn(process.execPath, command, {
      cwd: project.folder,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const serving = new Serving(child);
    await serving.until(/Serving ".*" at http:\S+/);
    return serving;
  }

  /** Until this has been printed, to either output. Fails when the process ends without it. */
  async until(pattern: RegExp): Promise<void> {
    let hasEnded = false;
    void this.ended.then(() => {
      hasEnded = true;
      this.#told();
    });
    while (!pattern.test(this.stdout) && !pattern.test(this.stderr)) {
      if (hasEnded) throw new Error(`It ended without ${pattern}:\n${this.stdout}\n${this.stderr}`);
      await new Promise<void>((resolve) => (this.#told = resolve));
    }
  }

  /** The address clients are given. */
  get baseURL(): string {
    return /at (http:\S+)/.exec(this.stdout + this.stderr)![1]!;
  }

  /** Sends a signal, and waits for the end. */
  async stop(signal: 'SIGTERM' | 'SIGINT' = 'SIGTERM'): Promise<CommandResult> {
    this.#child.kill(signal);
    return await this.ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.ended;
  }
}
