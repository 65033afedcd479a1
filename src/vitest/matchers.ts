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
import { hasNoToolErrors } from '../scenario/assertions/tool-errors.ts';
import type { Verdict } from '../scenario/assertions/verdict.ts';
import type { Trace } from '../trace/trace.ts';

/** Matchers for a ScenarioRun, a Trace, a Response or a MockModel. Every value may contain asymmetric matchers. */
export interface SwarmcheckMatchers<R = unknown> {
  /** The tool was called, with exactly these arguments if any are given. */
  toHaveCalledTool(tool: string, args?: unknown): R;
  /** The tool calls match the trajectory. Pending calls of an interrupted run count, too. */
  toHaveToolCalls(trajectory: Trajectory): R;
  /** The tool answered with this text, a match of this RegExp, or JSON that equals this value. */
  toHaveToolResult(tool: string, content: unknown): R;
  /** The agents were active in this order, the starting one first. */
  toHaveHandoffOrder(agents: readonly string[]): R;
  /** A call was answered with an error, and its run completed. A string in `content` matches as a substring. */
  toHaveRecoveredFrom(error: { tool?: string; kind?: ToolErrorKind; content?: string | RegExp }): R;
  /** No tool call was answered with an error. Whether a tool behind a MockModel threw is not known. */
  toHaveNoToolErrors(): R;
  /** The last run ended for this reason. */
  toHaveStoppedBecause(reason: Outcome): R;
  /**
   * The run stopped before its tools, because of `executeTools: false`. `pending` describes the calls that were not
   * executed.
   */
  toBeInterrupted(pending?: { pending: Trajectory }): R;
  /** The context variables at the end include these. */
  toHaveContextVariables(subset: object): R;
  /**
   * A request showed the model all of this, which a scripted answer cannot fake. Strings match as substrings; `tools`
   * lists all tools that were offered, in any order.
   */
  toHaveSeen(seen: SeenPattern): R;
  /** Both traces have the same hash. The message shows where they differ. */
  toHaveSameTraceAs(other: ScenarioRun | Trace): R;
}

/** The matchers in the form that `expect.extend` takes. */
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
  toHaveNoToolErrors: hasNoToolErrors,
  toHaveStoppedBecause: stoppedBecause,
  toBeInterrupted: interrupted,
  toHaveContextVariables: containsContextVariables,
  toHaveSeen: hasSeen,
  toHaveSameTraceAs: sameTrace,
};
