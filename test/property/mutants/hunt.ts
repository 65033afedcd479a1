/** What a broken engine is bundled with: its own copy of everything that is held against it. */
import fc from 'fast-check';
import { checks } from '../../../src/property/checks/checks.ts';
import { LawBrokenError } from '../../../src/property/law.ts';
import { invariants } from '../../../src/property/laws/invariants.ts';
import { reduceScenario } from '../../../src/property/reduce-scenario.ts';
import { runScenario } from '../../../src/scenario/run-scenario.ts';
import type { Scenario } from '../../../src/scenario/scenario.ts';
import { engineCases } from '../engines.ts';

export interface Hunt {
  /** In how many cases it was found; undefined where it was not. */
  foundAfter: number | undefined;
  message: string;
}

/** The smallest case in which a law is broken, as source: found from a seed, and reduced. */
export async function smallest(law: string, seed: number, numRuns: number): Promise<string> {
  const property = fc.asyncProperty(engineCases(), ({ scenario }) => holds(law, plain(scenario)));
  const { counterexample } = await fc.check(property, { seed, numRuns });
  if (!counterexample) return 'nothing was found';
  const isBroken = async (scenario: Scenario) => {
    try {
      await holds(law, scenario);
      return false;
    } catch (error) {
      if (error instanceof LawBrokenError) return true;
      throw error;
    }
  };
  return (await reduceScenario(plain(counterexample[0].scenario), isBroken)).source;
}

/** Without what is no part of a script, so that there is one smallest case. */
function plain({ agent, steps }: Scenario): Scenario {
  return { agent, steps, contextVariables: { a: 0, list: [1] } };
}

/** Holds one law against an engine until it is broken. */
export async function hunt(law: string, seed: number, numRuns: number): Promise<Hunt> {
  const property = fc.asyncProperty(engineCases(), ({ scenario }) => holds(law, scenario));
  const found = await fc.check(property, { seed, numRuns, endOnFailure: true });
  const cause = found.errorInstance;
  if (found.failed && !(cause instanceof LawBrokenError)) throw cause;
  return {
    foundAfter: found.failed ? found.numRuns : undefined,
    message: cause instanceof Error ? cause.message : '',
  };
}

async function holds(law: string, scenario: Scenario): Promise<void> {
  if (Object.hasOwn(checks, law)) await checks[law as keyof typeof checks](scenario);
  else invariants[law as keyof typeof invariants](await runScenario(scenario));
}
