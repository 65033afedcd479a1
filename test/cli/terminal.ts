import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { bin, cleanEnvironment, type Project } from './swarmcheck.ts';

const quoted = (text: string) => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** A command in its own pseudo terminal (opened by `script` of util-linux), in which a test can type. */
export class Terminal implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  #told = () => {};
  #hasEnded = false;
  /** How much of `screen` the calls of `until` have passed. */
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

  /** Runs the built command line in a terminal. */
  static open(project: Project, args: string[], env: Record<string, string> = {}): Terminal {
    const command = [process.execPath, bin(), ...args];
    // `exec` replaces the shell that `script` starts: a shell that stays would also receive Ctrl-C, and some shells
    // end on it.
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

  /** Waits until this text appears after the text of the previous call. Throws if the command ends without it. */
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

  /** Waits for the end of the command. Returns its exit code. */
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
