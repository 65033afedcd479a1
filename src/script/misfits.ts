import { isError } from '../engine/values/engine-errors.ts';
import { isMisfit } from './script-errors.ts';

/**
 * The errors of requests that a script did not fit. They are kept, because the app under test may catch them: then
 * only this list knows that the test proves nothing.
 */
export class Misfits {
  readonly #kept: { readonly error: Error; readonly message: string }[] = [];

  /** Keeps an error if it says that the script does not fit, or if it is an assertion that a function step made. */
  note(error: unknown): void {
    if (isMisfit(error) || isAssertion(error)) this.#kept.push({ error, message: error.message });
  }

  /** The first error that was not taken. */
  get first(): Error | undefined {
    return this.#kept[0]?.error;
  }

  /** Removes and returns the first error that is left. */
  take(): Error | undefined {
    const error = this.#kept.shift()?.error;
    if (error) expected.add(error);
    return error;
  }

  /** Throws the first error that is left, if there is one. If there are several, its message says how many. */
  throwFirst(): void {
    const [first, ...others] = this.#kept;
    if (!first) return;
    if (others.length > 0)
      first.error.message = `${first.message}\nThis was the first of ${this.#kept.length} requests that did not fit.`;
    throw first.error;
  }
}

/** Errors that tests took from their providers, because they expect them. */
const expected = new WeakSet<Error>();

/** Whether a test took this error from its provider. Nothing else reports it then. */
export function isExpectedMisfit(error: unknown): boolean {
  return expected.has(error as Error);
}

/** Whether an assertion of a test library failed. Jest gives such an error no name of its own. */
function isAssertion(error: unknown): error is Error {
  return isError(error) && (error.name === 'AssertionError' || 'matcherResult' in error);
}
