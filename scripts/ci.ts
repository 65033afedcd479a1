/**
 * The part of .ci/run after the packages are installed: the checks, two at once, then the tests, whose summary ends
 * the output. Its argument is the start time of .ci/run, in seconds since 1970.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeDocsTests } from './docs.ts';
import { pack } from './pack.ts';
import { budgeted, runSteps } from './steps.ts';

/** In seconds. Later changes may raise them by 120 and 15. They keep both commands fast enough for people to run. */
const budgets = { run: 9 * 60, tests: 4 * 60 };

const began = Number(process.argv[2] ?? Date.now() / 1000);
const folder = mkdtempSync(join(tmpdir(), 'swarmcheck-ci-'));

function packOnce(): string {
  const hadDist = existsSync('dist');
  try {
    return pack(folder);
  } finally {
    if (!hadDist) rmSync('dist', { recursive: true, force: true });
  }
}

/** The time of the tests, or undefined if a check failed before them. */
async function checkThenTest(): Promise<number | undefined> {
  // The files are written before any check starts, so that no check reads a partial file.
  writeDocsTests('.');
  const tarball = packOnce();
  // The longest come first, so that both cores stay busy until the end.
  const commands = [
    `npm run --silent test:matrix -- ${tarball}`,
    `npm run --silent check:package -- ${tarball}`,
    'npm run --silent types',
    'npm run --silent docs:api',
    'npm run --silent lint',
    'npm run --silent dead-code',
    'npm run --silent format:check',
  ];
  const ended = await runSteps(commands, { atOnce: 2, print: console.log });
  const failed = ended.filter(({ passed }) => !passed);
  if (failed.length > 0) {
    for (const { command } of failed) console.log(`FAILED ${command}`);
    console.log(`The tests did not run. ${ended.length - failed.length} passed, ${failed.length} failed`);
    process.exitCode = 1;
    return undefined;
  }
  const start = performance.now();
  const { status } = spawnSync('npm', ['test'], { stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) process.exitCode = 1;
  return (performance.now() - start) / 1000;
}

try {
  const tests = await checkThenTest();
  if (tests !== undefined) console.log(budgeted('npm test', tests, budgets.tests));
  console.log(budgeted('.ci/run', Date.now() / 1000 - began, budgets.run));
} finally {
  rmSync(folder, { recursive: true });
}
