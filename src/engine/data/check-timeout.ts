import { UsageError } from './errors.ts';
import { valueWords } from './value-words.ts';

/** What a timer of Node can wait for. */
const longestMs = 2 ** 31 - 1;

/** Throws a TypeError for a time that no timer could wait for; `what` has it as an option. */
export function checkTimeout(what: string, timeoutMs: unknown): void {
  if (typeof timeoutMs === 'number' && timeoutMs >= 1 && timeoutMs <= longestMs) return;
  throw new UsageError(
    `The timeoutMs of ${what} must be a number of milliseconds from 1 to ${longestMs}, but is ${valueWords(timeoutMs)}.`,
  );
}
