import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { register as registerCommonJs } from 'tsx/cjs/api';
import { register } from 'tsx/esm/api';
import type { LoadError } from '../report/run-report.ts';
import { importMistake } from './import-mistakes.ts';
import { shareOwnEntries } from './one-copy.ts';
import { fromHere, placeInUserCode } from '../engine/values/stack.ts';
import { placeOfSyntaxError, thrownText } from './thrown.ts';

/**
 * The time limit for loading a module. Without a limit, a top-level await that never ends would hang the command.
 */
const loadLimitMs = 30_000;

let registered = false;

/**
 * Imports a user's module, in JavaScript or TypeScript. A LoadError has the file and line in the user's own code.
 */
export async function loadModule(file: string): Promise<{ exports: Record<string, unknown> } | LoadError> {
  if (!registered) {
    register();
    // In a CommonJS project, such as `npm init` creates, TypeScript is loaded as CommonJS.
    registerCommonJs();
    shareOwnEntries();
  }
  registered = true;
  try {
    const loading = import(pathToFileURL(resolve(file)).href) as Promise<Record<string, unknown>>;
    return { exports: exportsOf(await withinLimit(loading)) };
  } catch (error) {
    return describeLoadError(file, error);
  }
}

/** The exports of a module. A module that was compiled to CommonJS has them as fields of its `default` export. */
function exportsOf(loaded: Record<string, unknown>): Record<string, unknown> {
  const inner = loaded['default'];
  return typeof inner === 'object' && inner !== null && '__esModule' in inner ? { ...inner } : loaded;
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
      `It did not finish loading within ${loadLimitMs / 1000} s. Does a top-level "await" in it never finish?`,
    );
  }
}

/**
 * Describes an error while loading by a message without a stack trace, and by the file and line in the user's own
 * code.
 */
function describeLoadError(file: string, error: unknown): LoadError {
  const text = thrownText(error);
  if (error instanceof LoadLimitError) return { file, message: text };
  const ofTypeScript = /^(.*):(\d+):\d+: ERROR: (.*)$/m.exec(text);
  if (ofTypeScript) {
    const [, path, line, message] = ofTypeScript;
    return { file: fromHere(path!), line: Number(line), message: `It has a syntax error: ${message}` };
  }
  const ofImport = importMistake(file, error);
  if (ofImport) return ofImport;
  const unparsed = error instanceof SyntaxError ? placeOfSyntaxError(file) : undefined;
  if (unparsed) return { ...unparsed, message: `It has a syntax error: ${text}` };
  const place = placeInUserCode(error);
  return { file: place?.file ?? file, line: place?.line, message: `It threw while loading: ${text}` };
}
