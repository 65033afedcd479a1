import { stat } from 'node:fs/promises';
import { extname, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { glob, isDynamicPattern } from 'tinyglobby';
import { register } from 'tsx/esm/api';
import { isPlainObject } from '../engine/copy.ts';
import type { LoadError } from '../report/run-report.ts';
import { checkScenario } from '../scenario/check-scenario.ts';
import { type Scenario } from '../scenario/scenario.ts';
import { fromHere, placeInUserCode } from './user-code.ts';

/** A scenario as a module exports it. */
export interface FoundScenario {
  /** Its own name, else the name of the export. */
  name: string;
  scenario: Scenario;
}

const moduleEndings = new Set(['.ts', '.mts', '.cts', '.tsx', '.js', '.mjs', '.cjs', '.jsx']);

/** How long a module may take to load: a top-level await that never ends would hang the command. */
const loadLimitMs = 30_000;

/** The files that patterns name, relative to the working directory and sorted, each once; what names nothing is an error. */
export async function findFiles(
  patterns: readonly string[],
): Promise<{ files: string[]; errors: LoadError[] }> {
  const files = new Set<string>();
  const errors: LoadError[] = [];
  for (const pattern of patterns) {
    const exact = await kindOf(pattern);
    if (exact === 'file') {
      if (moduleEndings.has(extname(pattern))) files.add(fromHere(resolve(pattern)));
      else
        errors.push({
          file: pattern,
          message: `This is no module that could export a scenario: its name ends in none of ${[...moduleEndings].join(', ')}.`,
        });
      continue;
    }
    const globPattern =
      exact === 'folder'
        ? `${pattern.replaceAll(sep, '/').replace(/\/+$/, '')}/**/*.scenario.{ts,mts,js,mjs}`
        : pattern;
    if (exact === undefined && !isDynamicPattern(pattern)) {
      errors.push({ file: pattern, message: 'There is no such file.' });
      continue;
    }
    const found = await glob(globPattern, {
      absolute: true,
      ignore: ['**/node_modules/**'],
      expandDirectories: false,
    });
    if (found.length === 0) errors.push({ file: pattern, message: 'No file matches this pattern.' });
    for (const file of found) files.add(fromHere(file));
  }
  return { files: [...files].toSorted(), errors };
}

let registered = false;

/** Imports a module, TypeScript or not, and collects the scenarios among its exports. */
export async function loadScenarios(file: string): Promise<{ scenarios: FoundScenario[] } | LoadError> {
  if (!registered) register();
  registered = true;
  let exported: Record<string, unknown>;
  try {
    exported = await withinLimit(
      import(pathToFileURL(resolve(file)).href) as Promise<Record<string, unknown>>,
    );
  } catch (error) {
    return describeLoadError(file, error);
  }
  const scenarios: FoundScenario[] = [];
  for (const [exportName, value] of Object.entries(exported)) {
    if (!isPlainObject(value) || !('steps' in value) || !('agent' in value)) continue;
    try {
      checkScenario(value);
    } catch (error) {
      return {
        file,
        message: `The export "${exportName}" is no scenario that can be played. ${(error as Error).message}`,
      };
    }
    scenarios.push({ name: value.name ?? exportName, scenario: value });
  }
  return scenarios.length > 0
    ? { scenarios }
    : {
        file,
        message: 'No export of this file is a scenario. Export one: export default defineScenario({ … }).',
      };
}

async function kindOf(path: string): Promise<'file' | 'folder' | undefined> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file';
  } catch {
    return undefined;
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
  if (error instanceof LoadLimitError) return { file, message: error.message };
  if (!(error instanceof Error)) return { file, message: `It threw ${String(error)} while loading.` };
  const syntax = /^(.*):(\d+):\d+: ERROR: (.*)$/m.exec(error.message);
  if (syntax)
    return {
      file: fromHere(syntax[1]!),
      line: Number(syntax[2]),
      message: `It does not parse: ${syntax[3]}`,
    };
  const place = placeInUserCode(error);
  const missing = (error as { code?: string }).code === 'ERR_MODULE_NOT_FOUND';
  const message = missing
    ? `It imports something that is not there: ${firstLine(error.message)}`
    : `It threw while loading: ${error.message}`;
  return { file: place?.file ?? file, line: place?.line, message };
}

function firstLine(text: string): string {
  return text.split('\n')[0]!;
}
