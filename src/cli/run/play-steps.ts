import { Invariants, type HeldInvariant } from '../../property/check-agent/held-invariants.ts';
import {
  defaultCheckMaxTurns,
  defaultCheckTimeoutMs,
  markedAsUnsure,
  patiently,
} from '../../property/check-agent/script-player.ts';
import { isExternalAgent } from '../../scenario/external-agent.ts';
import type { Mode, ModeRun } from '../../scenario/modes.ts';
import { runScenario } from '../../scenario/run-scenario.ts';
import type { Scenario, ScenarioRun } from '../../scenario/scenario.ts';
import { whatHappened } from '../../scenario/assertions/verdict.ts';
import { isMisfit } from '../../script/script-errors.ts';
import type { SavedSteps } from './saved-steps.ts';

/** The steps as a scenario. The options of the export win over the values of the file. */
export function scenarioOfSteps({ name, saved, checked }: SavedSteps): Scenario {
  const { agent, options } = checked;
  const { contextVariables, maxTurns, tools, timeoutMs = defaultCheckTimeoutMs } = options;
  // Every call of a saved failure is marked as hallucinated, so that no call has to fit the agents, which may have
  // changed. Only the invariants judge the run.
  const steps = saved.invariant === undefined ? saved.steps : markedAsUnsure(saved.steps);
  if (isExternalAgent(agent)) return { name, agent, steps, timeoutMs };
  return {
    name,
    agent,
    steps,
    timeoutMs,
    tools,
    contextVariables: contextVariables ?? saved.contextVariables,
    maxTurns: maxTurns ?? saved.maxTurns ?? defaultCheckMaxTurns,
  };
}

/**
 * Plays steps once in each play mode. Judges each run by the invariant that the steps were saved for, and by all
 * invariants of the check. Steps that a person wrote must also fit the agents. Rejects with an Error if the check has
 * no invariant with the saved name, and no other invariant is broken.
 */
export async function runSteps(steps: SavedSteps, modes: readonly Mode[]): Promise<ModeRun[]> {
  const scenario = scenarioOfSteps(steps);
  const { agent, options, name } = steps.checked;
  const invariants = new Invariants(agent, options, options.timeoutMs ?? defaultCheckTimeoutMs);
  const { invariant: saved } = steps.saved;
  const invariant = saved === undefined ? undefined : invariants.named(saved);
  const runs: ModeRun[] = [];
  for (const mode of modes) {
    const play = patiently(async (played) => await runScenario({ ...scenario, steps: played }, mode));
    const run = await play(scenario.steps);
    const misfits =
      saved === undefined ? run.failures.filter(({ cause }) => isMisfit(cause ?? run.error)) : [];
    const failures = misfits.length > 0 ? misfits : await breachesOf(run, invariants, invariant);
    runs.push({ mode, run: { ...run, trace: run.trace, failures, passed: failures.length === 0 } });
  }
  if (saved !== undefined && !invariant && runs.every(({ run }) => run.passed))
    throw new Error(
      `Its steps were saved for the invariant ${JSON.stringify(saved)}, but ${name} has no invariant of that name to judge them by. Export the agent with this invariant, and name that export: { agent, always: { ${JSON.stringify(saved)}: (run) => … } }.\n${whatHappened(runs[0]!.run.trace)}`,
    );
  return runs;
}

/**
 * One failure, for the saved invariant if the run breaks it, or else for the first invariant that the run breaks.
 * Empty if it breaks none.
 */
async function breachesOf(
  run: ScenarioRun,
  invariants: Invariants,
  invariant: HeldInvariant | undefined,
): Promise<ScenarioRun['failures']> {
  const breach =
    (invariant && (await invariants.breachOf(invariant, run))) ?? (await invariants.firstBreach(run));
  if (!breach) return [];
  const words = `${JSON.stringify(breach.invariant.name)} is broken: ${breach.message}`;
  const message = words.includes('What happened:') ? words : `${words}\n${whatHappened(run.trace)}`;
  return [{ message, cause: breach.cause }];
}
