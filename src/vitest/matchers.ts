import type { Outcome, ToolErrorKind } from '../engine/run/events.ts';
import type { ScenarioRun } from '../scenario/scenario.ts';
import type { Trajectory } from '../scenario/trajectory.ts';
import { hasSeen, type SeenPattern } from '../scenario/assertions/requests.ts';
import {
  containsContextVariables,
  hasAgents,
  sameTrace,
  stoppedBecause,
} from '../scenario/assertions/run-endings.ts';
import {
  calledTool,
  hasToolCalls,
  hasToolResult,
  interrupted,
  recoveredFrom,
} from '../scenario/assertions/tool-calls.ts';
import type { Verdict } from '../scenario/assertions/verdict.ts';
import type { Trace } from '../trace/trace.ts';

/** They take a ScenarioRun, a Trace, a Response or a MockModel. Asymmetric matchers are allowed in every value. */
export interface SwarmcheckMatchers<R = unknown> {
  /** The tool was called, with exactly these arguments if any are given. */
  toHaveCalledTool(tool: string, args?: unknown): R;
  /** The tool calls are as the trajectory says; those of an interrupted run that are pending count too. */
  toHaveToolCalls(trajectory: Trajectory): R;
  /** What the tool answered: a string, a RegExp, or a value compared with the parsed JSON. */
  toHaveToolResult(tool: string, content: unknown): R;
  /** Agents in the order they were active, the starting one first. */
  toHaveHandoffOrder(agents: readonly string[]): R;
  /** A call was answered with an error, and the run went on to complete. A `content` string is a substring. */
  toHaveRecoveredFrom(error: { tool?: string; kind?: ToolErrorKind; content?: string | RegExp }): R;
  /** How the last run ended. */
  toHaveStoppedBecause(reason: Outcome): R;
  /** `executeTools: false` met tool calls; these are the pending ones. */
  toBeInterrupted(pending?: { pending: Trajectory }): R;
  /** At the end; other variables may be there too. */
  toHaveContextVariables(subset: object): R;
  /** What the model was shown in some request: the part of an agent that a scripted answer cannot fake. Strings are substrings; `tools` are all of them, in any order. */
  toHaveSeen(seen: SeenPattern): R;
  /** The same hash; the message says where the traces part. */
  toHaveSameTraceAs(other: ScenarioRun | Trace): R;
}

/** The matchers as `expect.extend` takes them. */
export const matchers: {
  [Name in keyof SwarmcheckMatchers]: (
    received: unknown,
    ...args: Parameters<SwarmcheckMatchers[Name]>
  ) => Verdict;
} = {
  toHaveCalledTool: calledTool,
  toHaveToolCalls: hasToolCalls,
  toHaveToolResult: hasToolResult,
  toHaveHandoffOrder: hasAgents,
  toHaveRecoveredFrom: recoveredFrom,
  toHaveStoppedBecause: stoppedBecause,
  toBeInterrupted: interrupted,
  toHaveContextVariables: containsContextVariables,
  toHaveSeen: hasSeen,
  toHaveSameTraceAs: sameTrace,
};
