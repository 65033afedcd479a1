import { errorName } from '../engine/errors.ts';
import { ScriptExhaustedError, ScriptMistakeError } from '../script/errors.ts';
import type { ScenarioRun } from './scenario.ts';
import { show } from './equals.ts';
import { ScenarioTimeoutError } from './timeout.ts';
import { containsContextVariables, endsWithText, hasAgents, stoppedBecause } from './verdicts/run.ts';
import { hasToolCalls } from './verdicts/tool-calls.ts';
import type { Verdict } from './verdicts/verdict.ts';

/** What a scenario's `expect` asks for and the run did not give, as messages; an unexpected error comes first. */
export function unmetExpectations(run: ScenarioRun): string[] {
  const { toolCalls, agents, stopReason, error, contextVariables, finalMessage } = run.scenario.expect ?? {};
  const verdicts: (Verdict | undefined)[] = [
    expectedError(run, error),
    toolCalls && hasToolCalls(run, toolCalls),
    agents && hasAgents(run, agents),
    stopReason && stoppedBecause(run, stopReason),
    contextVariables && containsContextVariables(run, contextVariables),
    finalMessage === undefined ? undefined : endsWithText(run, finalMessage),
  ];
  return verdicts.flatMap((verdict) => (verdict && !verdict.pass ? [verdict.message()] : []));
}

function expectedError(
  run: ScenarioRun,
  expected: { name?: string; message?: string } | undefined,
): Verdict | undefined {
  if (!expected) {
    if (run.error === undefined) return undefined;
    const advice = `\nIf this is meant to happen, say so: expect: { error: { name: ${JSON.stringify(errorName(run.error))} } }.`;
    return failure(`The run was rejected: ${describe(run.error)}${isOfTheTest(run.error) ? '' : advice}`);
  }
  const wanted = [expected.name, expected.message && `a message with ${JSON.stringify(expected.message)}`]
    .filter(Boolean)
    .join(' and ');
  if (run.error === undefined)
    return failure(`The run was expected to be rejected with ${wanted}, but it ${run.trace.outcome}.`);
  const message = run.error instanceof Error ? run.error.message : show(run.error);
  const fits =
    (expected.name === undefined || expected.name === errorName(run.error)) &&
    message.includes(expected.message ?? '');
  return fits
    ? undefined
    : failure(`The run was expected to be rejected with ${wanted}, but was with ${describe(run.error)}`);
}

/** Errors that say that the scenario is wrong, or stands still: nobody means them to happen. */
function isOfTheTest(error: unknown): boolean {
  return [ScriptExhaustedError, ScriptMistakeError, ScenarioTimeoutError].some(
    (kind) => error instanceof kind,
  );
}

function describe(error: unknown): string {
  return error instanceof Error ? `${errorName(error)}: ${error.message}` : show(error);
}

function failure(text: string): Verdict {
  return { pass: false, message: () => text };
}
