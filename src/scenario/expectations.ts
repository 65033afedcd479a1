import { errorName } from '../engine/values/engine-errors.ts';
import { withCauses } from '../engine/values/thrown-lines.ts';
import type { TraceEvent } from '../engine/run/events.ts';
import { isMisfit } from '../script/script-errors.ts';
import type { ScenarioRun } from './scenario.ts';
import { show } from './equals.ts';
import { isLate, ScenarioTimeoutError } from './timeout.ts';
import { toolsIn, type Trajectory } from './trajectory.ts';
import {
  containsContextVariables,
  endsWithText,
  hasAgents,
  stoppedBecause,
} from './assertions/run-endings.ts';
import { hasSeen } from './assertions/requests.ts';
import { hasToolCalls, hasToolResults, recoveredFrom } from './assertions/tool-calls.ts';
import { hasToolErrors } from './assertions/tool-errors.ts';
import { misspeltTool } from './assertions/tool-names.ts';
import { runEnd, verdict, type Verdict } from './assertions/verdict.ts';

/**
 * The expectations of a scenario that did not hold. An unexpected error is reported alone, because everything else
 * follows from it.
 */
export function unmetExpectations(run: ScenarioRun, rejected: 'run' | 'factory'): Verdict[] {
  const { expect = {} } = run.scenario;
  const { toolCalls, recovered, toolResults, agents, seen = [], stopReason, error } = expect;
  const { contextVariables, finalMessage } = expect;
  const toolErrors = expect.toolErrors === 'none' ? [] : expect.toolErrors;
  const { outcome } = run.trace;
  if (!error && (isLate(run.error) || outcome === 'failed' || outcome === 'aborted'))
    return [unexpectedError(run, rejected)];
  // Leave out `error` and `failures` of the run, because with them the assertions would throw if the script did not
  // fit.
  const played = { trace: run.trace, response: run.response };
  const misspelt = (names: readonly (string | undefined)[]) => {
    const missing = misspeltTool(run.trace, names);
    return missing && verdict(run.trace, false, { missing, unwanted: '', marked: undefined });
  };
  const verdicts: (Verdict | undefined)[] = [
    error && rejectedWith(run, error),
    toolCalls && (misspelt(namesIn(toolCalls)) ?? hasToolCalls(played, toolCalls)),
    toolErrors && (misspelt(toolErrors.map(nameIn)) ?? hasToolErrors(played, toolErrors)),
    recovered && (misspelt([recovered.tool]) ?? recoveredFrom(played, recovered)),
    toolResults && (misspelt(toolResults.map(nameIn)) ?? hasToolResults(played, toolResults)),
    agents && hasAgents(played, agents),
    ...seen.map((one) => hasSeen(played, one)),
    stopReason && stoppedBecause(played, stopReason),
    contextVariables && containsContextVariables(played, contextVariables),
    finalMessage === undefined ? undefined : endsWithText(played, finalMessage),
  ];
  return verdicts.filter((item) => item !== undefined && !item.pass) as Verdict[];
}

function namesIn(trajectory: Trajectory): string[] {
  const { expected, others } = toolsIn(trajectory);
  return [...expected, ...others];
}

function nameIn({ tool }: { tool: string }): string {
  return tool;
}

function unexpectedError(run: ScenarioRun, rejected: 'run' | 'factory'): Verdict {
  const advice = `\nIf the scenario should expect this error, add expect: { error: { name: ${JSON.stringify(errorName(run.error))} } }.`;
  return verdict(run.trace, false, {
    missing: `${rejected === 'run' ? 'The run was rejected' : 'The agent factory failed'}: ${describe(run.error)}${isOfTheTest(run.error) ? '' : advice}`,
    unwanted: '',
    marked: lastModelError(run),
  });
}

function rejectedWith(run: ScenarioRun, expected: { name?: string; message?: string }): Verdict {
  const parts = [expected.name, expected.message && `a message with ${JSON.stringify(expected.message)}`];
  const wanted = parts.filter(Boolean).join(' and ') || 'an error';
  const message = run.error instanceof Error ? run.error.message : show(run.error);
  const pass =
    run.error !== undefined &&
    // A script that does not fit is expected only by name. Otherwise it would be taken for the expected error.
    (expected.name !== undefined || !isMisfit(run.error)) &&
    (expected.name === undefined || expected.name === errorName(run.error)) &&
    message.includes(expected.message ?? '');
  const found =
    run.error === undefined
      ? `it ended with ${run.trace.outcome}.`
      : `it was rejected with ${describe(run.error)}`;
  return verdict(run.trace, pass, {
    missing: `Expected the last run to be rejected with ${wanted}, but ${found}`,
    unwanted: '',
    marked: lastModelError(run),
  });
}

function lastModelError(run: ScenarioRun): TraceEvent | undefined {
  return run.trace.events.findLast(({ type }) => type === 'model-error') ?? runEnd(run.trace);
}

/** Whether an error says that the scenario itself is wrong or hangs; a test never expects such an error. */
function isOfTheTest(error: unknown): boolean {
  return isMisfit(error) || error instanceof ScenarioTimeoutError;
}

function describe(error: unknown): string {
  return error instanceof Error ? withCauses(`${errorName(error)}: ${error.message}`, error) : show(error);
}
