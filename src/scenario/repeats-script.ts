import type { Step } from '../script/steps.ts';
import type { Scenario } from './scenario.ts';
import { sentence } from '../engine/values/error-facts.ts';
import { UsageError } from '../engine/values/engine-errors.ts';

/**
 * Whether a scenario expects tool calls, and the script already determines everything that the scenario expects. Such
 * expectations cannot fail as long as the script fits, whatever the agents do.
 */
export function expectsOnlyItsScript({ steps, expect = {}, check }: Scenario): boolean {
  if (check || !isFixed(steps) || expect.toolCalls === undefined) return false;
  const { toolCalls: _calls, finalMessage: _text, stopReason, ...others } = expect;
  return (
    (stopReason === undefined || stopReason === 'completed') &&
    Object.values(others).every((value) => value === undefined)
  );
}

/** The warning about a scenario that expects only what its script determines. */
export const repeatedScenarioWarning =
  'This test expects only what its script already determines, so it passes whenever the script fits, whatever the agents do. Also expect what the calls cause: agents, contextVariables, or a check.';

/** Whether a script does not depend on the requests: it has no functions. */
export function isFixed(steps: readonly Step[]): boolean {
  return steps.every((step) => typeof step !== 'function');
}

/**
 * Whether to warn about tests that only repeat their script. Throws a TypeError if SWARMCHECK_WARNINGS is neither
 * "on" nor "off".
 */
export function areWarningsOn(environment: Readonly<Record<string, string | undefined>>): boolean {
  const value = environment['SWARMCHECK_WARNINGS'] || 'on';
  if (value !== 'on' && value !== 'off') {
    throw new UsageError(
      sentence`${{ field: 'SWARMCHECK_WARNINGS' }} must be ${{ expected: '"on" or "off"' }}, but is ${{ given: JSON.stringify(value) }}.`,
    );
  }
  return value === 'on';
}
