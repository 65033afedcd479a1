import { assertValidScenario } from '../scenario/valid-scenario.ts';
import { defaultTimeoutMs, type Scenario } from '../scenario/scenario.ts';
import { TimeLimit } from '../scenario/timeout.ts';
import { answeredEqualsUninterrupted } from './engine-relations/answered.ts';
import { executionsAreCounted, usageAddsUp } from './engine-relations/counted.ts';
import { failedRunIsAPrefix } from './engine-relations/failed.ts';
import { inputIsUntouched } from './relations/input.ts';
import { equalsOracle } from './engine-relations/reference-model.ts';
import { seenFromOutside } from './engine-relations/observed.ts';
import { fewerTurnsIsAPrefix } from './engine-relations/prefix.ts';
import { chunksChangeNothing, scribblingProviderChangesNothing } from './engine-relations/odd-providers.ts';
import { renamedIdsRenameOnlyIds } from './relations/renamed-ids.ts';
import { cutAndResumed, interruptedAndResumed } from './relations/resumed.ts';
import { abandonedStreamStops, abortedRunStops } from './engine-relations/stopped.ts';
import { streamEventsAreInOrder } from './engine-relations/streams.ts';
import { replayEqualsRecorded, sameTwice } from './relations/replayed.ts';
import { httpEqualsInProcess, streamedEqualsNot } from './engine-relations/transports.ts';

/** The names of the relations between runs. */
export type RelationName =
  | 'streamed-equals-not'
  | 'http-equals-in-process'
  | 'replay-equals-recorded'
  | 'cut-and-resumed-equals-uninterrupted'
  | 'interrupted-and-resumed-equals-uninterrupted'
  | 'answered-equals-uninterrupted'
  | 'fewer-turns-is-a-prefix'
  | 'equals-oracle'
  | 'same-twice'
  | 'input-is-untouched'
  | 'renamed-ids-rename-only-ids'
  | 'scribbling-provider-changes-nothing'
  | 'chunks-change-nothing'
  | 'executions-are-counted'
  | 'usage-adds-up'
  | 'aborted-run-stops'
  | 'abandoned-stream-stops'
  | 'stream-events-are-in-order'
  | 'failed-run-is-a-prefix'
  | 'seen-from-outside';

type Relation = (scenario: Scenario) => Promise<void>;

/** Relations about a user's agents. */
const ofAgents = {
  'same-twice': sameTwice,
  'replay-equals-recorded': replayEqualsRecorded,
  'cut-and-resumed-equals-uninterrupted': cutAndResumed,
  'interrupted-and-resumed-equals-uninterrupted': interruptedAndResumed,
  'input-is-untouched': inputIsUntouched,
  'renamed-ids-rename-only-ids': renamedIdsRenameOnlyIds,
} satisfies Partial<Record<RelationName, Relation>>;

/** Relations that test the engine. */
const ofTheEngine: Record<Exclude<RelationName, keyof typeof ofAgents>, Relation> = {
  'streamed-equals-not': streamedEqualsNot,
  'http-equals-in-process': httpEqualsInProcess,
  'answered-equals-uninterrupted': answeredEqualsUninterrupted,
  'fewer-turns-is-a-prefix': fewerTurnsIsAPrefix,
  'failed-run-is-a-prefix': failedRunIsAPrefix,
  'equals-oracle': equalsOracle,
  'scribbling-provider-changes-nothing': scribblingProviderChangesNothing,
  'chunks-change-nothing': chunksChangeNothing,
  'stream-events-are-in-order': streamEventsAreInOrder,
  'executions-are-counted': executionsAreCounted,
  'usage-adds-up': usageAddsUp,
  'aborted-run-stops': abortedRunStops,
  'abandoned-stream-stops': abandonedStreamStops,
  'seen-from-outside': seenFromOutside,
};

/** The names of the relations about a user's agents. The guide lists them. */
export const agentRelationNames: readonly string[] = Object.keys(ofAgents);

/**
 * The time limit of a relation, as a multiple of the scenario's time limit. A relation plays the scenario several
 * times.
 */
const mostPlays = 20;

function withinLimit(
  name: string,
  relation: (scenario: Scenario) => Promise<void>,
): (scenario: Scenario) => Promise<void> {
  return async (scenario) => {
    assertValidScenario(scenario);
    const timeoutMs = mostPlays * (scenario.timeoutMs ?? defaultTimeoutMs);
    using limit = new TimeLimit(timeoutMs, undefined, () => 'an agent or a tool', {
      what: `The relation "${name}"`,
    });
    await limit.within(relation(scenario));
  };
}

/**
 * Relations between runs (docs/guide-properties.md and docs/run-loop.md say what each of them means). Each relation
 * is a function that takes a scenario and plays it as often as needed. It ignores the expectations of the scenario,
 * and rejects with an InvariantBrokenError that says how the relation was broken.
 *
 * The real tools run, several times. Use stubs for them, and a factory for agents that keep state. A relation that
 * takes longer than twenty times the `timeoutMs` of the scenario rejects with a ScenarioTimeoutError. Each relation
 * except `same-twice` rejects with a TypeError for an externalAgent. `renamed-ids-rename-only-ids`, `equals-oracle`
 * and `usage-adds-up` also reject with a TypeError for steps that are functions.
 */
export const relations = Object.fromEntries(
  Object.entries<Relation>({ ...ofAgents, ...ofTheEngine }).map(([name, relation]) => [
    name,
    withinLimit(name, relation),
  ]),
) as Readonly<Record<RelationName, (scenario: Scenario) => Promise<void>>>;
