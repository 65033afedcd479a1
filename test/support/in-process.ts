/** Calls the command line in this process. A command takes milliseconds here, and nearly a second as a process. */
import { Console } from 'node:console';
import { join } from 'node:path';
import { PassThrough, Writable, type Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import type * as CommandLine from '../../src/cli/command-line.ts';
import type * as Invocations from '../../src/cli/invocation.ts';
import { builtPackage } from './built-package.ts';

/** The output of a command, and its exit code. */
export interface CommandResult {
  code: number | string | null;
  stdout: string;
  stderr: string;
}

/** A command to call. */
export interface Command {
  args: readonly string[];
  folder: string;
  env: NodeJS.ProcessEnv;
  stdin?: string | Readable;
  signal?: AbortSignal;
}

/** Commands share the folder, the environment and the output of this process, so each waits for the one before. */
let last: Promise<unknown> = Promise.resolve();

/** Calls a command after all earlier ones have ended. `onOutput` receives the output so far, after each write. */
export async function callInProcess(
  command: Command,
  onOutput: (printed: Output) => void = () => {},
): Promise<CommandResult> {
  const called = last.then(() => call(command, onOutput));
  last = called.catch(() => {});
  return await called;
}

/** The output of a command so far. */
export class Output {
  stdout = '';
  stderr = '';
  readonly #onOutput: (output: Output) => void;

  constructor(onOutput: (output: Output) => void) {
    this.#onOutput = onOutput;
  }

  to(name: 'stdout' | 'stderr'): Writable {
    return new Writable({
      decodeStrings: false,
      write: (chunk: string | Uint8Array, _encoding, done) => {
        this[name] += typeof chunk === 'string' ? chunk : new TextDecoder().decode(chunk);
        this.#onOutput(this);
        done();
      },
    });
  }
}

async function call({ args, folder, env, stdin = '', signal }: Command, onOutput: (printed: Output) => void) {
  const load = async <T>(file: string) =>
    (await import(/* @vite-ignore */ pathToFileURL(join(builtPackage(), 'dist/cli', file)).href)) as T;
  const { runCommandLine } = await load<typeof CommandLine>('command-line.js');
  const { Invocation } = await load<typeof Invocations>('invocation.js');
  const output = new Output(onOutput);
  const [stdout, stderr] = [output.to('stdout'), output.to('stderr')];
  using _ = takeProcess(folder, env, stdout, stderr);
  const invocation = new Invocation({
    stdin: typeof stdin === 'string' ? inputOf(stdin) : stdin,
    stdout,
    stderr,
    env,
    folder: process.cwd(),
    ...(signal && { signal }),
  });
  const code = await runCommandLine(args, invocation);
  return { code, stdout: output.stdout, stderr: output.stderr };
}

function inputOf(text: string): Readable {
  const input = new PassThrough();
  input.end(text);
  return input;
}

const strays = ['unhandledRejection', 'uncaughtException'] as const;

/** Gives user modules the folder, the environment and the output of the command, until it is disposed. */
function takeProcess(folder: string, env: NodeJS.ProcessEnv, stdout: Writable, stderr: Writable): Disposable {
  const before = {
    folder: process.cwd(),
    env: process.env,
    exitCode: process.exitCode,
    console: globalThis.console,
    stdout: process.stdout.write,
    stderr: process.stderr.write,
    // Node's own handler reads the source maps of user modules. The test runner's knows only modules that it
    // compiled.
    prepareStackTrace: Error.prepareStackTrace,
    // The command adds its own. The test runner's would fail the test for errors that the command reports.
    listeners: strays.map((event) => process.listeners(event as 'uncaughtException')),
  };
  process.chdir(folder);
  process.env = env;
  process.stdout.write = stdout.write.bind(stdout) as typeof process.stdout.write;
  process.stderr.write = stderr.write.bind(stderr) as typeof process.stderr.write;
  globalThis.console = new Console(process.stdout, process.stderr);
  Reflect.deleteProperty(Error, 'prepareStackTrace');
  for (const event of strays) process.removeAllListeners(event);
  return {
    [Symbol.dispose]() {
      process.chdir(before.folder);
      process.env = before.env;
      process.exitCode = before.exitCode;
      process.stdout.write = before.stdout;
      process.stderr.write = before.stderr;
      globalThis.console = before.console;
      if (before.prepareStackTrace) Error.prepareStackTrace = before.prepareStackTrace;
      for (const [index, event] of strays.entries()) {
        process.removeAllListeners(event);
        for (const listener of before.listeners[index]!) process.on(event, listener as () => void);
      }
    },
  };
}
