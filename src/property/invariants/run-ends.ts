import { ScriptNotFinishedError } from '../../script/script-errors.ts';
import type { ScenarioRun } from '../../scenario/scenario.ts';
import { observationOf } from '../observed/observation.ts';
import { firstInTurns, turnWords } from './protocol.ts';
import { callsOf, runsOf, type TracedRun } from './runs.ts';

/** The first problem in any run. */
function firstInRuns(
  { trace }: ScenarioRun,
  problem: (run: TracedRun) => string | undefined,
): string | undefined {
  for (const run of runsOf(trace)) {
    const found = problem(run);
    if (found !== undefined) return `run ${run.number}: ${found}`;
  }
  return undefined;
}

export function turnsWithinLimit(run: ScenarioRun): string | undefined {
  return firstInRuns(run, ({ start, turns }) => {
    const limit = start?.maxTurns ?? Infinity;
    return turns.length > limit ? `${turns.length} requests were made, but the limit is ${limit}` : undefined;
  });
}

export function modelErrorEndsTheRun(run: ScenarioRun): string | undefined {
  return firstInRuns(run, ({ turns, end }) => {
    const failed = turns.findIndex(({ error }) => error);
    if (failed === -1) return undefined;
    const turn = turns[failed]!;
    if (failed < turns.length - 1) return `the model failed in ${turnWords(turn)}, but was asked again`;
    if (turn.response || turn.results.length > 0 || turn.handoff || turn.contextChange)
      return `the model failed in ${turnWords(turn)}, but the turn has further events`;
    return end?.outcome === 'failed' ? undefined : `the model failed, but the outcome is ${end?.outcome}`;
  });
}

export function interruptedBeforeTools(run: ScenarioRun): string | undefined {
  return firstInRuns(run, ({ start, turns }) => {
    if (!start || start.executeTools) return undefined;
    if (turns.length > 1) return `executeTools is false, but ${turns.length} requests were made`;
    return turns.some(({ results }) => results.length > 0)
      ? 'executeTools is false, but a tool call was answered'
      : undefined;
  });
}

export function stopReasonIsTrue(run: ScenarioRun): string | undefined {
  return firstInRuns(run, ({ start, turns, end }) => {
    const last = turns.at(-1);
    const calls = callsOf(last?.response?.message).length;
    switch (end?.outcome) {
      case 'completed':
        if (!last?.response) return 'the outcome is completed, but the model gave no last answer';
        return calls > 0 ? `the outcome is completed, but the last answer has ${calls} calls` : undefined;
      case 'interrupted':
        if (start?.executeTools) return 'the outcome is interrupted, but executeTools is true';
        return calls === 0 ? 'the outcome is interrupted, but no call is pending' : undefined;
      case 'max_turns': {
        const limit = start?.maxTurns ?? Infinity;
        if (turns.length !== limit) return `the outcome is max_turns after ${turns.length} of ${limit} turns`;
        return limit > 0 && calls === 0
          ? 'the outcome is max_turns, but the last answer has no calls'
          : undefined;
      }
      default:
        return undefined;
    }
  });
}

export function onlyTheModelFailsARun(run: ScenarioRun): string | undefined {
  if (run.error !== undefined && runsOf(run.trace).length === 0)
    return `the agents could not be made: ${described(run.error)}`;
  return firstInRuns(run, ({ turns, end, number }) => {
    if (end?.outcome !== 'failed' && end?.outcome !== 'aborted') return undefined;
    // The caller aborted the play.
    if (end.outcome === 'aborted' && observationOf(run.trace)?.reason !== undefined) return undefined;
    const isLast = number === runsOf(run.trace).at(-1)?.number;
    const error = turns.at(-1)?.error?.error;
    // The model failed, so the run may fail. A scripted call that does not fit the agents counts as a failure of the
    // model, although the script is wrong. A request beyond the script does not count as one.
    if (end.outcome === 'failed' && error && error.name !== 'ScriptExhaustedError') return undefined;
    const why = isLast ? described(run.error) : (error?.name ?? 'an error');
    return `the outcome is ${end.outcome}, but the model did not fail: ${why}`;
  });
}

function described(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message.split('\n')[0]}` : String(error);
}

export function goesOnUntilTheModelIsDone(run: ScenarioRun): string | undefined {
  const { outcome } = run.trace;
  if (outcome !== 'completed') return undefined;
  const left = run.failures.find(({ cause }) => cause instanceof ScriptNotFinishedError);
  return left && left.message.split('\n')[0];
}

export function toolsOfTheLastTurnRun(run: ScenarioRun): string | undefined {
  return firstInTurns(run, ({ response, results }, { start, end }) => {
    if (!start?.executeTools || (end?.outcome !== 'completed' && end?.outcome !== 'max_turns'))
      return undefined;
    const calls = callsOf(response?.message).length;
    return calls === results.length ? undefined : `${calls - results.length} of ${calls} calls did not run`;
  });
}
