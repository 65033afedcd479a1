import Module from 'node:module';
import * as engine from '../index.ts';
import * as testing from '../testing.ts';

const entries = new Map<string, object>([
  ['swarmcheck', engine],
  ['swarmcheck/testing', testing],
]);

/** The entries of swarmcheck that a scenario may import, as loaded in this process. */
export const ownEntries: ReadonlyMap<string, object> = entries;

/** Adds an entry of swarmcheck that only some commands load. */
export function shareEntry(name: string, entry: object): void {
  entries.set(name, entry);
}

/**
 * Gives CommonJS modules this process's own copy of swarmcheck. TypeScript is loaded as CommonJS unless the project
 * says otherwise. With a second copy, classes would differ, and `error instanceof ScriptExhaustedError` would be
 * false.
 */
export function shareOwnEntries(): void {
  // `_load` is not in Node's types, but it is the usual hook of CommonJS loaders.
  const loader = Module as unknown as Record<'_load', (request: string, ...rest: unknown[]) => unknown>;
  const load = loader['_load'].bind(loader);
  loader['_load'] = (request, ...rest) => ownEntries.get(request) ?? load(request, ...rest);
}
