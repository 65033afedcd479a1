import fc from 'fast-check';
import { expect, test } from 'vitest';
import { replayProvider, replayTools } from 'swarmcheck/testing';
import { agents } from '../../support/two-agents.ts';
import { play, recorded, scenarioOf, scenarios, seen, ways } from '../../cassette/conversations.ts';
import { Folder } from '../../cassette/folder.ts';
import { assertProperty } from '../../support/property.ts';

test('replayed and verified tools leave the same trace', async () => {
  await assertProperty(
    fc.asyncProperty(
      scenarios,
      ways,
      ways,
      fc.constantFrom('replay' as const, 'verify' as const),
      async (parts, one, other, mode) => {
        using folder = new Folder();
        const scenario = scenarioOf(parts);
        const first = await recorded(scenario, folder.file(), one);
        using provider = replayProvider(folder.file());
        const agent = () => replayTools(agents(), folder.file(), mode);
        const second = await play({ ...scenario, agent }, provider, other);
        expect(seen(second)).toEqual(seen(first));
      },
    ),
    { seed: 7, numRuns: 100 },
  );
});
