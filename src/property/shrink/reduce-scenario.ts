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

/** A scenario that was made as small as it gets. */
export interface ReducedScenario {
  /** With fewer and simpler steps; where its agents were generated, with fewer and simpler agents. */
  readonly scenario: Scenario;
  /** Both for a reader: agents that were generated, and the steps as source. */
  readonly source: string;
}

/**
 * The smallest scenario that still fails, for properties of your own: it does without the runs, steps, calls, arguments and
 * texts that it fails without, and where its agents come from `agentGraph` without tools and agents as well. `stillFails` is
 * asked up to 2,000 times (`tries`); the same answers give the same scenario. fast-check's own shrinking comes first, and
 * leaves what was made to fit together.
 *
 * Rejects with what `stillFails` throws: catch it where throwing is how it fails. Throws a TypeError for what is no scenario, and
 * where the scenario given does not fail.
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
      sentence`${{ where: 'reduceScenario' }} takes ${{ expected: 'a scenario and a function that says whether one still fails' }}, but was given ${{ given: valueWords(stillFails) }} second.`,
    );
  const budget = new Budget(options.tries ?? 2000, stillFails);
  const fails = (candidate: Scenario) => budget.ask(candidate);
  if (!(await fails(scenario)))
    throw new UsageError(
      sentence`${{ where: 'reduceScenario' }} was given a ${{ field: 'scenario' }} that does not fail. Does it fail only after others, because something is kept from one run to the next?`,
    );
  let smallest: Scenario = scenario;
  // What the steps do without, the agents may do without, and the other way round.
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

/** How often something is still asked. */
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

/** What is changed in agents and steps at once: of a tool its name, and what it takes. */
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
