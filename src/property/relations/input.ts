import type { Agent } from '../../engine/tools/agent.ts';
import { firstMismatch, show } from '../../scenario/equals.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { InvariantBrokenError } from '../invariant.ts';
import { deepCopy } from '../reference-model/plain-values.ts';
import { withAgents } from './by-hand.ts';
import { assertOurAgents, play } from './compared-plays.ts';

export async function inputIsUntouched(scenario: Scenario): Promise<void> {
  assertOurAgents(scenario);
  await withAgents(scenario, (agent) => untouched(agent, scenario));
}

async function untouched(agent: Agent, scenario: Scenario): Promise<void> {
  const given = () => ({
    messages: scenario.messages,
    contextVariables: scenario.contextVariables,
    steps: scenario.steps,
    agent: fieldsOf(agent),
  });
  const before = deepCopy(given());
  // The tools of the agents are stubbed already.
  await play({ ...scenario, agent, tools: undefined });
  const found = firstMismatch(before, given(), false);
  if (found)
    throw new InvariantBrokenError(
      'input-is-untouched',
      `${found.path} was ${show(found.expected)} before the run, but is ${show(found.actual)} after it.`,
    );
}

function fieldsOf({ name, model, instructions, functions, toolChoice, parallelToolCalls }: Agent): object {
  return { name, model, instructions, functions: [...functions], toolChoice, parallelToolCalls };
}
