import type { ScenarioRun } from '../../scenario/scenario.ts';
import { sentence } from '../../engine/values/error-facts.ts';
import { UsageError } from '../../engine/values/engine-errors.ts';
import { InvariantBrokenError, type Invariant } from '../invariant.ts';
import { observationOf } from '../observed/observation.ts';
import { runsContinueEachOther, senderIsThePromptedAgent } from './agents.ts';
import {
  goesOnUntilTheModelIsDone,
  interruptedBeforeTools,
  modelErrorEndsTheRun,
  onlyTheModelFailsARun,
  stopReasonIsTrue,
  toolsOfTheLastTurnRun,
  turnsWithinLimit,
} from './run-ends.ts';
import {
  answersInOrderOfCalls,
  everyCallAnsweredOnce,
  failedCallsAreTold,
  instructionsComeFirst,
  onlyOfferedToolsRun,
  requestsAreClean,
  requestsGrowByWhatHappened,
} from './protocol.ts';
import { toolsDoNotCrash } from './tools-do-not-crash.ts';
import { observedFindings, type ObservedInvariantName } from './observed.ts';
import { contextChangesAddUp, responseIsWhatHappened, traceIsWellFormed } from './trace-and-response.ts';

/** The names of the run loop's invariants. */
export type InvariantName =
  | 'every-call-answered-once'
  | 'trace-is-well-formed'
  | 'answers-in-order-of-calls'
  | 'failed-calls-are-told'
  | 'only-offered-tools-run'
  | 'sender-is-the-prompted-agent'
  | 'instructions-come-first'
  | 'requests-are-clean'
  | 'requests-grow-by-what-happened'
  | 'turns-within-limit'
  | 'tools-of-the-last-turn-run'
  | 'interrupted-before-tools'
  | 'stop-reason-is-true'
  | 'model-error-ends-the-run'
  | 'only-the-model-fails-a-run'
  | 'goes-on-until-the-model-is-done'
  | 'context-changes-add-up'
  | 'response-is-what-happened'
  | 'runs-continue-each-other'
  | 'tools-do-not-crash'
  | ObservedInvariantName;

/** Returns what is wrong with a run, or undefined. */
type Finding = (run: ScenarioRun) => string | undefined;

const findings: Readonly<Record<Exclude<InvariantName, ObservedInvariantName>, Finding>> = {
  'every-call-answered-once': everyCallAnsweredOnce,
  'trace-is-well-formed': traceIsWellFormed,
  'answers-in-order-of-calls': answersInOrderOfCalls,
  'failed-calls-are-told': failedCallsAreTold,
  'only-offered-tools-run': onlyOfferedToolsRun,
  'sender-is-the-prompted-agent': senderIsThePromptedAgent,
  'instructions-come-first': instructionsComeFirst,
  'requests-are-clean': requestsAreClean,
  'requests-grow-by-what-happened': requestsGrowByWhatHappened,
  'turns-within-limit': turnsWithinLimit,
  'tools-of-the-last-turn-run': toolsOfTheLastTurnRun,
  'interrupted-before-tools': interruptedBeforeTools,
  'stop-reason-is-true': stopReasonIsTrue,
  'model-error-ends-the-run': modelErrorEndsTheRun,
  'only-the-model-fails-a-run': onlyTheModelFailsARun,
  'goes-on-until-the-model-is-done': goesOnUntilTheModelIsDone,
  'context-changes-add-up': contextChangesAddUp,
  'response-is-what-happened': responseIsWhatHappened,
  'runs-continue-each-other': runsContinueEachOther,
  'tools-do-not-crash': toolsDoNotCrash,
};

/**
 * The invariants of the run loop (Swarm's README, `client.run()`), and `tools-do-not-crash`. docs/guide-properties.md and docs/run-loop.md
 * explain each of them. An invariant takes the `ScenarioRun` that `runScenario` resolved to, for any script, and
 * throws an InvariantBrokenError that describes the problem and its place.
 *
 * `every-call-answered-once` and `trace-is-well-formed` hold for an `externalAgent` as well. The others hold for this
 * engine only. Those of observed runs throw a TypeError for a run that was not observed from outside; the relation `seen-from-outside` plays and observes a scenario.
 */
export const invariants = Object.fromEntries(
  Object.entries<Finding>({ ...findings, ...ofObservedRuns() }).map(
    ([name, finding]): [string, Invariant] => [
      name,
      (run) => {
        const problem = finding(run);
        if (problem !== undefined) throw new InvariantBrokenError(name, problem);
      },
    ],
  ),
) as Readonly<Record<InvariantName, (run: ScenarioRun) => void>>;

/** The findings of observed runs. Each gets the observation of its run. */
function ofObservedRuns(): Record<string, Finding> {
  return Object.fromEntries(
    Object.entries(observedFindings).map(([name, finding]): [string, Finding] => [
      name,
      (run) => {
        const observation = observationOf(run.trace);
        if (observation) return finding(run, observation);
        throw new UsageError(
          sentence`The invariant ${{ field: name }} takes ${{ expected: 'a run that was observed from outside' }}, but was given ${{ given: 'another run' }}. Call relations["seen-from-outside"](scenario), which plays and observes a scenario.`,
        );
      },
    ]),
  );
}

export type { ObservedInvariantName };

/** The names of the invariants of runs that were observed from outside. */
export const observedInvariantNames = Object.keys(observedFindings) as readonly ObservedInvariantName[];

/** The names of the invariants of any run, in the order in which a run is checked. */
export const invariantNames = Object.keys(findings) as readonly InvariantName[];

/** The invariants that also hold for an external agent. */
export const ofAnyApp: readonly InvariantName[] = ['every-call-answered-once', 'trace-is-well-formed'];
