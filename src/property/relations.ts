import { assertValidScenario } from '../scenario/valid-scenario.ts';
import { defaultTimeoutMs, type Scenario } from '../scenario/scenario.ts';
import { TimeLimit } from '../scenario/timeout.ts';
import { executionsAreCounted, usageAddsUp } from './engine-relations/counted.ts';
import { failedRunIsAPrefix } from './engine-relations/failed.ts';
import { inputIsUntouched } from './relations/input.ts';
import { equalsOracle } from './engine-relations/reference-model.ts';
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
  | 'failed-run-is-a-prefix';

type Relation = (scenario: Scenario) => Promise<void>;

/** Those about a user's agents. */
const ofAgents = {
  'same-twice': sameTwice,
  'replay-equals-recorded': replayEqualsRecorded,
  'cut-and-resumed-equals-uninterrupted': cutAndResumed,
  'interrupted-and-resumed-equals-uninterrupted': interruptedAndResumed,
  'input-is-untouched': inputIsUntouched,
  'renamed-ids-rename-only-ids': renamedIdsRenameOnlyIds,
} satisfies Partial<Record<RelationName, Relation>>;

/** Those that test the engine. */
const ofTheEngine: Record<Exclude<RelationName, keyof typeof ofAgents>, Relation> = {
  'streamed-equals-not': streamedEqualsNot,
  'http-equals-in-process': httpEqualsInProcess,
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
};

/** The names of the relations about a user's agents: those that the guide lists. */
export const agentRelationNames: readonly string[] = Object.keys(ofAgents);

/** How many times the time limit of its scenario a relation may take: it plays it several times. */
const mostPlays = 20;

function withinLimit(
  name: string,
  relation: (scenario: Scenario) => Promise<void>,
): (scenario: Scenario) => Promise<void> {
  return async (scenario) => {
    assertValidScenario(scenario);
    const timeoutMs = mostPlays * (scenario.timeoutMs ?? defaultTimeoutMs);
    using limit = new TimeLimit(timeoutMs, undefined, () => 'an agent or a tool', `The relation "${name}"`);
    await limit.within(relation(scenario));
  };
}

/**
 * Relations between runs (docs/guide-properties.md and docs/run-loop.md say what each of them means). Each takes a scenario, plays it
 * as often as it has to, whatever the scenario itself expects, and rejects with an InvariantBrokenError that says what was broken.
 *
 * They run the tools for real, several times: give agents that keep something by a factory, and tools stand-ins. Within twenty times
 * the `timeoutMs` of the scenario, or they reject with a ScenarioTimeoutError. Of our agents only: an externalAgent is refused with a TypeError, but for `same-twice`.
 */
export const relations = Object.fromEntries(
  Object.entries<Relation>({ ...ofAgents, ...ofTheEngine }).map(([name, relation]) => [
    name,
    withinLimit(name, relation),
  ]),
) as Readonly<Record<RelationName, (scenario: Scenario) => Promise<void>>>;
