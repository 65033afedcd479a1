import { errorName, UsageError } from '../../engine/values/engine-errors.ts';
import { traceContext } from '../../engine/run/context.ts';
import { firstMismatch, show } from '../../scenario/equals.ts';
import { isExternalAgent } from '../../scenario/external-agent.ts';
import type { PlayObserver } from '../../scenario/play-observer.ts';
import { playScenario, type RunScenarioOptions } from '../../scenario/run-scenario.ts';
import type { Scenario, ScenarioRun } from '../../scenario/scenario.ts';
import { ScenarioTimeoutError } from '../../scenario/timeout.ts';
import { InvariantBrokenError } from '../invariant.ts';
import { sentence } from '../../engine/values/error-facts.ts';

/** A scenario without its expectations, because relations compare only what happens. */
function bare({ expect: _expect, check: _check, ...scenario }: Scenario): Scenario {
  return scenario;
}

/** Plays the scenario without its expectations. */
export async function play(
  scenario: Scenario,
  options?: RunScenarioOptions,
  observer?: PlayObserver,
): Promise<ScenarioRun> {
  const run = await playScenario(bare(scenario), options, observer);
  // A play that timed out cannot be compared.
  if (run.error instanceof ScenarioTimeoutError) throw run.error;
  return run;
}

/** Throws a TypeError for an externalAgent, which has its own run loop. */
export function assertOurAgents({ agent }: Scenario): void {
  if (isExternalAgent(agent))
    throw new UsageError(
      sentence`This relation takes scenarios of ${{ expected: 'agents of this engine' }}, not of ${{ given: 'an externalAgent' }}: it runs them in ways that an app of another SDK does not support.`,
    );
}

/** Throws a TypeError for a step given as a function, because its content is unknown before it is played. */
export function assertStepsAreData({ steps }: Scenario): void {
  if (steps.some((step) => typeof step === 'function'))
    throw new UsageError(
      sentence`This relation takes ${{ expected: 'steps that are plain data' }}, but one of the steps is ${{ given: 'a function of the request' }}.`,
    );
}

/** The fields of a run that `assertAlike` compares, besides the trace. */
function resultOf({ response, error, failures }: ScenarioRun): object {
  return {
    messages: response?.messages,
    agent: response?.agent.name,
    // In the form of a trace, so that two instances of a class can be equal.
    contextVariables: response && traceContext(response.contextVariables as object),
    stopReason: response?.stopReason,
    error: error === undefined ? undefined : errorName(error),
    status: (error as { status?: unknown } | undefined)?.status,
    failures: failures.length,
  };
}

/** Throws an InvariantBrokenError if two plays of a scenario differ. `words` say how each was played. */
export function assertAlike(
  relation: string,
  [left, right]: readonly [ScenarioRun, ScenarioRun],
  words: readonly [string, string],
): void {
  if (left.trace.hash !== right.trace.hash) {
    const difference = left.trace.diff(right.trace);
    throw new InvariantBrokenError(
      relation,
      `the scenario has a different trace when played ${words[1]} than when played ${words[0]} (- ${words[0]}, + ${words[1]}).\n${difference?.text ?? 'The hashes differ, but the events are equal.'}`,
    );
  }
  const found = firstMismatch(resultOf(left), resultOf(right), false);
  if (found)
    throw new InvariantBrokenError(
      relation,
      `${found.path} is ${show(found.expected)} ${words[0]}, but ${show(found.actual)} ${words[1]}.`,
    );
}
