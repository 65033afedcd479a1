import { Laws, type HeldLaw } from '../../property/check-agent/laws.ts';
import {
  defaultMaxTurns,
  defaultTimeoutMs,
  markedAsUnsure,
  patiently,
} from '../../property/check-agent/play.ts';
import { isExternalAgent } from '../../scenario/external-agent.ts';
import type { Mode, ModeRun } from '../../scenario/modes.ts';
import { runScenario } from '../../scenario/run-scenario.ts';
import type { Scenario, ScenarioRun } from '../../scenario/scenario.ts';
import { whatHappened } from '../../scenario/verdicts/verdict.ts';
import { isMisfit } from '../../script/errors.ts';
import type { SavedSteps } from './saved-steps.ts';

/** The steps as a scenario; options of the export count before what the file has. */
export function scenarioOfSteps({ name, saved, checked }: SavedSteps): Scenario {
  const { agent, options } = checked;
  const { contextVariables, maxTurns, tools, timeoutMs = defaultTimeoutMs } = options;
  // What broke a law need not fit the agents as they are by now: the laws decide.
  const steps = saved.law === undefined ? saved.steps : markedAsUnsure(saved.steps);
  if (isExternalAgent(agent)) return { name, agent, steps, timeoutMs };
  return {
    name,
    agent,
    steps,
    timeoutMs,
    tools,
    contextVariables: contextVariables ?? saved.contextVariables,
    maxTurns: maxTurns ?? saved.maxTurns ?? defaultMaxTurns,
  };
}

/**
 * Plays steps once in each way, and holds each run against the law they were saved for and all that the agent is checked with.
 * Steps that somebody wrote have to fit as well. Rejects with an Error where that law is not known here and no other was broken.
 */
export async function runSteps(steps: SavedSteps, modes: readonly Mode[]): Promise<ModeRun[]> {
  const scenario = scenarioOfSteps(steps);
  const { agent, options, name } = steps.checked;
  const laws = new Laws(agent, options, options.timeoutMs ?? defaultTimeoutMs);
  const { law: saved } = steps.saved;
  const law = saved === undefined ? undefined : laws.named(saved);
  const runs: ModeRun[] = [];
  for (const mode of modes) {
    const play = patiently(async (played) => await runScenario({ ...scenario, steps: played }, mode));
    const run = await play(scenario.steps);
    const misfits =
      saved === undefined ? run.failures.filter(({ cause }) => isMisfit(cause ?? run.error)) : [];
    const failures = misfits.length > 0 ? misfits : await breachesOf(run, laws, law);
    runs.push({ mode, run: { ...run, trace: run.trace, failures, passed: failures.length === 0 } });
  }
  if (saved !== undefined && !law && runs.every(({ run }) => run.passed))
    throw new Error(
      `It was saved for the law ${JSON.stringify(saved)}, which is none that ${name} is checked with, so nothing says whether it is kept. Export the agent with its laws, and name that: { agent, always: { ${JSON.stringify(saved)}: (run) => … } }.\n${whatHappened(runs[0]!.run.trace)}`,
    );
  return runs;
}

/** The law in question first, whatever else is broken. */
async function breachesOf(
  run: ScenarioRun,
  laws: Laws,
  law: HeldLaw | undefined,
): Promise<ScenarioRun['failures']> {
  const breach = (law && (await laws.breachOf(law, run))) ?? (await laws.firstBreach(run));
  if (!breach) return [];
  const words = `${JSON.stringify(breach.law.name)} is broken: ${breach.message}`;
  const message = words.includes('What happened:') ? words : `${words}\n${whatHappened(run.trace)}`;
  return [{ message, cause: breach.cause }];
}
