import { sentence } from './error-facts.ts';
import { UsageError } from './engine-errors.ts';
import { valueWords } from './value-words.ts';

/** The longest time that a timer of Node can wait. */
const longestMs = 2 ** 31 - 1;

/**
 * Throws a TypeError for a time that a timer cannot wait. `what` is the function that has the option `timeoutMs`.
 */
export function assertValidTimeout(what: string, timeoutMs: unknown): void {
  if (typeof timeoutMs === 'number' && timeoutMs >= 1 && timeoutMs <= longestMs) return;
  throw new UsageError(
    sentence`The ${{ field: 'timeoutMs' }} of ${{ where: what }} must be ${{ expected: `a number of milliseconds from 1 to ${longestMs}` }}, but is ${{ given: valueWords(timeoutMs) }}.`,
  );
}
