import fc from 'fast-check';
import { expect, test } from 'vitest';
import { replayProvider } from 'swarmcheck/testing';
import { play, recorded, scenarioOf, scenarios, seen, ways } from '../../cassette/conversations.ts';
import { Folder } from '../../cassette/folder.ts';
import { assertProperty } from '../../support/property.ts';

test('a replay is the same run as the recording, whatever the transport and the streaming of each', async () => {
  const counts = { runs: 0, errors: 0, handoffs: 0, contexts: 0 };
  await assertProperty(
    fc.asyncProperty(scenarios, ways, ways, async (parts, one, other) => {
      using folder = new Folder();
      const scenario = scenarioOf(parts);
      const first = await recorded(scenario, folder.file(), one);
      using provider = replayProvider(folder.file());
      const second = await play(scenario, provider, other);
      expect(seen(second)).toEqual(seen(first));
      expect(provider.summary).toMatchObject({ drifted: 0, unused: 0, exact: first.trace.requests.length });
      counts.runs++;
      if (first.error) counts.errors++;
      if (first.trace.handoffs.length > 0) counts.handoffs++;
      if (first.trace.events.some(({ type }) => type === 'context-change')) counts.contexts++;
    }),
    { seed: 5, numRuns: 200 },
  );
  // What the generator does not produce is not tested.
  expect(counts.errors).toBeGreaterThan(25);
  expect(counts.handoffs).toBeGreaterThan(40);
  expect(counts.contexts).toBeGreaterThan(40);
});
