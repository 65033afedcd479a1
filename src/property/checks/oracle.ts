import type { Agent } from '../../engine/tools/agent.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { ScriptMistakeError } from '../../script/errors.ts';
import { LawBrokenError } from '../law.ts';
import { differenceFrom } from '../oracle/compare.ts';
import { Oracle } from '../oracle/play.ts';
import { checkIsOurs, play } from './play.ts';

export async function equalsOracle(scenario: Scenario): Promise<void> {
  checkIsOurs(scenario);
  const { agent } = scenario;
  const run = await play(scenario);
  // A call that does not fit is a mistake of the script, and nothing can be said of what follows it.
  if (run.error instanceof ScriptMistakeError) return;
  const expected = await new Oracle(scenario).play(
    typeof agent === 'function' ? await agent() : (agent as Agent),
  );
  const difference = differenceFrom(expected, run);
  if (difference !== undefined) throw new LawBrokenError('equals-oracle', `${difference}.`);
}
