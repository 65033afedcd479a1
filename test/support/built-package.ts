/**
 * The published package, bundled from the current sources, for child processes and user modules of tests.
 * It is built once for each state of the sources. It loads faster than sources that each process must compile.
 */
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** In node_modules, so that packages are found and Vitest does not transform the files. */
const cache = join(root, 'node_modules/.cache/swarmcheck-package');
/** How long an unused package is kept. No test run takes as long, so no run loses its package. */
const keptMs = 3_600_000;

let folder: string | undefined;

/** The folder of the package. The first call builds it, unless it exists. */
export function builtPackage(): string {
  folder ??= build();
  return folder;
}

function build(): string {
  const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .toSorted();
  const hash = createHash('sha256');
  for (const file of ['package.json', fileURLToPath(import.meta.url)])
    hash.update(readFileSync(resolve(root, file)));
  for (const file of files) hash.update(`\n${file}\n`).update(readFileSync(join(root, 'src', file)));
  const target = join(cache, hash.digest('hex').slice(0, 16));
  if (existsSync(target)) {
    utimesSync(target, new Date(), new Date());
    return target;
  }
  mkdirSync(cache, { recursive: true });
  removeOld();
  // Builds in another folder first: a process that builds the same package must not see half of it.
  const unfinished = mkdtempSync(join(cache, 'unfinished-'));
  const entries = files.filter((file) => !file.includes('/'));
  const others = ['cli/main.ts', 'cli/command-line.ts', 'cli/invocation.ts', 'vitest/mocking-setup.ts'];
  buildSync({
    entryPoints: [...entries, ...others].map((file) => join(root, 'src', file)),
    outbase: join(root, 'src'),
    outdir: join(unfinished, 'dist'),
    // Keeps chunks as deep as the files of the command line, which read package.json by a relative path.
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    // Messages contain the names of classes.
    keepNames: true,
    // The side effects in package.json name published files, but this bundles the sources.
    ignoreAnnotations: true,
    logLevel: 'warning',
  });
  for (const file of ['package.json', 'schema'])
    cpSync(join(root, file), join(unfinished, file), { recursive: true });
  try {
    renameSync(unfinished, target);
  } catch (error) {
    if (!existsSync(target)) throw error;
    rmSync(unfinished, { recursive: true });
  }
  return target;
}

function removeOld(): void {
  for (const name of readdirSync(cache)) {
    const path = join(cache, name);
    if (Date.now() - statSync(path).mtimeMs > keptMs) rmSync(path, { recursive: true, force: true });
  }
}
