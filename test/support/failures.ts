import { stripVTControlCharacters } from 'node:util';

/** The message with which an assertion fails, without colours; fails itself when the assertion passes. */
export function failureOf(assertion: () => unknown): string {
  try {
    assertion();
  } catch (error) {
    if (error instanceof Error) return stripVTControlCharacters(error.message);
    throw error;
  }
  throw new Error('The assertion was expected to fail, but passed.');
}

/** The same without what happened. */
export function reasonOf(assertion: () => unknown): string {
  return failureOf(assertion).split('\nWhat happened:')[0]!;
}
