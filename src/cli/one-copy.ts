import Module from 'node:module';
import * as engine from '../index.ts';
import * as testing from '../testing.ts';

const entries = new Map<string, object>([
  ['swarmcheck', engine],
  ['swarmcheck/testing', testing],
]);

/** The entries a scenario imports, as this process has them. */
export const ownEntries: ReadonlyMap<string, object> = entries;

/** One more of them, which only some commands load. */
export function shareEntry(name: string, entry: object): void {
  entries.set(name, entry);
}

/**
 * Gives CommonJS modules, as which TypeScript is loaded in a project that does not say otherwise, the
 * swarmcheck that runs them. Else they would have a second one, whose classes are others
 * (`error instanceof ScriptExhaustedError`).
 */
export function shareOwnEntries(): void {
  // Not in Node's types, but what every loader of CommonJS modules has hooked into since there are any.
  const loader = Module as unknown as Record<'_load', (request: string, ...rest: unknown[]) => unknown>;
  const load = loader['_load'].bind(loader);
  loader['_load'] = (request, ...rest) => ownEntries.get(request) ?? load(request, ...rest);
}
