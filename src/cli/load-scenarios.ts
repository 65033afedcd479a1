import { stat } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { glob, isDynamicPattern } from 'tinyglobby';
import { register as registerCommonJs } from 'tsx/cjs/api';
import { register } from 'tsx/esm/api';
import { isPlainObject } from '../engine/data/copy.ts';
import { valueWords } from '../engine/data/value-words.ts';
import type { LoadError } from '../report/run-report.ts';
import { checkScenario } from '../scenario/check-scenario.ts';
import { type Scenario } from '../scenario/scenario.ts';
import { importMistake, testOfVitest } from './import-mistakes.ts';
import { shareOwnEntries } from './one-copy.ts';
import { fromHere, placeInUserCode, placeOfSyntaxError, thrownText } from './thrown.ts';

/** A scenario as a module exports it. */
export interface FoundScenario {
  /** Its own name, else the name of the export. */
  name: string;
  exportName: string;
  scenario: Scenario;
}

const moduleEndings = new Set(['.ts', '.mts', '.cts', '.tsx', '.js', '.mjs', '.cjs', '.jsx']);

/** How long a module may take to load: a top-level await that never ends would hang the command. */
const loadLimitMs = 30_000;

/** How scenario files are named, for folders. */
const scenarioFiles = '**/*.scenario.{ts,mts,cts,tsx,js,mjs,cjs,jsx}';

/** The files that patterns name, relative to the working directory and sorted, each once; what names nothing is an error. */
export async function findFiles(
  patterns: readonly string[],
): Promise<{ files: string[]; errors: LoadError[] }> {
  const files = new Set<string>();
  const errors: LoadError[] = [];
  for (const pattern of patterns) {
    const found = await filesOf(pattern);
    if ('message' in found) errors.push({ file: pattern, message: found.message });
    else for (const file of found.files) files.add(fromHere(file));
  }
  // A .js beside a .ts of the same name is what was compiled of it; loaded, it would be the .ts once more.
  const isCompiled = (file: string) => /\.[mc]?js$/.test(file) && files.has(file.replace(/js$/, 'ts'));
  return { files: [...files].filter((file) => !isCompiled(file)).toSorted(), errors };
}

async function filesOf(pattern: string): Promise<{ files: string[] } | { message: string }> {
  const kind = await kindOf(pattern);
  if (kind === 'file') {
    if (moduleEndings.has(extname(pattern))) return { files: [resolve(pattern)] };
    return {
      message: `This is no module that could export a scenario: its name ends in none of ${[...moduleEndings].join(', ')}.`,
    };
  }
  if (kind === 'nothing' && !isDynamicPattern(pattern)) return { message: 'There is no such file.' };
  if (kind === 'unreadable') return { message: 'It cannot be read: permission was denied.' };
  const options = { absolute: true, ignore: ['**/node_modules/**'], expandDirectories: false };
  const files = await (kind === 'folder'
    ? glob(scenarioFiles, { ...options, cwd: pattern })
    : glob(pattern, options));
  if (files.length > 0) return { files };
  return {
    message:
      kind === 'folder'
        ? 'This folder has no scenario file. Write one whose name ends in .scenario.ts.'
        : 'No file matches this pattern.',
  };
}

let registered = false;

/** Imports a module, TypeScript or not, and collects the scenarios among its exports, each once. */
export async function loadScenarios(file: string): Promise<{ scenarios: FoundScenario[] } | LoadError> {
  if (!registered) {
    register();
    // In a project of CommonJS modules, as `npm init` makes it, TypeScript is loaded as that.
    registerCommonJs();
    shareOwnEntries();
  }
  registered = true;
  const found = new Map<Scenario, string>();
  const kinds: string[] = [];
  try {
    const loading = import(pathToFileURL(resolve(file)).href) as Promise<Record<string, unknown>>;
    for (const [exportName, value] of Object.entries(exportsOf(await withinLimit(loading)))) {
      kinds.push(`${exportName} is ${valueWords(value)}`);
      if (!isPlainObject(value) || !('steps' in value || ('agent' in value && 'name' in value))) continue;
      try {
        checkScenario(value);
      } catch (error) {
        return {
          file,
          message: `The export "${exportName}" is no scenario that can be played. ${thrownText(error)}`,
        };
      }
      if (!found.has(value)) found.set(value, exportName);
    }
  } catch (error) {
    return describeLoadError(file, error);
  }
  if (found.size > 0) {
    const scenarios = [...found].map(([scenario, exportName]) => ({
      name: scenario.name ?? exportName,
      exportName,
      scenario,
    }));
    return { scenarios };
  }
  const ofVitest = testOfVitest(file);
  if (ofVitest) return ofVitest;
  const exported =
    kinds.length === 0 ? 'It exports nothing.' : `Its exports: ${kinds.slice(0, 5).join(', ')}.`;
  return {
    file,
    message: `No export of this file is a scenario. Export one: export default defineScenario({ … }). ${exported}`,
  };
}

/** What a module exports. One of CommonJS has its exports once more under "default". */
function exportsOf(loaded: Record<string, unknown>): Record<string, unknown> {
  const inner = loaded['default'];
  return typeof inner === 'object' && inner !== null && '__esModule' in inner ? { ...inner } : loaded;
}

async function kindOf(path: string): Promise<'file' | 'folder' | 'unreadable' | 'nothing'> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file';
  } catch (error) {
    return (error as { code?: string }).code === 'EACCES' ? 'unreadable' : 'nothing';
  }
}

async function withinLimit<T>(loading: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new LoadLimitError()), loadLimitMs);
  });
  try {
    return await Promise.race([loading, late]);
  } finally {
    clearTimeout(timer);
  }
}

class LoadLimitError extends Error {
  constructor() {
    super(
      `It did not finish loading within ${loadLimitMs / 1000} s. Does it await something at its top level that never comes?`,
    );
  }
}

/** What went wrong while loading, at the place in the user's own code where it did, without a stack trace. */
function describeLoadError(file: string, error: unknown): LoadError {
  const text = thrownText(error);
  if (error instanceof LoadLimitError) return { file, message: text };
  const ofTypeScript = /^(.*):(\d+):\d+: ERROR: (.*)$/m.exec(text);
  if (ofTypeScript) {
    const [, path, line, message] = ofTypeScript;
    return { file: fromHere(path!), line: Number(line), message: `It does not parse: ${message}` };
  }
  const ofImport = importMistake(file, error);
  if (ofImport) return ofImport;
  const unparsed = error instanceof SyntaxError ? placeOfSyntaxError(file) : undefined;
  if (unparsed) return { ...unparsed, message: `It does not parse: ${text}` };
  const place = placeInUserCode(error);
  return { file: place?.file ?? file, line: place?.line, message: `It threw while loading: ${text}` };
}
