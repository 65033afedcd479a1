/**
 * Checks the packed package with the newest majors of its peers on the newest Node, in an empty project: it runs the
 * blocks of the README and of two guides, the examples of test/contract, the tests of apps with their own clients, the
 * tests that depend most on Node, the commands that messages print, and every scenario in every play mode, whose hashes
 * it compares with those of this repository. Its argument is the packed package; without one it packs the package itself.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { extract } from './docs.ts';
import { locked } from './locked.ts';
import { pack } from './pack.ts';
import { checkPrintedCommands } from './printed-commands.ts';

/** Pinned, so that a new version can only fail the commit that raises it. */
const newest = [
  'vitest@5.1.1',
  'msw@3.0.5',
  'openai@7.55.0',
  'zod@4.6.7',
  'fast-check@4.10.2',
  '@types/node@26.6.6',
];
/** The packages of the example apps, in the versions of this repository. */
const appPackages = ['minisearch', 'node-sqlite3-wasm'].map(locked);
const nodePackage = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
const nodeVersion = '26.10.0';

const folder = mkdtempSync(join(tmpdir(), 'swarmcheck-newest-'));
const project = join(folder, 'project');
const node = join(project, `node_modules/${nodePackage}/bin/node`);

interface RunDocument {
  passed: number;
  failed: number;
  scenarios: { name: string; hash: string }[];
}

/** Prints the command; prints its output only if it failed. */
function run(command: string, args: string[], cwd = project): string {
  console.log(`- ${[command, ...args].join(' ').replaceAll(folder, '…')}`);
  // The other suite must not inherit our Node options.
  const env = { ...process.env, NODE_OPTIONS: '', CI: 'true' };
  const { status, error, stdout, stderr } = spawnSync(command, args, {
    cwd,
    env,
    encoding: 'utf8',
    maxBuffer: 1e8,
  });
  if (status !== 0) throw new Error(`${command} ended with ${error?.message ?? status}:\n${stdout}${stderr}`);
  return stdout;
}

function write(path: string, text: string): void {
  const target = join(project, path);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, text);
}

function hashesIn(json: string): Map<string, string> {
  const { scenarios } = JSON.parse(json) as RunDocument;
  return new Map(scenarios.map(({ name, hash }) => [name, hash]));
}

try {
  const tarball = process.argv[2] ?? pack(folder);
  write('package.json', JSON.stringify({ private: true, type: 'module' }));
  write('vitest.config.ts', readFileSync('test/package/newest/vitest.config.ts', 'utf8'));
  const packages = [tarball, ...newest, ...appPackages, `${nodePackage}@${nodeVersion}`];
  run('npm', ['install', '--no-audit', '--no-fund', ...packages]);
  console.log(`  Node ${run(node, ['--version']).trim()}`);

  for (const document of ['README.md', 'docs/guide-clients.md', 'docs/guide-engine.md'])
    for (const { path, text } of extract(readFileSync(document, 'utf8'), document))
      write(join('readme', document === 'README.md' ? '' : basename(document, '.md'), path), text);
  cpSync('test/contract/examples.test.ts', join(project, 'examples.test.ts'));
  cpSync('fixtures', join(project, 'fixtures'), { recursive: true });
  cpSync('fixtures/cassettes/docs-tests/readme-md', join(project, 'fixtures/cassettes/readme'), {
    recursive: true,
  });
  // The tests below import these; `test/x` is copied to `x`.
  cpSync('test/support', join(project, 'support'), { recursive: true });
  // Except tests that start vitest or a process of this repository.
  const ofTheRepository = /run-vitest\.ts|node:child_process/;
  cpSync('test/msw', join(project, 'msw'), {
    recursive: true,
    filter: (path) => !path.endsWith('.test.ts') || !ofTheRepository.test(readFileSync(path, 'utf8')),
  });
  // The features that depend most on Node: its callbacks and its readline.
  for (const file of ['scenario/blocking.test.ts', 'chat/run-demo-loop.test.ts'])
    cpSync(join('test', file), join(project, file));
  // Without clients: other SDKs depend on older versions of the openai client.
  cpSync('scenarios', join(project, 'scenarios'), {
    recursive: true,
    filter: (path) => !path.includes(join('scenarios', 'clients')),
  });

  run(node, ['node_modules/vitest/vitest.mjs', 'run']);
  console.log(`  ${checkPrintedCommands(project, node)} printed commands run exactly their test`);
  run(node, [
    'node_modules/swarmcheck/dist/cli/main.js',
    'replay',
    ...['refund', 'library-desk', 'busy-model', 'side-by-side'].map(
      (name) => `fixtures/cassettes/${name}.json`,
    ),
  ]);
  const there = hashesIn(
    run(node, ['node_modules/swarmcheck/dist/cli/main.js', 'run', '--all-modes', '--json']),
  );
  const here = hashesIn(
    run(
      'npx',
      ['--no', '--', 'tsx', 'src/cli/main.ts', 'run', '--all-modes', '--json', '--no-warnings'],
      resolve('.'),
    ),
  );
  const other = [...there].filter(([name, hash]) => here.get(name) !== hash).map(([name]) => name);
  if (other.length > 0 || there.size === 0)
    throw new Error(
      `${other.length} of ${there.size} scenarios have a different hash than in this repository: ${other.join(', ')}`,
    );
  console.log(
    `  ${there.size} scenarios have the same hashes as in this repository, in every play mode (Node ${process.version})`,
  );
} finally {
  rmSync(folder, { recursive: true });
}
