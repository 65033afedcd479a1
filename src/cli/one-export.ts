import { existsSync } from 'node:fs';
import { didYouMean } from '../engine/values/did-you-mean.ts';
import { valueWords } from '../engine/values/value-words.ts';
import { isAgent } from '../engine/tools/agent.ts';
import type { LoadError } from '../report/run-report.ts';
import { findFiles } from './load-scenarios.ts';
import { loadModule } from './load-module.ts';

/** The one export that a command is for. */
export interface OneExport {
  /** Relative to the working directory. */
  readonly file: string;
  readonly exportName: string;
  readonly value: unknown;
}

/**
 * What `module#export` names. The export can be left out where only one fits; else the default one of those that fit is meant,
 * and where none does the only function, which may make what is wanted.
 */
export async function oneExport(
  command: string,
  given: string,
  fits: (value: unknown) => boolean,
): Promise<OneExport | LoadError> {
  // A file may have the sign in its name.
  const [, path = '', wanted] = existsSync(given)
    ? [given, given]
    : (/^(.*?)(?:#([^#]*))?$/.exec(given) ?? []);
  const { files, errors } = await findFiles([path]);
  const [file] = files;
  if (errors[0]) return errors[0];
  if (file === undefined || files.length > 1)
    return {
      file: path,
      message: `These are ${files.length} files, and ${command} takes one: ${files.join(', ')}.`,
    };
  const loaded = await loadModule(file);
  if ('message' in loaded) return loaded;
  const { exports } = loaded;
  const exportName = wanted || onlyOne(exports, fits);
  if (exportName === undefined || !Object.hasOwn(exports, exportName))
    return { file, message: choice(file, exports, wanted) };
  return { file, exportName, value: exports[exportName] };
}

/** What is written as a class, which makes nothing when it is called. */
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
    : `Say which of its exports is meant: ${file}#<name>. ${all}`;
}
