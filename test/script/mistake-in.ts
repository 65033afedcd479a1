import { expect } from 'vitest';
import { say, scriptedProvider, ScriptMistakeError, type Step } from 'swarmcheck/testing';
import { thrown } from '../support/failures.ts';

/** The error with which a script is refused whose second step is this one. */
export function mistakeIn(step: unknown): Error {
  const error = thrown(() => scriptedProvider([say('first'), step as Step]));
  expect(error).toBeInstanceOf(ScriptMistakeError);
  return error;
}
