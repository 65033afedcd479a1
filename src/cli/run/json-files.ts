import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { glob, isDynamicPattern } from 'tinyglobby';
import type { LoadError } from '../../report/run-report.ts';
import { missingFile } from '../missing-file.ts';
import { fromHere } from '../../engine/values/stack.ts';

/** A file with steps, and the agent to play them against. */
export interface JsonFile {
  /** Relative to the working directory. */
  readonly file: string;
  /** The `module#export` that the user typed after the file; undefined if only a file was typed. */
  readonly agent: string | undefined;
}

/** Whether a pattern names files with steps: `steps.json`, `steps.json#desk.ts#triage`. */
export function namesJson(pattern: string): boolean {
  return /\.json(?:#|$)/.test(pattern) && !/\.[cm]?[jt]sx?$/.test(fileIn(pattern));
}

/**
 * The files that these patterns name, sorted within each pattern. Each pair of file and agent appears once. A pattern
 * that matches nothing is an error.
 */
export async function findJsonFiles(
  patterns: readonly string[],
): Promise<{ files: JsonFile[]; errors: LoadError[] }> {
  const files = new Map<string, JsonFile>();
  const errors: LoadError[] = [];
  for (const pattern of patterns) {
    const path = fileIn(pattern);
    const agent = pattern.slice(path.length + 1) || undefined;
    const found = await filesOf(path);
    if (typeof found === 'string') errors.push({ file: path, message: found });
    else
      for (const file of found.map(fromHere).toSorted())
        files.set(JSON.stringify([file, agent]), { file, agent });
  }
  return { files: [...files.values()], errors };
}

/** The part of a pattern before `#module#export`. A file name may contain "#", so an existing path wins. */
function fileIn(pattern: string): string {
  if (existsSync(pattern)) return pattern;
  const ends = [...pattern.matchAll(/\.json(?=#|$)/g)].map(({ index }) => index + '.json'.length);
  const beginnings = ends.map((end) => pattern.slice(0, end));
  return beginnings.find((path) => existsSync(path)) ?? beginnings[0] ?? pattern;
}

async function filesOf(path: string): Promise<string[] | string> {
  const there = await stat(path).catch(() => undefined);
  if (there?.isDirectory()) return 'This is a folder. Name the files in it.';
  if (there) return [resolve(path)];
  if (!isDynamicPattern(path)) return missingFile(path);
  const options = { absolute: true, ignore: ['**/node_modules/**'], expandDirectories: false };
  const files = await glob(path, options);
  return files.length > 0 ? files : 'No file matches this pattern.';
}
