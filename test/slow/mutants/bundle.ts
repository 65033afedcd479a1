/** Bundles a copy of the sources with one change, as one file. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { context as createContext, type BuildContext, type PluginBuild } from 'esbuild';
import type { Hunt } from './hunt.ts';
import { mutants, type Mutant } from './mutants.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
/** In node_modules, so that packages are found and the test runner does not transform the file. */
const folder = join(root, 'node_modules/.cache/swarmcheck-mutants');

type Change = Pick<Mutant, 'file' | 'find' | 'replace'>;

/** The exports of a bundle. */
interface Bundle {
  hunt(invariant: string, seed: number, numRuns: number): Promise<Hunt>;
  smallest(invariant: string, seed: number, numRuns: number): Promise<string>;
}

type Bundler = BuildContext<{ write: false }>;

let changed: { file: string; text: string } | undefined;
let context: Promise<Bundler> | undefined;

/** Made once for all bundles of a test file: esbuild parses only sources that have changed. */
function bundler(): Promise<Bundler> {
  const files = new Set(mutants.map(({ file }) => basename(file).replaceAll('.', '\\.')));
  context ??= createContext({
    entryPoints: [join(root, 'test/slow/mutants/hunt.ts')],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
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
  return context;
}

/** Makes a bundle and imports it. Calls must not overlap, because they share the changed source. */
export async function bundled(name: string, change: Change | undefined): Promise<Bundle> {
  const { rebuild } = await bundler();
  changed = change && { file: join(root, 'src', change.file), text: changedText(change) };
  const { outputFiles } = await rebuild();
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${name.replaceAll(/[^a-z0-9]+/gi, '-')}.mjs`);
  writeFileSync(file, outputFiles[0]!.text);
  return (await import(pathToFileURL(file).href)) as Bundle;
}

/** Ends the process of esbuild, which would keep this process alive. */
export async function closeBundler(): Promise<void> {
  const open = context;
  context = undefined;
  await (await open)?.dispose();
}

function changedText({ file, find, replace }: Change): string {
  const text = readFileSync(join(root, 'src', file), 'utf8');
  const parts = text.split(find);
  if (parts.length !== 2)
    throw new Error(`What is to be changed stands ${parts.length - 1} times in src/${file}: ${find}`);
  return parts.join(replace);
}
