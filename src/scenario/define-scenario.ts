import { checkScenario } from './check-scenario.ts';
import type { Scenario } from './scenario.ts';

/**
 * A scenario for a file of its own, checked at once: TypeError or ScriptMistakeError for one that is
 * malformed.
 */
export function defineScenario(scenario: Scenario & { name: string }): Scenario & { name: string } {
  checkScenario(scenario);
  if (typeof scenario.name !== 'string' || scenario.name.trim() === '') {
    throw new TypeError(
      'A scenario needs a name that says what happens in it, such as "a refund is issued once".',
    );
  }
  return scenario;
}
