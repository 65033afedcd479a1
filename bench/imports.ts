/**
 * Measures what importing the entries costs, in milliseconds: how much longer an almost empty run of vitest takes,
 * and an empty process of Node, with the built package in node_modules as users have it. The runs take turns; the
 * median is printed. Run it with `npm run bench:imports`.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const repetitions = 9;

const folder = mkdtempSync(join(tmpdir(), 'swarmcheck-imports-'));
try {
  layProject();
  const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--reporter=dot'];
  print('vitest run of one test', {
    'with test of vitest': [...vitest, 'plain.test.js'],
    'with test of swarmcheck/vitest': [...vitest, 'ours.test.js'],
  });
  print('node', {
    'an empty module': ['empty.js'],
    "import 'swarmcheck'": ['engine.js'],
    "import 'swarmcheck/testing'": ['testing.js'],
  });
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** The package is copied, not linked: vitest transforms files whose link leads out of node_modules. */
function layProject(): void {
  const modules = join(folder, 'node_modules');
  mkdirSync(modules);
  for (const name of readdirSync(join(root, 'node_modules')))
    symlinkSync(join(root, 'node_modules', name), join(modules, name));
  cpSync(join(root, 'dist'), join(modules, 'swarmcheck/dist'), { recursive: true });
  cpSync(join(root, 'package.json'), join(modules, 'swarmcheck/package.json'));
  const files = {
    'package.json': '{ "type": "module" }',
    'plain.test.js': `import { test } from 'vitest';\ntest('passes', () => {});\n`,
    'ours.test.js': `import { test } from 'swarmcheck/vitest';\ntest('passes', () => {});\n`,
    'empty.js': '',
    'engine.js': `import 'swarmcheck';\n`,
    'testing.js': `import 'swarmcheck/testing';\n`,
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
}

/** Compares the others with the first contestant. */
function print(title: string, contestants: Record<string, string[]>): void {
  const times = new Map(Object.keys(contestants).map((name) => [name, [] as number[]]));
  for (let repetition = 0; repetition <= repetitions; repetition++) {
    for (const [name, args] of Object.entries(contestants)) {
      const start = performance.now();
      execFileSync(process.execPath, args, { cwd: folder, stdio: 'pipe' });
      // The first repetition fills the caches.
      if (repetition > 0) times.get(name)!.push(performance.now() - start);
    }
  }
  const [first = 0] = [...times.values()].map(median);
  console.log(`${title}: Node ${process.version}, median of ${repetitions}`);
  for (const [name, measured] of times) {
    const time = median(measured);
    console.log(`  ${name.padEnd(32)}${time.toFixed(0).padStart(6)} ms  +${(time - first).toFixed(0)} ms`);
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)]!;
}
