import { stat } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import { glob, isDynamicPattern } from 'tinyglobby';
import { isPlainObject } from '../engine/values/copy.ts';
import { valueWords } from '../engine/values/value-words.ts';
import type { LoadError } from '../report/run-report.ts';
import { assertValidScenario } from '../scenario/valid-scenario.ts';
import { type Scenario } from '../scenario/scenario.ts';
import { testOfVitest } from './import-mistakes.ts';
import { loadModule } from './load-module.ts';
import { missingFile } from './missing-file.ts';
import { fromHere } from '../engine/values/stack.ts';
import { thrownText } from './thrown.ts';

/** A scenario that a module exports. */
export interface FoundScenario {
  /** The name of the scenario; without one, the name of the export. */
  name: string;
  exportName: string;
  scenario: Scenario;
}

const moduleEndings = new Set(['.ts', '.mts', '.cts', '.tsx', '.js', '.mjs', '.cjs', '.jsx']);

/** Matches the scenario files in a folder. */
const scenarioFiles = '**/*.scenario.{ts,mts,cts,tsx,js,mjs,cjs,jsx}';

/**
 * The files that patterns name, relative to the working directory, sorted and without duplicates. A pattern that
 * matches nothing is an error.
 */
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
  // A .js beside a .ts of the same name is its compiled form; loading it would load the same scenarios twice.
  const isCompiled = (file: string) => /\.[mc]?js$/.test(file) && files.has(file.replace(/js$/, 'ts'));
  return { files: [...files].filter((file) => !isCompiled(file)).toSorted(), errors };
}

async function filesOf(pattern: string): Promise<{ files: string[] } | { message: string }> {
  const kind = await kindOf(pattern);
  if (kind === 'file') {
    if (moduleEndings.has(extname(pattern))) return { files: [resolve(pattern)] };
    return {
      message: `This file cannot export a scenario. Its name must end in one of ${[...moduleEndings].join(', ')}.`,
    };
  }
  if (kind === 'nothing' && !isDynamicPattern(pattern)) return { message: missingFile(pattern) };
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

/** Imports a module, and collects the scenarios among its exports, each once. */
export async function loadScenarios(file: string): Promise<{ scenarios: FoundScenario[] } | LoadError> {
  const loaded = await loadModule(file);
  if ('message' in loaded) return loaded;
  const found = new Map<Scenario, string>();
  const kinds: string[] = [];
  for (const [exportName, value] of Object.entries(loaded.exports)) {
    kinds.push(`${exportName} is ${valueWords(value)}`);
    if (!mayBeScenario(value)) continue;
    try {
      assertValidScenario(value);
    } catch (error) {
      return {
        file,
        message: `The export "${exportName}" is not a valid scenario. ${thrownText(error)}`,
      };
    }
    if (!found.has(value)) found.set(value, exportName);
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

/** Whether a value looks as if it was meant to be a scenario. */
export function mayBeScenario(value: unknown): value is object {
  return isPlainObject(value) && ('steps' in value || ('agent' in value && 'name' in value));
}

async function kindOf(path: string): Promise<'file' | 'folder' | 'unreadable' | 'nothing'> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file';
  } catch (error) {
    return (error as { code?: string }).code === 'EACCES' ? 'unreadable' : 'nothing';
  }
}
