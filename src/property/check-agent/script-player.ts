import { isExternalAgent } from '../../scenario/external-agent.ts';
import { playScenario } from '../../scenario/run-scenario.ts';
import type { AgentUnderTest, ScenarioRun } from '../../scenario/scenario.ts';
import { ScenarioTimeoutError } from '../../scenario/timeout.ts';
import type { ToolStub } from '../../scenario/stub-tools.ts';
import { withCalls } from '../../script/step-kinds.ts';
import type { Step } from '../../script/steps.ts';

/** With what each script of a check is played. */
export interface PlaySettings {
  contextVariables?: object | undefined;
  /** Without these the real tools run. */
  tools?: Record<string, ToolStub> | undefined;
  /** 20 */
  maxTurns?: number | undefined;
  /** 1,000, of real time. Of each run. */
  timeoutMs?: number | undefined;
}

/** Plays a script, from the beginning. */
export type Play = (steps: readonly Step[]) => Promise<ScenarioRun>;

/** The limit on turns of what a check plays, if it states none. */
export const defaultCheckMaxTurns = 20;
/** The limit on real time of each run of a check, if it states none. */
export const defaultCheckTimeoutMs = 1000;

/** Plays scripts against one app, strictly. Rejects as `runScenario` does. */
export function playerOf(agent: AgentUnderTest, settings: PlaySettings): Play {
  const {
    contextVariables,
    tools,
    maxTurns = defaultCheckMaxTurns,
    timeoutMs = defaultCheckTimeoutMs,
  } = settings;
  // An app of another SDK decides on these itself.
  const ofOurs = isExternalAgent(agent) ? {} : { contextVariables, tools, maxTurns };
  return (steps) => playScenario({ agent, steps, timeoutMs, ...ofOurs });
}

/**
 * The same, once more where the time was up: what is loaded on first use, or a machine that is busy, takes long once. After one
 * script that hung twice nothing is played twice any more.
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
 * The script with every call marked as one that need not fit. Generated scripts know the agents from exploring them: that one
 * hands over on a Sunday only is no mistake of a script.
 */
export function markedAsUnsure(steps: readonly Step[]): Step[] {
  return withCalls(steps, (call) => ({ ...call, hallucinated: true }));
}
