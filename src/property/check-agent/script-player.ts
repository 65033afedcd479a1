import { isExternalAgent } from '../../scenario/external-agent.ts';
import { playScenario } from '../../scenario/run-scenario.ts';
import type { AgentUnderTest, ScenarioRun } from '../../scenario/scenario.ts';
import { ScenarioTimeoutError } from '../../scenario/timeout.ts';
import type { ToolStub } from '../../scenario/stub-tools.ts';
import { isUserStep, withCalls } from '../../script/step-kinds.ts';
import type { Step } from '../../script/steps.ts';

/** Settings shared by all scripts of a check. */
export interface PlaySettings {
  contextVariables?: object | undefined;
  /** Stubs for tools, by name. Tools without a stub really run. */
  tools?: Record<string, ToolStub> | undefined;
  /** The limit on turns of each run. Default: 20. */
  maxTurns?: number | undefined;
  /** The time limit of each script, in milliseconds of real time. Default: 1,000. */
  timeoutMs?: number | undefined;
}

/** Plays a script from the beginning. */
export type Play = (steps: readonly Step[]) => Promise<ScenarioRun>;

/** The default limit on turns of each run of a script. */
export const defaultCheckMaxTurns = 20;
/** The default time limit of each script of a check, in milliseconds of real time. */
export const defaultCheckTimeoutMs = 1000;

/**
 * Returns a function that plays scripts with one app. The function rejects for the same reasons as `runScenario`.
 */
export function playerOf(agent: AgentUnderTest, settings: PlaySettings): Play {
  const {
    contextVariables,
    tools,
    maxTurns = defaultCheckMaxTurns,
    timeoutMs = defaultCheckTimeoutMs,
  } = settings;
  // An external agent sets these itself.
  const ofOurs = isExternalAgent(agent) ? {} : { contextVariables, tools, maxTurns };
  return (steps) => playScenario({ agent, steps, timeoutMs, ...ofOurs });
}

/**
 * Returns a player that plays a script a second time if the script timed out, because code that is loaded on first
 * use, or a busy machine, may be slow once. After one script that timed out twice, no script is played a second time.
 */
export function patiently(play: Play): Play {
  let isPatient = true;
  return async (steps) => {
    const run = await play(steps);
    if (!isPatient || !(run.error instanceof ScenarioTimeoutError)) return run;
    const again = await play(steps);
    isPatient = !(again.error instanceof ScenarioTimeoutError);
    return again;
  };
}

/**
 * The script with every answer and every call marked as hallucinated, so that none of them has to fit the agents and
 * what their requests allow. Scripts are generated for the agents as exploring found them. If an agent hands off on
 * Sundays only, a script that counts on the handoff is not wrong.
 */
export function markedAsUnsure(steps: readonly Step[]): Step[] {
  return withCalls(steps, (call) => ({ ...call, hallucinated: true })).map((step) =>
    typeof step === 'function' || isUserStep(step) ? step : { ...step, hallucinated: true },
  );
}
