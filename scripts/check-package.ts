/**
 * Checks the package as users get it: packed, then installed into an empty project with only openai and vitest. There
 * every declaration is type-checked, including those of dependencies, and the blocks of the README and of two guides and
 * test/package/consumer/ are run. Its argument is the packed package; without one it packs the package itself.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { extract, type DocsFile } from './docs.ts';
import { locked } from './locked.ts';
import { pack } from './pack.ts';

const folder = mkdtempSync(join(tmpdir(), 'swarmcheck-package-'));
const project = join(folder, 'project');
const hadDist = existsSync('dist');

/** Prints the command; prints its output only if it failed. */
function run(command: string, args: string[], cwd = '.'): void {
  console.log(`- ${[command, ...args].join(' ').replaceAll(folder, '…')}`);
  const { status, error, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ended with ${error?.message ?? status}:\n${stdout}${stderr}`);
}

function write(path: string, text: string): void {
  const target = join(project, path);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, text);
}

/** Copies cassettes. They are named after the files of their tests, which have other paths in the project. */
function copyCassettes(from: string, to: string): void {
  const cassettes = 'fixtures/cassettes';
  cpSync(join(cassettes, from), join(project, cassettes, to), { recursive: true });
}

/** The guides whose blocks are run too, each in its own folder. */
const guides = ['guide-clients', 'guide-engine'];

/** The strictest settings a user may have, without the types of Node. */
const compilerOptions = {
  target: 'es2023',
  module: 'nodenext',
  types: [],
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: false,
  allowImportingTsExtensions: true,
  noEmit: true,
};

/** Whether a block needs an optional peer, and so has to wait until it is installed. */
function takesOptionalPeer({ path, text }: DocsFile): boolean {
  return path.endsWith('.mocked.test.ts') || /swarmcheck\/fast-check|\.check\.ts/.test(text);
}

try {
  const tarball = process.argv[2] ?? pack(folder);
  run('npx', ['--no', '--', 'publint', 'run', tarball, '--strict']);
  run('npx', ['--no', '--', 'attw', tarball, '--profile', 'esm-only']);

  write('package.json', JSON.stringify({ private: true, type: 'module' }));
  write('tsconfig.json', JSON.stringify({ compilerOptions }));
  run('npm', ['install', tarball, ...['openai', 'vitest'].map(locked)], project);
  const blocks = [
    ...extract(readFileSync('README.md', 'utf8'), 'README.md'),
    ...guides.flatMap((guide) =>
      extract(readFileSync(`docs/${guide}.md`, 'utf8'), `docs/${guide}.md`)
        // The configuration of a project that has msw.
        .filter(({ path }) => path !== 'vitest.config.ts')
        .map(({ path, text }) => ({ path: join(guide, path), text })),
    ),
  ];
  const scenarios = blocks.map(({ path }) => path).filter((path) => path.endsWith('.scenario.ts'));
  const [mocked, others] = [true, false].map((wanted) =>
    blocks.filter((block) => takesOptionalPeer(block) === wanted),
  ) as [DocsFile[], DocsFile[]];
  for (const { path, text } of others) write(path, text);
  cpSync('test/package/consumer', project, { recursive: true });
  copyCassettes('docs-tests/readme-md', '.');

  run(resolve('node_modules/.bin/tsc'), [], project);
  run('npx', ['--no', '--', 'vitest', 'run'], project);
  run('npx', ['--no', '--', 'swarmcheck', 'run', '--all-modes', ...scenarios], project);
  run('npx', ['--no', '--', 'swarmcheck', '--help'], project);

  // The contract as users write it, with their own schema library; then a project of CommonJS modules, as `npm init`
  // creates it.
  run('npm', ['install', ...['zod', 'msw', 'fast-check', '@types/node'].map(locked)], project);
  write('vitest.config.ts', readFileSync('test/package/newest/vitest.config.ts', 'utf8'));
  write('tsconfig.json', JSON.stringify({ compilerOptions: { ...compilerOptions, types: ['node'] } }));
  cpSync('test/contract/examples.test.ts', join(project, 'examples.test.ts'));
  copyCassettes('refund.json', 'refund.json');
  for (const { path, text } of mocked) write(path, text);
  run(resolve('node_modules/.bin/tsc'), [], project);
  run('npx', ['--no', '--', 'vitest', 'run', '--project', 'mocked'], project);
  run('npx', ['--no', '--', 'swarmcheck', 'check', 'refunds.ts#triage', '--runs', '50'], project);
  write('package.json', JSON.stringify({ private: true }));
  run('npx', ['--no', '--', 'swarmcheck', 'run', ...scenarios], project);
} finally {
  rmSync(folder, { recursive: true });
  if (!hadDist) rmSync('dist', { recursive: true, force: true });
}
