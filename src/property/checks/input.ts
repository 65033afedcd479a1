import type { Agent } from '../../engine/tools/agent.ts';
import { firstMismatch, show } from '../../scenario/equals.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { LawBrokenError } from '../law.ts';
import { deepCopy } from '../oracle/values.ts';
import { agentsOf } from './by-hand.ts';
import { checkIsOurs, play } from './play.ts';

export async function inputIsUntouched(scenario: Scenario): Promise<void> {
  checkIsOurs(scenario);
  const agent = await agentsOf(scenario);
  const given = () => ({
    messages: scenario.messages,
    contextVariables: scenario.contextVariables,
    steps: scenario.steps,
    agent: fieldsOf(agent),
  });
  const before = deepCopy(given());
  await play({ ...scenario, agent });
  const found = firstMismatch(before, given(), false);
  if (found)
    throw new LawBrokenError(
      'input-is-untouched',
      `${found.path} was ${show(found.expected)} before the run, and is ${show(found.actual)} after it.`,
    );
}

function fieldsOf({ name, model, instructions, functions, toolChoice, parallelToolCalls }: Agent): object {
  return { name, model, instructions, functions: [...functions], toolChoice, parallelToolCalls };
}
