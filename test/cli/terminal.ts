import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { bin, cleanEnvironment, type Project } from './swarmcheck.ts';

const quoted = (text: string) => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** A command in a terminal of its own (a pseudo terminal that `script` of util-linux opens), typed at by a test. */
export class Terminal implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  #told = () => {};
  #hasEnded = false;
  /** How much of what stands there was waited for already. */
  #seen = 0;
  screen = '';

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      this.screen += text;
      this.#told();
    });
    this.#ended = once(child, 'close').then(() => {
      this.#hasEnded = true;
      this.#told();
    });
  }

  /** Runs the command line of the sources in it. */
  static open(project: Project, args: string[], env: Record<string, string> = {}): Terminal {
    const command = [process.execPath, bin(), ...args];
    // The shell that `script` starts hands over to it: one that stays would get the signals of Ctrl-C as well, and some end.
    const child = spawn('script', ['-qefc', `exec ${command.map(quoted).join(' ')}`, '/dev/null'], {
      cwd: project.folder,
      env: { ...cleanEnvironment(), TERM: 'xterm', NO_COLOR: '1', ...env },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    return new Terminal(child);
  }

  /** Presses keys. */
  type(keys: string): void {
    this.#child.stdin!.write(keys);
  }

  /** Until this stands there, below what was waited for before. Fails where the command ends without it. */
  async until(text: string): Promise<void> {
    for (;;) {
      const at = this.screen.indexOf(text, this.#seen);
      if (at >= 0) {
        this.#seen = at + text.length;
        return;
      }
      if (this.#hasEnded) throw new Error(`It ended without ${JSON.stringify(text)}:\n${this.screen}`);
      await new Promise<void>((resolve) => (this.#told = resolve));
    }
  }

  /** The exit code, once it has ended. */
  async code(): Promise<number | null> {
    await this.#ended;
    return this.#child.exitCode;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }
}

export const ctrlC = '\u0003';
export const ctrlD = '\u0004';
export const up = '\u001B[A';
