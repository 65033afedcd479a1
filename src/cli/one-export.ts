import { existsSync } from 'node:fs';
import { didYouMean } from '../engine/values/did-you-mean.ts';
import { valueWords } from '../engine/values/value-words.ts';
import { isAgent } from '../engine/tools/agent.ts';
import type { LoadError } from '../report/run-report.ts';
import { findFiles } from './load-scenarios.ts';
import { loadModule } from './load-module.ts';

/** The one export that a command works on. */
export interface OneExport {
  /** Relative to the working directory. */
  readonly file: string;
  readonly exportName: string;
  readonly value: unknown;
}

/**
 * The export that `module#export` names. Without a name, it is the only export that fits, or the default export if
 * several fit. If none fits, the same rule applies to exported functions, which may create the value.
 */
export async function oneExport(
  command: string,
  given: string,
  fits: (value: unknown) => boolean,
): Promise<OneExport | LoadError> {
  // A file name may contain "#", so the name of an existing file is not split.
  const [, path = '', wanted] = existsSync(given)
    ? [given, given]
    : (/^(.*?)(?:#([^#]*))?$/.exec(given) ?? []);
  if (path.endsWith('.json'))
    return {
      file: path,
      message: `This is a JSON file, but ${command} takes a module, as <module>#<export>. Play saved steps: swarmcheck run ${path}`,
    };
  const { files, errors } = await findFiles([path]);
  const [file] = files;
  if (errors[0]) return errors[0];
  if (file === undefined || files.length > 1)
    return {
      file: path,
      message: `This matches ${files.length} files, but ${command} takes only one: ${files.join(', ')}.`,
    };
  const loaded = await loadModule(file);
  if ('message' in loaded) return loaded;
  const { exports } = loaded;
  const exportName = wanted || onlyOne(exports, fits);
  if (exportName === undefined || !Object.hasOwn(exports, exportName))
    return { file, message: choice(file, exports, wanted) };
  return { file, exportName, value: exports[exportName] };
}

/** Whether a function is written as a class, which cannot be called without `new`. */
export function isClass(value: Function): boolean {
  return /^class\b/.test(Function.prototype.toString.call(value));
}

function onlyOne(exports: Record<string, unknown>, fits: (value: unknown) => boolean): string | undefined {
  const all = Object.keys(exports);
  const fitting = all.filter((name) => fits(exports[name]));
  const functions = all.filter((name) => {
    const value = exports[name];
    return typeof value === 'function' && !isClass(value);
  });
  const names = fitting.length > 0 ? fitting : functions;
  return names.length === 1 ? names[0] : names.find((name) => name === 'default');
}

function choice(file: string, exports: Record<string, unknown>, wanted: string | undefined): string {
  const names = Object.keys(exports);
  const kinds = names.map(
    (name) => `${name} is ${isAgent(exports[name]) ? 'an Agent' : valueWords(exports[name])}`,
  );
  const all = kinds.length === 0 ? 'It exports nothing.' : `Its exports: ${kinds.slice(0, 8).join(', ')}.`;
  return wanted
    ? `It has no export "${wanted}".${didYouMean(wanted, names)} ${all}`
    : `Name the export to use: ${file}#<name>. ${all}`;
}
