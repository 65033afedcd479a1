import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What a command left behind. */
export interface CommandResult {
  code: number | string | null;
  stdout: string;
  stderr: string;
}

/** A project of a user in a folder of its own, in which commands are run. Gone at the end of its block. */
export class Project implements AsyncDisposable {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** A project with these files by name; of ES modules, where nothing else is said. */
  static async of(files: Record<string, string>, packageJson: object = { type: 'module' }): Promise<Project> {
    const project = new Project(await realpath(await mkdtemp(join(tmpdir(), 'swarmcheck-cli-'))));
    await symlink(join(root, 'node_modules'), join(project.folder, 'node_modules'));
    const entries = {
      swarmcheck: ['src/index.ts'],
      'swarmcheck/testing': ['src/testing.ts'],
      'swarmcheck/fast-check': ['src/fast-check.ts'],
    };
    const paths = Object.fromEntries(
      Object.entries(entries).map(([name, [file]]) => [name, [join(root, file!)]]),
    );
    await project.write({
      'package.json': JSON.stringify(packageJson),
      'tsconfig.json': JSON.stringify({ compilerOptions: { module: 'nodenext', target: 'es2022', paths } }),
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

  /** Runs the command line of the sources, as the bin would. What takes too long is ended, and has no code. */
  swarmcheck(args: string[], env: Record<string, string> = {}, stdin = ''): Promise<CommandResult> {
    const loader = join(root, 'node_modules/tsx/dist/loader.mjs');
    const command = ['--import', loader, join(root, 'src/cli/main.ts'), ...args];
    return new Promise((resolve) => {
      const options = {
        cwd: this.folder,
        env: { ...cleanEnvironment(), ...env },
        timeout: 25_000,
        maxBuffer: 100_000_000,
      };
      const child = execFile(process.execPath, command, options, (error, stdout, stderr) => {
        resolve({ code: error ? (error.code ?? null) : 0, stdout, stderr });
      });
      // A command that ends before it has read all of it is none that failed.
      child.stdin?.on('error', () => {}).end(stdin);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Without what vitest tells its workers, and without a wish for colours. */
export function cleanEnvironment(): Record<string, string | undefined> {
  const unwanted = /^(VITEST|NODE_OPTIONS|NODE_V8|FORCE_COLOR|NO_COLOR|COLORTERM)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !unwanted.test(name)));
}

/** The source of a file with one scenario: an agent with a tool is asked, and says hello. `expectations` as source. */
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

/** Lines that only a stack trace has. */
export const stackTrace = /^\s+at .+:\d+:\d+\)?$|Require stack:|^Node\.js v/m;
