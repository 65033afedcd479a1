import type { ScenarioRun } from '../../scenario/scenario.ts';
import { InvariantBrokenError, type Invariant } from '../invariant.ts';
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
  | 'tools-do-not-crash';

/** Returns what is wrong with a run, or undefined. */
type Finding = (run: ScenarioRun) => string | undefined;

const findings: Readonly<Record<InvariantName, Finding>> = {
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
 * engine only.
 */
export const invariants = Object.fromEntries(
  Object.entries<Finding>(findings).map(([name, finding]): [string, Invariant] => [
    name,
    (run) => {
      const problem = finding(run);
      if (problem !== undefined) throw new InvariantBrokenError(name, problem);
    },
  ]),
) as Readonly<Record<InvariantName, (run: ScenarioRun) => void>>;

/** The names of the invariants, in the order in which a run is checked. */
export const invariantNames = Object.keys(findings) as readonly InvariantName[];

/** The invariants that also hold for an external agent. */
export const ofAnyApp: readonly InvariantName[] = ['every-call-answered-once', 'trace-is-well-formed'];
