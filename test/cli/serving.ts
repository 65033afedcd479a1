import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { callInProcess, type CommandResult, type Output } from '../support/in-process.ts';
import { bin, cleanEnvironment, type Project } from './swarmcheck.ts';

/** A running `swarmcheck serve`, which is stopped when it is disposed of. */
export class Serving implements AsyncDisposable {
  /** The result of the command, once it has ended. */
  readonly ended: Promise<CommandResult>;
  readonly #stop: (signal: NodeJS.Signals) => unknown;
  #printed = { stdout: '', stderr: '' };
  #onOutput = () => {};

  private constructor(
    run: (onOutput: (printed: { stdout: string; stderr: string }) => void) => Promise<CommandResult>,
    stop: (signal: NodeJS.Signals) => unknown,
  ) {
    this.#stop = stop;
    this.ended = run((printed) => {
      this.#printed = printed;
      this.#onOutput();
    });
  }

  /** Serves in this process with these arguments, and waits until the address is printed. */
  static async start(project: Project, args: string[]): Promise<Serving> {
    const stopping = new AbortController();
    const command = {
      args: ['serve', ...args],
      folder: project.folder,
      env: cleanEnvironment(),
      signal: stopping.signal,
    };
    const run = (onOutput: (printed: Output) => void) => callInProcess(command, onOutput);
    return await new Serving(run, () => stopping.abort()).#started();
  }

  /** Serves in a new process, which can receive signals, and waits until the address is printed. */
  static async spawn(project: Project, args: string[]): Promise<Serving> {
    const child = spawn(process.execPath, [bin(), 'serve', ...args], {
      cwd: project.folder,
      env: cleanEnvironment(),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const run = async (onOutput: (printed: { stdout: string; stderr: string }) => void) => {
      const printed = { stdout: '', stderr: '' };
      for (const name of ['stdout', 'stderr'] as const) {
        child[name].setEncoding('utf8').on('data', (text: string) => {
          printed[name] += text;
          onOutput(printed);
        });
      }
      const [code, signal] = (await once(child, 'close')) as (number | string | null)[];
      return { code: code ?? signal ?? null, ...printed };
    };
    return await new Serving(run, (signal) => child.kill(signal)).#started();
  }

  get stdout(): string {
    return this.#printed.stdout;
  }

  get stderr(): string {
    return this.#printed.stderr;
  }

  async #started(): Promise<this> {
    await this.until(/Serving ".*" at http:\S+/);
    return this;
  }

  /** Waits until this has been printed, to either output. Throws if the command ends without it. */
  async until(pattern: RegExp): Promise<void> {
    let hasEnded = false;
    void this.ended.then(() => {
      hasEnded = true;
      this.#onOutput();
    });
    while (!pattern.test(this.stdout) && !pattern.test(this.stderr)) {
      if (hasEnded) throw new Error(`It ended without ${pattern}:\n${this.stdout}\n${this.stderr}`);
      await new Promise<void>((resolve) => (this.#onOutput = resolve));
    }
  }

  /** The printed address, for clients. */
  get baseURL(): string {
    return /at (http:\S+)/.exec(this.stdout + this.stderr)![1]!;
  }

  /** Stops the command, and waits for its end. */
  async stop(signal: 'SIGTERM' | 'SIGINT' = 'SIGTERM'): Promise<CommandResult> {
    this.#stop(signal);
    return await this.ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop('SIGKILL');
    await this.ended;
  }
}
