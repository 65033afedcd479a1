/**
 * Checks the packed package with the newest majors of its peers on the newest Node, in an empty project: the README's blocks,
 * the examples of the contract, the tests of code with clients of its own, those of what Node does, and every scenario, each in all ways, with the
 * hashes it has here. Its argument is the packed package; without one it packs it itself.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { extract } from './docs.ts';
import { locked } from './locked.ts';
import { pack } from './pack.ts';

/** Pinned, so that a new version fails in a commit that raises it and in no other. */
const newest = [
  'vitest@5.1.1',
  'msw@3.0.5',
  'openai@7.55.0',
  'zod@4.6.7',
  'fast-check@4.10.2',
  '@types/node@26.6.6',
];
/** What example apps are made with, as it is here. */
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

/** Prints what it runs; what that printed, only when it failed. */
function run(command: string, args: string[], cwd = project): string {
  console.log(`- ${[command, ...args].join(' ').replaceAll(folder, '…')}`);
  // A suite of its own is told nothing of ours.
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

  for (const { path, text } of extract(readFileSync('README.md', 'utf8'), 'README.md'))
    write(join('readme', path), text);
  cpSync('test/contract/examples.test.ts', join(project, 'examples.test.ts'));
  cpSync('fixtures', join(project, 'fixtures'), { recursive: true });
  cpSync('fixtures/cassettes/docs-tests/readme-md', join(project, 'fixtures/cassettes/readme'), {
    recursive: true,
  });
  // What these tests import; `test/x` stands in `x` there.
  cpSync('test/support', join(project, 'support'), { recursive: true });
  // But for those that run a vitest, or a process, of the repository's.
  const ofTheRepository = /run-vitest\.ts|node:child_process/;
  cpSync('test/msw', join(project, 'msw'), {
    recursive: true,
    filter: (path) => !path.endsWith('.test.ts') || !ofTheRepository.test(readFileSync(path, 'utf8')),
  });
  // What depends on Node most: its callbacks and its readline.
  for (const file of ['scenario/blocking.test.ts', 'chat/run-demo-loop.test.ts'])
    cpSync(join('test', file), join(project, 'of-node', file));
  // Other SDKs bring older clients of their own.
  cpSync('scenarios', join(project, 'scenarios'), {
    recursive: true,
    filter: (path) => !path.includes(join('scenarios', 'clients')),
  });

  run(node, ['node_modules/vitest/vitest.mjs', 'run']);
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
      `${other.length} of ${there.size} scenarios have another hash than here: ${other.join(', ')}`,
    );
  console.log(
    `  ${there.size} scenarios, each in all ways, have the hashes they have here (Node ${process.version})`,
  );
} finally {
  rmSync(folder, { recursive: true });
}
