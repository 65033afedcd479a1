import { UsageError } from '../engine/values/engine-errors.ts';
import { sentence } from '../engine/values/error-facts.ts';
import { valueWords } from '../engine/values/value-words.ts';
import { Settled } from './json-text.ts';
import type { LaneSecrets } from './lane-secrets.ts';

/**
 * Returns the text to store in place of `value`, from which secrets of known forms have been removed already. `path`
 * is the place of the value, such as ['request', 'messages', 0, 'content']. The function is called again when the
 * recording is replayed, so the same value must give the same result. A result that is not a string throws a
 * TypeError.
 */
export type Redact = (value: string, path: ReadonlyArray<string | number>) => string;

/** The place of a value, as field names and indices. */
export type Path = ReadonlyArray<string | number>;

/**
 * Removes the secrets from data before it is stored: first those of known forms, then those that the user's hook
 * removes.
 */
export class Redactor {
  readonly #hook: Redact | undefined;

  /** Throws a TypeError if the hook is not a function. */
  constructor(hook: Redact | undefined) {
    if (hook !== undefined && typeof hook !== 'function')
      throw new UsageError(
        sentence`${{ field: 'redact' }} must be ${{ expected: 'a function that takes a text and its path' }}, but is ${{ given: valueWords(hook) }}.`,
      );
    this.#hook = hook;
  }

  /** The stored form of a text. In a replay, `like` is the value that the recording has at the same place. */
  text(secrets: LaneSecrets, text: string, path: Path, like?: unknown): string {
    return this.#ask(secrets.hideText(text, like), path);
  }

  /** The stored form of plain data, with every string redacted. */
  data(secrets: LaneSecrets, value: unknown, path: Path, like?: unknown): unknown {
    return this.#askAll(secrets.hideData(value, like), path);
  }

  /** The stored form of a definition: the schema of a tool, or of an answer. */
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
    const advice = stored === undefined ? ' Is a "return" missing?' : '';
    throw new UsageError(
      sentence`${{ field: 'redact' }} must return ${{ expected: 'the text to store' }}, but for ${path.join('.')} it returned ${{ given: valueWords(stored) }}.${advice}`,
    );
  }
}
