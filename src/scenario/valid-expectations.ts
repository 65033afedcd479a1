import { isPlainObject } from '../engine/values/copy.ts';
import { UsageError } from '../engine/values/engine-errors.ts';
import { sentence } from '../engine/values/error-facts.ts';
import { assertValidFields, isText, namesRule, type Rules } from './rules.ts';
import type { Expectations } from './scenario.ts';
import { readTrajectory, trajectoryRule } from './trajectory.ts';

const errorRules: Rules<'name' | 'message'> = { name: ['a string', isText], message: ['a string', isText] };

const stopReasons = ['completed', 'max_turns', 'interrupted'];

const expectationRules: Rules<keyof Expectations> = {
  toolCalls: trajectoryRule,
  agents: namesRule("a list of agents' names"),
  stopReason: [
    `one of ${stopReasons.join(', ')} (for a rejected run, use "error")`,
    (value) => stopReasons.includes(value as string),
  ],
  error: ['an object with the name of the error, a part of its message, or both', isPlainObject],
  contextVariables: ['an object', isPlainObject],
  finalMessage: ['a string', isText],
};

/** Throws a TypeError for expectations that are malformed. `which` names the scenario, to begin a message. */
export function assertValidExpectations(expect: object, which: string): void {
  assertValidFields(expect, expectationRules, `${which}, in "expect",`);
  const { toolCalls, error, contextVariables } = expect as Expectations;
  if (error !== undefined) assertValidFields(error, errorRules, `${which}, in "expect.error",`);
  if (toolCalls !== undefined) readTrajectory(toolCalls, `the toolCalls of ${lower(which)}`);
  if (contextVariables !== undefined && Object.keys(contextVariables).length === 0) {
    throw new UsageError(
      sentence`${{ where: which }}, in "expect", has an empty "${{ field: 'contextVariables' }}", which checks nothing. Name the variables, or remove the field.`,
    );
  }
}

/** In lower case, for use within a sentence. */
export function lower(which: string): string {
  return which.replace('The', 'the');
}
