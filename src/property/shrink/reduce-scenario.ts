import { isAgent } from '../../engine/tools/agent.ts';
import { UsageError } from '../../engine/values/engine-errors.ts';
import { assertKnownOptions } from '../../engine/values/known-fields.ts';
import { valueWords } from '../../engine/values/value-words.ts';
import { assertValidScenario } from '../../scenario/valid-scenario.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { stepsSource } from '../../script/source.ts';
import { reduceBy } from './reduce.ts';
import { reduce } from './simpler-steps.ts';
import { buildGraph, specOf } from '../generated-agents/build.ts';
import { simplerCases, type GraphCase } from './simpler-cases.ts';
import { simplerGraphs } from './simpler-graphs.ts';
import { graphSource } from '../generated-agents/agents-source.ts';
import { sentence } from '../../engine/values/error-facts.ts';

/** A scenario that was made as small as possible. */
export interface ReducedScenario {
  /** Has fewer and simpler steps; if its agents were generated, fewer and simpler agents too. */
  readonly scenario: Scenario;
  /** The source of the steps, and of the agents if they were generated, for a reader. */
  readonly source: string;
}

/**
 * Finds the smallest scenario that still fails, for properties of your own. The smallest scenario has only the runs,
 * steps, calls, arguments and texts that the failure needs. If the agents come from `agentGraph`, unneeded tools and
 * agents are left out too. `stillFails` is called up to `tries` times, 2,000 by default; the same answers give the
 * same scenario. Let fast-check shrink first, because it keeps parts together that were generated to fit each other,
 * and `reduceScenario` does not.
 *
 * Rejects with any error that `stillFails` throws. If your property fails by throwing, catch the error in
 * `stillFails`. Rejects with a TypeError or a ScriptMistakeError for an invalid scenario, and with a TypeError if the
 * given scenario does not fail.
 */
export async function reduceScenario(
  scenario: Scenario,
  stillFails: (scenario: Scenario) => boolean | Promise<boolean>,
  options: { tries?: number | undefined } = {},
): Promise<ReducedScenario> {
  assertValidScenario(scenario);
  assertKnownOptions('reduceScenario', options, ['tries']);
  if (typeof stillFails !== 'function')
    throw new UsageError(
      sentence`${{ where: 'reduceScenario' }} takes ${{ expected: 'a scenario and a function that returns whether a scenario fails' }}, but was given ${{ given: valueWords(stillFails) }} as the second.`,
    );
  const budget = new Budget(options.tries ?? 2000, stillFails);
  const fails = (candidate: Scenario) => budget.ask(candidate);
  if (!(await fails(scenario)))
    throw new UsageError(
      sentence`${{ where: 'reduceScenario' }} was given a ${{ field: 'scenario' }} that does not fail. It may fail only after other runs, if agents or tools keep state between runs.`,
    );
  let smallest: Scenario = scenario;
  // Simpler steps may allow simpler agents, and the other way round, so repeat until nothing gets smaller.
  for (let size = Infinity; sizeOf(smallest) < size && budget.left > 0;) {
    size = sizeOf(smallest);
    const from = smallest;
    const steps = await reduce(from.steps, (fewer) => fails({ ...from, steps: fewer }), {
      tries: budget.left,
    });
    smallest = await withSimplerAgents({ ...smallest, steps }, budget);
    smallest = await withSimplerCalls(smallest, budget);
  }
  return { scenario: smallest, source: sourceOf(smallest) };
}

/** Calls `stillFails`, and counts the calls that are left. */
class Budget {
  left: number;
  readonly #stillFails: (scenario: Scenario) => boolean | Promise<boolean>;

  constructor(tries: number, stillFails: (scenario: Scenario) => boolean | Promise<boolean>) {
    this.left = tries;
    this.#stillFails = stillFails;
  }

  async ask(scenario: Scenario): Promise<boolean> {
    this.left--;
    return await this.#stillFails(scenario);
  }
}

async function withSimplerAgents(scenario: Scenario, budget: Budget): Promise<Scenario> {
  const spec = isAgent(scenario.agent) ? specOf(scenario.agent) : undefined;
  if (!spec) return scenario;
  const smallest = await reduceBy(
    spec,
    simplerGraphs,
    (simpler) => budget.ask({ ...scenario, agent: buildGraph(simpler) }),
    { tries: budget.left },
  );
  return smallest === spec ? scenario : { ...scenario, agent: buildGraph(smallest) };
}

/** Simplifies agents and steps together, for example the name of a tool wherever it is offered and called. */
async function withSimplerCalls(scenario: Scenario, budget: Budget): Promise<Scenario> {
  const spec = isAgent(scenario.agent) ? specOf(scenario.agent) : undefined;
  if (!spec) return scenario;
  const made = ({ graph, steps }: GraphCase) => ({ ...scenario, agent: buildGraph(graph), steps });
  const given = { graph: spec, steps: scenario.steps };
  const smallest = await reduceBy(given, simplerCases, (simpler) => budget.ask(made(simpler)), {
    tries: budget.left,
  });
  return smallest === given ? scenario : made(smallest);
}

function sizeOf(scenario: Scenario): number {
  return sourceOf(scenario).length;
}

function sourceOf({ agent, steps }: Scenario): string {
  const spec = isAgent(agent) ? specOf(agent) : undefined;
  return [...(spec ? [graphSource(spec)] : []), stepsSource(steps)].join('\n');
}
