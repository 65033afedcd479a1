import type { Step } from '../script/steps.ts';
import type { Scenario } from './scenario.ts';
import { sentence } from '../engine/values/error-facts.ts';
import { UsageError } from '../engine/values/engine-errors.ts';

/**
 * Whether everything a scenario expects is in its script already, calls of tools among it: that cannot fail as long as the
 * script fits, whatever the agents do.
 */
export function expectsOnlyItsScript({ steps, expect = {}, check }: Scenario): boolean {
  if (check || !isFixed(steps) || expect.toolCalls === undefined) return false;
  const { toolCalls: _calls, finalMessage: _text, stopReason, ...others } = expect;
  return (
    (stopReason === undefined || stopReason === 'completed') &&
    Object.values(others).every((value) => value === undefined)
  );
}

/** What is told of such a scenario. */
export const repeatedScenarioWarning =
  'This expects only what its script says, which is so whenever the script fits, whatever the agents do. Expect what the calls cause, too: agents, contextVariables, or a check.';

/** Whether a script says the same whatever the model is shown. */
export function isFixed(steps: readonly Step[]): boolean {
  return steps.every((step) => typeof step !== 'function');
}

/** Whether such tests are pointed out. Throws for a value of the environment's variable that says neither. */
export function areWarningsOn(environment: Readonly<Record<string, string | undefined>>): boolean {
  const value = environment['SWARMCHECK_WARNINGS'] || 'on';
  if (value !== 'on' && value !== 'off') {
    throw new UsageError(
      sentence`${{ field: 'SWARMCHECK_WARNINGS' }} is ${{ expected: '"on" or "off"' }}, but is ${{ given: JSON.stringify(value) }}.`,
    );
  }
  return value === 'on';
}
