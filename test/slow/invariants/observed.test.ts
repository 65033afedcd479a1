/** Runs of the engine that are observed from outside keep every invariant. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  invariantNames,
  invariants,
  observedInvariantNames,
  type InvariantName,
} from '../../../src/property/invariants/invariants.ts';
import { observationOf, type Observation } from '../../../src/property/observed/observation.ts';
import { observedPlay } from '../../../src/property/observed/observed-play.ts';
import { engineCases, ways } from '../../property/engines.ts';
import { assertProperty, thoroughness } from '../../support/property.ts';
import { runs } from './assert-invariant.ts';

/** The events that the invariants are about, and how many of a thousand cases must have each at least. */
const happens: Record<string, [least: number, (observation: Observation) => boolean]> = {
  'a piece of a stream': [100, ({ runs: all }) => all.some(({ moments }) => moments.some(({ what }) => what === 'piece'))],
};
const counts = new Map<string, number>();

/** What is wrong, by invariant. Each case is played once for all invariants. */
const broken = (async () => {
  const found = new Map<InvariantName, string>();
  await assertProperty(
    fc.asyncProperty(engineCases(), ways(), async ({ scenario }, way) => {
      const run = await observedPlay(scenario, way);
      for (const [name, [, happened]] of Object.entries(happens))
        if (happened(observationOf(run.trace)!)) counts.set(name, (counts.get(name) ?? 0) + 1);
      for (const name of [...invariantNames, ...observedInvariantNames]) {
        try {
          invariants[name](run);
        } catch (error) {
          if (!found.has(name)) found.set(name, `${JSON.stringify(way)} ${String(error)}`);
        }
      }
    }),
    { seed: 5, numRuns: runs },
  );
  return found;
})();

test.for([...invariantNames, ...observedInvariantNames])('%s', async (name) => {
  expect((await broken).get(name)).toBeUndefined();
});
