/**
 * The package as it is published, bundled from the sources of today: what child processes and user modules of tests import.
 * It is made once for each state of the sources, and loads in a fraction of the time that compiling them in each process takes.
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
/** Within node_modules, so that packages are found, and vitest takes the files as they are. */
const cache = join(root, 'node_modules/.cache/swarmcheck-package');
/** A run of tests that began longer ago than this has ended, so its package can go. */
const keptMs = 3_600_000;

let folder: string | undefined;

/** The folder of the package. */
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
  // Beside it first: another process may make the same one, and neither may see half of it.
  const unfinished = mkdtempSync(join(cache, 'unfinished-'));
  const entries = files.filter((file) => !file.includes('/'));
  const others = ['cli/main.ts', 'cli/command-line.ts', 'cli/invocation.ts', 'vitest/mocking-setup.ts'];
  buildSync({
    entryPoints: [...entries, ...others].map((file) => join(root, 'src', file)),
    outbase: join(root, 'src'),
    outdir: join(unfinished, 'dist'),
    // As deep as the files of the command line, which name package.json relative to themselves.
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    // Messages name classes.
    keepNames: true,
    // Those of package.json are about the published files, and these are the sources.
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
