/** Runs before each test file of a counting run: counts properties, killed processes, and CPU time. */
import type { ChildProcess } from 'node:child_process';
import { subscribe } from 'node:diagnostics_channel';
import { register } from 'node:module';
import { afterAll, expect } from 'vitest';
import { writeCount } from './write-count.ts';

const nameOfFile = () => (expect.getState().testPath ?? '').slice(process.cwd().length + 1);
const nameOfTest = () => `${nameOfFile()} ${expect.getState().currentTestName ?? ''}`;

// Every import of fast-check gets the counting one, including imports in bundles that vitest does not transform.
// vitest imports packages by file path.
const counting = new URL('./fast-check.mjs', import.meta.url).href;
const hooks = `export async function resolve(specifier, context, next) {
  const isMeant = /^fast-check$|[/]node_modules[/]fast-check[/]lib[/]fast-check[.]js$/.test(specifier);
  return isMeant && context.parentURL !== ${JSON.stringify(counting)}
    ? { url: ${JSON.stringify(counting)}, shortCircuit: true }
    : next(specifier, context);
}`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);

const shared = globalThis as { swarmcheckCount?: (seed: number, cases: number) => void };
shared.swarmcheckCount = (seed, cases) => writeCount({ kind: 'cases', test: nameOfTest(), seed, cases });

// Only tests of recordings kill a process on purpose; other tests kill processes to clean up.
subscribe('child_process', (message) => {
  const test = nameOfTest();
  if (!/^test[/](slow[/])?cassette[/]/.test(test)) return;
  (message as { process: ChildProcess }).process.once('exit', (_code, signal) => {
    if (signal === 'SIGKILL') writeCount({ kind: 'kill', test });
  });
});

const start = process.cpuUsage();
afterAll(() => {
  const { user, system } = process.cpuUsage(start);
  writeCount({ kind: 'cpu', file: nameOfFile(), seconds: (user + system) / 1e6 });
});
