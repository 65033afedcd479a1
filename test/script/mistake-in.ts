import { expect } from 'vitest';
import { say, scriptedProvider, ScriptMistakeError, type Step } from 'swarmcheck/testing';
import { thrown } from '../support/failures.ts';

/** The error for a script with this as its second step. */
export function mistakeIn(step: unknown): Error {
  const error = thrown(() => scriptedProvider([say('first'), step as Step]));
  expect(error).toBeInstanceOf(ScriptMistakeError);
  return error;
}
