/**
 * Counts what the test suite runs, and prints it as JSON: tests, test files, generated cases, mutants, process kills,
 * and seeds.
 *
 * It runs the whole suite once, so that it counts what ran, not what the sources say. It fails if a figure is lower
 * than the saved one in scripts/count-checks/counts.json; `--save` writes that file. `--cpu` also prints the CPU time
 * of each test file, without the processes that it starts.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mutants } from '../test/slow/mutants/mutants.ts';
import type { Count } from './count-checks/write-count.ts';

const savedFile = 'scripts/count-checks/counts.json';

interface VitestDocument {
  success: boolean;
  numTotalTests: number;
  testResults: unknown[];
}

const folder = mkdtempSync(join(tmpdir(), 'swarmcheck-counts-'));
try {
  const output = join(folder, 'vitest.json');
  spawnSync(
    'npx',
    ['--no', '--', 'vitest', 'run', '--config', 'scripts/count-checks/vitest.config.ts'].concat([
      '--reporter=json',
      `--outputFile=${output}`,
    ]),
    { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, SWARMCHECK_COUNTS: folder } },
  );
  const { success, numTotalTests, testResults } = JSON.parse(readFileSync(output, 'utf8')) as VitestDocument;
  const found = readdirSync(folder)
    .filter((file) => file.endsWith('.jsonl'))
    .flatMap((file) => readFileSync(join(folder, file), 'utf8').trimEnd().split('\n'))
    .map((line) => JSON.parse(line) as Count);
  const cases = found.filter((count) => count.kind === 'cases');
  const counts = {
    tests: numTotalTests,
    testFiles: testResults.length,
    generatedCases: cases.reduce((sum, { cases: played }) => sum + played, 0),
    mutants: mutants.length,
    processKills: found.filter(({ kind }) => kind === 'kill').length,
    // A seed counts once in each test that uses it.
    seeds: new Set(cases.map(({ test, seed }) => JSON.stringify([test, seed]))).size,
  };
  const text = `${JSON.stringify(counts, null, 2)}\n`;
  process.stdout.write(text);
  if (process.argv.includes('--cpu')) {
    const cpu = new Map<string, number>();
    for (const count of found)
      if (count.kind === 'cpu') cpu.set(count.file, (cpu.get(count.file) ?? 0) + count.seconds);
    for (const [file, seconds] of [...cpu].toSorted(([, one], [, other]) => other - one))
      process.stdout.write(`${seconds.toFixed(1).padStart(8)} s  ${file}\n`);
  }
  if (!success) throw new Error('Some tests failed, so the counts are incomplete. Run npm test.');
  if (process.argv.includes('--save')) writeFileSync(savedFile, text);
  const saved = JSON.parse(readFileSync(savedFile, 'utf8')) as typeof counts;
  const lower = (Object.keys(saved) as (keyof typeof counts)[]).filter((name) => counts[name] < saved[name]);
  if (lower.length > 0)
    throw new Error(
      `Lower than in ${savedFile}: ${lower.join(', ')}. If that is intended, run this again with --save.`,
    );
} finally {
  rmSync(folder, { recursive: true });
}
