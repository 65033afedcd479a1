import { ScriptNotFinishedError } from '../script/script-errors.ts';
import type { ScriptedProvider } from '../script/scripted-provider.ts';

/** An error of a failed test, as Vitest keeps it. */
interface ShownError {
  readonly message: string;
  readonly cause?: unknown;
}

/**
 * Throws what `assertComplete` of one of the providers throws. A request that did not fit comes before steps left over,
 * which may be its consequence.
 */
export function assertAllFit(providers: readonly ScriptedProvider[]): void {
  const errors = providers.flatMap(errorAtEnd);
  const error = errors.find((one) => !(one instanceof ScriptNotFinishedError)) ?? errors[0];
  if (error) throw error;
}

/**
 * For a test that has failed already: throws the first error of a request that did not fit, unless the failures of the
 * test show it. If they do not, the app has caught the error, and the failures are probably its consequence.
 */
export function throwHiddenMisfit([misfit]: readonly Error[], failures: readonly ShownError[]): void {
  if (misfit && !failures.some((failure) => isShownBy(failure, misfit.message))) throw misfit;
}

function isShownBy({ message, cause }: ShownError, text: string): boolean {
  return message.includes(text) || (isShownError(cause) && isShownBy(cause, text));
}

function isShownError(value: unknown): value is ShownError {
  return typeof (value as ShownError | undefined)?.message === 'string';
}

function errorAtEnd(provider: ScriptedProvider): Error[] {
  try {
    provider.assertComplete();
    return [];
  } catch (error) {
    return [error as Error];
  }
}
