import type { ScenarioRun } from '../../scenario/scenario.ts';
import type { Observation } from '../observed/observation.ts';
import { onlyFittingArgumentsRun, resultsAreTold, toolsGetTheirCall } from './observed-calls.ts';
import { hooksAreCalled } from './observed-hooks.ts';
import {
  answersAreKept,
  cutAnswersRunNothing,
  requestsFitTheAgent,
  requestsReachTheProvider,
} from './observed-requests.ts';
import { abortsStopEverything, readersSeeTheStream, streamsAreClosed } from './observed-streams.ts';

/** The names of the invariants of observed runs. */
export type ObservedInvariantName =
  | 'requests-reach-the-provider'
  | 'requests-fit-the-agent'
  | 'answers-are-kept'
  | 'cut-answers-run-nothing'
  | 'readers-see-the-stream'
  | 'streams-are-closed'
  | 'only-fitting-arguments-run'
  | 'tools-get-their-call'
  | 'results-are-told'
  | 'hooks-are-called'
  | 'aborts-stop-everything';

/**
 * The invariants of a run that was observed from outside. Each function returns the first problem. They compare the
 * trace with the observation of the provider, the tools, the hooks and the reader of a stream.
 */
export const observedFindings = {
  'requests-reach-the-provider': requestsReachTheProvider,
  'requests-fit-the-agent': requestsFitTheAgent,
  'answers-are-kept': answersAreKept,
  'cut-answers-run-nothing': cutAnswersRunNothing,
  'readers-see-the-stream': readersSeeTheStream,
  'streams-are-closed': streamsAreClosed,
  'only-fitting-arguments-run': onlyFittingArgumentsRun,
  'tools-get-their-call': toolsGetTheirCall,
  'results-are-told': resultsAreTold,
  'hooks-are-called': hooksAreCalled,
  'aborts-stop-everything': abortsStopEverything,
} satisfies Record<ObservedInvariantName, (run: ScenarioRun, observation: Observation) => string | undefined>;
