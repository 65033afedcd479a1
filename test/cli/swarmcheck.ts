import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, realpath, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { builtPackage } from '../support/built-package.ts';
import { callInProcess, type CommandResult } from '../support/in-process.ts';

export type { CommandResult } from '../support/in-process.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A user's project in a temporary folder, in which commands run. Disposing of it deletes the folder. */
export class Project implements AsyncDisposable {
  readonly folder: string;
  /** The modules that this process may have loaded, with their modification times. */
  #loaded = new Map<string, number>();

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** A project with these files (name to text), of ES modules unless `packageJson` says otherwise. */
  static async of(files: Record<string, string>, packageJson: object = { type: 'module' }): Promise<Project> {
    const outer = await realpath(await mkdtemp(join(tmpdir(), 'swarmcheck-cli-')));
    const project = new Project(join(outer, 'project'));
    // The package is installed in the project; its peers and other imports are found in the folder above.
    await symlink(join(root, 'node_modules'), join(outer, 'node_modules'));
    await mkdir(join(project.folder, 'node_modules'), { recursive: true });
    await symlink(builtPackage(), join(project.folder, 'node_modules/swarmcheck'));
    await project.write({
      'package.json': JSON.stringify(packageJson),
      'tsconfig.json': JSON.stringify({ compilerOptions: { module: 'nodenext', target: 'es2022' } }),
      ...files,
    });
    return project;
  }

  async write(files: Record<string, string>): Promise<void> {
    for (const [name, text] of Object.entries(files)) {
      const path = join(this.folder, name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, text);
    }
  }

  /**
   * Calls a command in this process. A process loads each module once, so if modules have changed since the last command, this
   * command runs in a new process. It reports nothing: it takes about half a second more, and spies of the test do not see it.
   */
  async swarmcheck(args: string[], env: Record<string, string> = {}, stdin = ''): Promise<CommandResult> {
    const modules = await this.#modules();
    const before = this.#loaded;
    if ([...modules].some(([file, written]) => (before.get(file) ?? written) !== written))
      return await this.spawnSwarmcheck(args, env, stdin);
    this.#loaded = new Map([...before, ...modules]);
    return await callInProcess({
      args,
      folder: this.folder,
      env: { ...cleanEnvironment(), ...env },
      stdin,
    });
  }

  /**
   * Runs the bin in a new process, for tests of the process itself. After 25 seconds it is killed, and its code is
   * null.
   */
  spawnSwarmcheck(args: string[], env: Record<string, string> = {}, stdin = ''): Promise<CommandResult> {
    return new Promise((resolve) => {
      const options = {
        cwd: this.folder,
        env: { ...cleanEnvironment(), ...env },
        timeout: 25_000,
        maxBuffer: 100_000_000,
      };
      const child = execFile(process.execPath, [bin(), ...args], options, (error, stdout, stderr) => {
        resolve({ code: error ? (error.code ?? null) : 0, stdout, stderr });
      });
      // A command may end before it has read all of its input; that is not a failure.
      child.stdin?.on('error', () => {}).end(stdin);
    });
  }

  async #modules(): Promise<Map<string, number>> {
    const files = (await readdir(this.folder, { recursive: true })).filter(
      (file) => /\.[cm]?[jt]sx?$/.test(file) && !file.startsWith('node_modules'),
    );
    const written = files.map(async (file) => [file, (await stat(join(this.folder, file))).mtimeMs] as const);
    return new Map(await Promise.all(written));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(dirname(this.folder), { recursive: true, force: true });
  }
}

/** The path of the bin. */
export const bin = () => join(builtPackage(), 'dist/cli/main.js');

/** The environment without the variables that Vitest sets for its workers, and without color settings. */
export function cleanEnvironment(): Record<string, string | undefined> {
  const unwanted = /^(VITEST|NODE_OPTIONS|NODE_V8|FORCE_COLOR|NO_COLOR|COLORTERM)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !unwanted.test(name)));
}

/**
 * The source of a file with one scenario: a user says hi, the agent calls its tool and says hello. All parts are
 * source code.
 */
export function scenarioSource(
  name: string,
  parts: { expectations?: string; execute?: string; top?: string; agent?: string } = {},
): string {
  const { expectations = '{}', execute = "'found'", top = '', agent = 'agent' } = parts;
  return `import { Agent, tool } from 'swarmcheck';
import { callTool, defineScenario, say, user } from 'swarmcheck/testing';
${top}
const agent = new Agent({ name: 'Desk', functions: [tool({ name: 'look_up', execute: () => ${execute} })] });

export default defineScenario({
  name: ${JSON.stringify(name)},
  agent: ${agent},
  steps: [user('hi'), callTool('look_up'), say('hello')],
  expect: ${expectations},
});
`;
}

/** Matches lines that only a stack trace contains. */
export const stackTrace = /^\s+at .+:\d+:\d+\)?$|Require stack:|^Node\.js v/m;
