/** Runs of the engine that are observed from outside keep every invariant. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  invariantNames,
  invariants,
  observedInvariantNames,
  type InvariantName,
} from '../../../src/property/invariants/invariants.ts';
import { sentAnswer } from '../../../src/property/invariants/sent-answer.ts';
import {
  observationOf,
  type Moment,
  type Observation,
  type SeenRequest,
} from '../../../src/property/observed/observation.ts';
import { observedPlay } from '../../../src/property/observed/observed-play.ts';
import { engineCases, ways } from '../../property/engines.ts';
import { assertProperty, thoroughness } from '../../support/property.ts';

/** The events that the invariants are about, and how many of the cases must have each at least. */
const happens: Record<string, [least: number, (observation: Observation) => boolean]> = {
  'a piece of a stream': [100, (seen) => some(seen, ({ what }) => what === 'piece')],
  'a hook around a tool': [100, (seen) => some(seen, (moment) => hookOf(moment) === 'afterTool')],
  'an abort': [50, ({ reason }) => reason !== undefined],
  'a stream that was closed': [
    5,
    ({ runs: all }) => all.some(({ requests }) => requests.some(({ end }) => end === 'closed')),
  ],
  'calls that were cut off': [2, ({ runs: all }) => all.some(({ requests }) => requests.some(isCut))],
  'a long error text': [
    2,
    ({ runs: all }) =>
      all.some(({ calls }) =>
        calls.some(({ end }) => end && 'thrown' in end && String(end.thrown).length > 100),
      ),
  ],
};
const counts = new Map(Object.keys(happens).map((name) => [name, 0]));

function some({ runs: all }: Observation, is: (moment: Moment) => boolean): boolean {
  return all.some(({ moments }) => moments.some(is));
}

function hookOf(moment: Moment): string | undefined {
  return 'of' in moment && moment.of.kind === 'hook' ? moment.of.name : undefined;
}

function isCut(request: SeenRequest): boolean {
  const sent = sentAnswer(request);
  return sent?.finishReason === 'length' && sent.calls.length > 0;
}

/** What is wrong, by invariant. Each case is played once for all invariants. */
const broken = (async () => {
  const found = new Map<InvariantName, string>();
  await assertProperty(
    fc.asyncProperty(engineCases(), ways(), async ({ scenario }, way) => {
      const run = await observedPlay(scenario, way);
      for (const [name, [, happened]] of Object.entries(happens))
        if (happened(observationOf(run.trace)!)) counts.set(name, counts.get(name)! + 1);
      for (const name of [...invariantNames, ...observedInvariantNames]) {
        try {
          invariants[name](run);
        } catch (error) {
          if (!found.has(name)) found.set(name, `${JSON.stringify(way)} ${String(error)}`);
        }
      }
    }),
    { seed: 5, numRuns: 500 },
  );
  return found;
})();

test.for([...invariantNames, ...observedInvariantNames])('%s', async (name) => {
  expect((await broken).get(name)).toBeUndefined();
});

test('what the invariants are about happens often', async () => {
  await broken;
  const rare = Object.entries(happens).filter(([name, [least]]) => counts.get(name)! < least * thoroughness);
  expect(rare.map(([name, [least]]) => `${name}: ${counts.get(name)} of at least ${least}`)).toEqual([]);
});
