import { readFileSync } from 'node:fs';
import { basename, dirname, isAbsolute, resolve, sep } from 'node:path';
import { didYouMean } from '../engine/values/did-you-mean.ts';
import type { LoadError } from '../report/run-report.ts';
import { shellWord } from '../files/shell-word.ts';
import { filesBeside } from './missing-file.ts';
import { ownEntries } from './one-copy.ts';
import { fromHere, placeInUserCode, toPath } from '../engine/values/stack.ts';
import { stackPlace, thrownText } from './thrown.ts';

/**
 * If a wrong import is the reason why a file was not loaded, returns an error about that import, with its file and
 * line.
 */
export function importMistake(file: string, error: unknown): LoadError | undefined {
  return (
    unexportedName(file, error) ??
    missingModule(file, error) ??
    missingEntry(file, error) ??
    vitestAlone(file, error)
  );
}

/** If a file imports vitest and is not a scenario file, returns an error that says that it is a Vitest test. */
export function testOfVitest(file: string): LoadError | undefined {
  const found = importsOf(file).find(({ specifier }) => isOfVitest(specifier));
  if (!found || isScenarioFile(file)) return undefined;
  return {
    file,
    line: found.line,
    message: `This file is a Vitest test. Run it with: npx vitest run ${shellWord(file)}`,
  };
}

function unexportedName(file: string, error: unknown): LoadError | undefined {
  const text = thrownText(error);
  const linked = /requested module '(.+)' does not provide an export named '(.+)'/.exec(text);
  if (linked) {
    const [, specifier, name] = linked;
    return { file, ...stackPlace(error), message: unexportedWords(name!, specifier!) };
  }
  // In CommonJS, a name that is not exported is imported as undefined, and only using it throws an error.
  const used = /\bimport_\w+\.(\w+)\)? is not a (?:function|constructor)$/.exec(text);
  const place = used && placeInUserCode(error);
  if (!place) return undefined;
  const name = used[1]!;
  const found = importsOf(place.file).find(
    ({ specifier, names }) => names.includes(name) && ownEntries.has(specifier),
  );
  if (!found || name in ownEntries.get(found.specifier)!) return undefined;
  return { file: place.file, line: found.line, message: unexportedWords(name, found.specifier) };
}

function unexportedWords(name: string, specifier: string): string {
  if (name === 'default') return `It imports a default export from "${specifier}", which does not have one.`;
  const own = ownEntries.get(specifier);
  const other = own && [...ownEntries].find(([, entry]) => name in entry)?.[0];
  const hint =
    other === undefined ? didYouMean(name, own ? Object.keys(own) : []) : ` Import it from "${other}".`;
  const typeHint = /^[A-Z]/.test(name) ? ` If it is a type, write: import type { ${name} }.` : '';
  return `It imports "${name}" from "${specifier}", which has no export of that name.${hint || typeHint}`;
}

function missingModule(file: string, error: unknown): LoadError | undefined {
  const { code, requireStack } = (error ?? {}) as { code?: unknown; requireStack?: string[] };
  if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') return undefined;
  const [text] = thrownText(error).split('\n');
  const [, missing, by = requireStack?.[0]] =
    /^Cannot find (?:module|package) '(.+?)'(?: imported from (.+))?$/.exec(text!) ?? [];
  if (missing === undefined || by === undefined || by.includes(`${sep}node_modules${sep}`))
    return { file, message: `It imports something that does not exist: ${text}` };
  const importer = toPath(by);
  const pathOf = (specifier: string) => resolve(dirname(importer), specifier);
  const found = importsOf(importer).find(
    ({ specifier }) =>
      specifier === missing ||
      specifier.startsWith(`${missing}/`) ||
      (specifier.startsWith('.') && pathOf(specifier) === missing),
  );
  const specifier = found?.specifier ?? (isAbsolute(missing) ? fromHere(missing) : missing);
  const isFile = /^[./#]/.test(specifier) || isAbsolute(missing);
  const message = isFile
    ? `It imports "${specifier}", which does not exist.${didYouMean(basename(specifier), filesBeside(pathOf(specifier)))}`
    : `It imports the package "${packageOf(specifier)}", which is not installed.`;
  return { file: fromHere(importer), line: found?.line, message };
}

function missingEntry(file: string, error: unknown): LoadError | undefined {
  const text = thrownText(error);
  const [, entry, json, by] =
    /^Package subpath '\.\/(.+?)' is not defined by "exports" in (.+?package\.json)(?: imported from (.+))?$/.exec(
      text,
    ) ?? [];
  if (entry === undefined || json === undefined) return undefined;
  const importer = by === undefined ? file : toPath(by);
  const found = importsOf(importer).find(({ specifier }) => specifier.endsWith(`/${entry}`));
  if (!found) return undefined;
  const { name = '', exports = {} } = JSON.parse(textOf(json)) as { name?: string; exports?: object };
  const known = Object.keys(exports).map((key) => `${name}${key.slice(1)}`);
  // The imported names show which entry of swarmcheck was meant better than the spelling does.
  const own = known.filter((key) => found.names.some((one) => one in (ownEntries.get(key) ?? {})));
  return {
    file: fromHere(importer),
    line: found.line,
    message: `It imports "${found.specifier}", which the package does not export.${didYouMean(found.specifier, own.length > 0 ? own : known)}`,
  };
}

function vitestAlone(file: string, error: unknown): LoadError | undefined {
  if (!/^Vitest (?:failed|cannot)/.test(thrownText(error))) return undefined;
  const line = importsOf(file).find(({ specifier }) => isOfVitest(specifier))?.line;
  const message =
    'It imports Vitest, which works only in Vitest tests. A scenario runs without Vitest: state what you expect in "expect", or throw an error in "check".';
  return testOfVitest(file) ?? { file, line, message };
}

const isOfVitest = (specifier: string) => /^(?:vitest|swarmcheck\/vitest)$/.test(specifier);
const isScenarioFile = (file: string) => /\.scenario\.[cm]?[jt]sx?$/.test(file);
const packageOf = (specifier: string) => /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier;

/** The imports of a file, found by a regular expression in its text. */
function importsOf(file: string): { specifier: string; names: string[]; line: number }[] {
  const statement = /\b(?:(?:import|export)\b([^;'"]*?)\bfrom|import|require)\s*\(?\s*(['"])([^'"\n]+)\2/g;
  // Comment lines are emptied, not removed, so that line numbers stay the same.
  const source = textOf(file).replaceAll(/^[ \t]*(?:\/\/|\/?\*).*$/gm, '');
  return [...source.matchAll(statement)].map((match) => ({
    specifier: match[3]!,
    names: (match[1] ?? '').match(/\w+/g) ?? [],
    line: source.slice(0, match.index + match[0].length).split('\n').length,
  }));
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
