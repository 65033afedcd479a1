import { valueWords } from '../engine/values/value-words.ts';
import { Settled } from './json-text.ts';
import type { LaneSecrets } from './lane-secrets.ts';

/**
 * Returns the value to store in place of `value`, from which secrets of known forms have been taken already; `path` is where
 * it stands, e.g. ['request', 'messages', 0, 'content']. It is asked again when the recording is replayed: the same value
 * must give the same answer.
 */
export type Redact = (value: string, path: ReadonlyArray<string | number>) => string;

/** Where a value stands. */
export type Path = ReadonlyArray<string | number>;

/** Takes the secrets out of what is stored: those of known forms, then those that the user knows of. */
export class Redactor {
  readonly #hook: Redact | undefined;

  /** Throws a TypeError for a hook that is no function. */
  constructor(hook: Redact | undefined) {
    if (hook !== undefined && typeof hook !== 'function')
      throw new TypeError(`redact must be a function of a text and its path, but is ${valueWords(hook)}.`);
    this.#hook = hook;
  }

  /** A text as it is stored; `like` is what was recorded in its place, if this is a replay. */
  text(secrets: LaneSecrets, text: string, path: Path, like?: unknown): string {
    return this.#ask(secrets.hideText(text, like), path);
  }

  /** The same for every string in plain data. */
  data(secrets: LaneSecrets, value: unknown, path: Path, like?: unknown): unknown {
    return this.#askAll(secrets.hideData(value, like), path);
  }

  /** The same for a definition: the schema of a tool, or of an answer. */
  definition(secrets: LaneSecrets, value: unknown, path: Path, like?: unknown): unknown {
    return this.#askAll(secrets.hideDefinition(value, like), path);
  }

  #askAll(value: unknown, path: Path): unknown {
    if (!this.#hook || typeof value !== 'object' || value === null || value instanceof Settled)
      return typeof value === 'string' ? this.#ask(value, path) : value;
    if (Array.isArray(value)) return value.map((item, index) => this.#askAll(item, [...path, index]));
    const entries = Object.entries(value).map(([key, item]) => [key, this.#askAll(item, [...path, key])]);
    return Object.fromEntries(entries) as unknown;
  }

  #ask(text: string, path: Path): string {
    if (!this.#hook) return text;
    const stored: unknown = this.#hook(text, path);
    if (typeof stored === 'string') return stored;
    throw new TypeError(
      `redact must return the text to store, but for ${path.join('.')} it returned ${valueWords(stored)}.${stored === undefined ? ' Is a "return" missing?' : ''}`,
    );
  }
}
