/** Bundles a copy of the sources with one change, as one file. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { context as createContext, type BuildContext, type PluginBuild } from 'esbuild';
import type { Hunt } from './hunted.ts';
import { mutants, type Mutant } from './mutants.ts';
import { observedMutants } from './observed-mutants.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
/** In node_modules, so that packages are found and the test runner does not transform the file. */
const folder = join(root, 'node_modules/.cache/swarmcheck-mutants');

type Change = Pick<Mutant, 'file' | 'find' | 'replace'>;

/** The exports of a bundle with the entry observed-hunt.ts. */
interface ObservedBundle {
  hunt(invariant: string, seed: number, numRuns: number): Promise<Hunt>;
}

/** The exports of a bundle with the entry hunt.ts. */
interface Bundle extends ObservedBundle {
  smallest(invariant: string, seed: number, numRuns: number): Promise<string>;
}

type Bundler = BuildContext<{ write: false }>;

let changed: { file: string; text: string } | undefined;
const contexts = new Map<string, Promise<Bundler>>();

/** Made once for all bundles of a test file: esbuild parses only sources that have changed. */
function bundler(entry: string): Promise<Bundler> {
  const known = contexts.get(entry);
  if (known) return known;
  const files = new Set(
    [...mutants, ...observedMutants].map(({ file }) => basename(file).replaceAll('.', '\\.')),
  );
  const context = createContext({
    entryPoints: [join(root, 'test/slow/mutants', entry)],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    // Loaded on first use, by what the observed plays do not do.
    external: entry === observedEntry ? ['*/external-app.ts', '*/http-transport.ts'] : [],
    logLevel: 'silent',
    plugins: [
      {
        name: 'the change',
        setup: (setup: PluginBuild) =>
          // A filter that names the files saves a round trip to esbuild's process for every other file.
          setup.onLoad({ filter: new RegExp(`[\\\\/](${[...files].join('|')})$`) }, ({ path }) =>
            path === changed?.file ? { contents: changed.text, loader: 'ts' } : undefined,
          ),
      },
    ],
  });
  contexts.set(entry, context);
  return context;
}

const observedEntry = 'observed-hunt.ts';

/** Makes a bundle and imports it. Calls must not overlap, because they share the changed source. */
export async function bundled(name: string, change: Change | undefined): Promise<Bundle> {
  return (await imported('hunt.ts', name, change)) as Bundle;
}

/** Like `bundled`, with the hunt for the invariants of observed runs. */
export async function bundledForObserved(name: string, change: Change | undefined): Promise<ObservedBundle> {
  return (await imported(observedEntry, name, change)) as ObservedBundle;
}

async function imported(entry: string, name: string, change: Change | undefined): Promise<unknown> {
  const { rebuild } = await bundler(entry);
  changed = change && { file: join(root, 'src', change.file), text: changedText(change) };
  const { outputFiles } = await rebuild();
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${name.replaceAll(/[^a-z0-9]+/gi, '-')}.mjs`);
  writeFileSync(file, outputFiles[0]!.text);
  return await import(pathToFileURL(file).href);
}

/** Ends the process of esbuild, which would keep this process alive. */
export async function closeBundler(): Promise<void> {
  const open = [...contexts.values()];
  contexts.clear();
  for (const context of open) await (await context).dispose();
}

function changedText({ file, find, replace }: Change): string {
  const text = readFileSync(join(root, 'src', file), 'utf8');
  const parts = text.split(find);
  if (parts.length !== 2)
    throw new Error(`What is to be changed stands ${parts.length - 1} times in src/${file}: ${find}`);
  return parts.join(replace);
}
