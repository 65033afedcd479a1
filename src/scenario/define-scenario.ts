import { assertValidScenario } from './valid-scenario.ts';
import type { Scenario } from './scenario.ts';
import { sentence } from '../engine/values/error-facts.ts';
import { UsageError } from '../engine/values/engine-errors.ts';

/**
 * Returns a scenario for a file of its own, after validating it. Throws a TypeError or a ScriptMistakeError if the
 * scenario is malformed, and a TypeError if it has no name.
 */
export function defineScenario(scenario: Scenario & { name: string }): Scenario & { name: string } {
  assertValidScenario(scenario);
  if (typeof scenario.name !== 'string' || scenario.name.trim() === '') {
    throw new UsageError(
      sentence`${{ where: 'A scenario' }} needs a ${{ field: 'name' }} that says what happens in it, such as "a refund is issued once".`,
    );
  }
  return scenario;
}
