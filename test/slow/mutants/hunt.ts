/** The entry of the bundle of a mutant, with its own copy of the invariants and relations. */
import fc from 'fast-check';
import { relations } from '../../../src/property/relations.ts';
import { InvariantBrokenError } from '../../../src/property/invariant.ts';
import { invariants } from '../../../src/property/invariants/invariants.ts';
import { reduceScenario } from '../../../src/property/shrink/reduce-scenario.ts';
import { runScenario } from '../../../src/scenario/run-scenario.ts';
import type { Scenario } from '../../../src/scenario/scenario.ts';
import { engineCases } from '../../property/engines.ts';
import { hunted, type Hunt } from './hunted.ts';

/** The source of the smallest case that breaks an invariant: found from a seed, and shrunk. */
export async function smallest(invariant: string, seed: number, numRuns: number): Promise<string> {
  const property = fc.asyncProperty(engineCases(), ({ scenario }) => holds(invariant, plain(scenario)));
  const { counterexample } = await fc.check(property, { seed, numRuns });
  if (!counterexample) return 'nothing was found';
  const isBroken = async (scenario: Scenario) => {
    try {
      await holds(invariant, scenario);
      return false;
    } catch (error) {
      if (error instanceof InvariantBrokenError) return true;
      throw error;
    }
  };
  return (await reduceScenario(plain(counterexample[0].scenario), isBroken)).source;
}

/** Drops the settings that are not part of a script, so that there is one smallest case. */
function plain({ agent, steps }: Scenario): Scenario {
  return { agent, steps, contextVariables: { a: 0, list: [1] } };
}

/** Plays cases until one of them breaks the invariant. */
export async function hunt(invariant: string, seed: number, numRuns: number): Promise<Hunt> {
  const property = fc.asyncProperty(engineCases(), ({ scenario }) => holds(invariant, scenario));
  return await hunted(property, seed, numRuns);
}

async function holds(invariant: string, scenario: Scenario): Promise<void> {
  if (Object.hasOwn(relations, invariant)) await relations[invariant as keyof typeof relations](scenario);
  else invariants[invariant as keyof typeof invariants](await runScenario(scenario));
}
