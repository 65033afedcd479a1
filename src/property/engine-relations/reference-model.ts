import type { Scenario } from '../../scenario/scenario.ts';
import { ScriptMistakeError } from '../../script/script-errors.ts';
import { onlyTheModelFailsARun } from '../invariants/run-ends.ts';
import { InvariantBrokenError } from '../invariant.ts';
import { differenceFrom } from '../reference-model/compare.ts';
import { ReferenceModel } from '../reference-model/reference-model.ts';
import { withAgents } from '../relations/by-hand.ts';
import { assertOurAgents, assertStepsAreData, play } from '../relations/compared-plays.ts';

export async function equalsOracle(scenario: Scenario): Promise<void> {
  assertOurAgents(scenario);
  assertStepsAreData(scenario);
  const run = await play(scenario);
  // The reference model has no rules for a call that does not fit, or for instructions or hooks that throw.
  if (run.error instanceof ScriptMistakeError || onlyTheModelFailsARun(run) !== undefined) return;
  const expected = await withAgents(scenario, (agent) => new ReferenceModel(scenario).play(agent));
  const difference = differenceFrom(expected, run);
  if (difference !== undefined) throw new InvariantBrokenError('equals-oracle', `${difference}.`);
}
