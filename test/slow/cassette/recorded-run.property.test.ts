import fc from 'fast-check';
import { expect, test } from 'vitest';
import { modelOf, play, recorded, scenarioOf, scenarios, seen, ways } from '../../cassette/conversations.ts';
import { Folder } from '../../cassette/folder.ts';
import { assertProperty } from '../../support/property.ts';

test('recording a run does not change it', async () => {
  await assertProperty(
    fc.asyncProperty(scenarios, ways, async (parts, way) => {
      using folder = new Folder();
      const scenario = scenarioOf(parts);
      const plain = await play(scenario, modelOf(scenario), way);
      expect(seen(await recorded(scenario, folder.file(), way))).toEqual(seen(plain));
    }),
    { seed: 6, numRuns: 100 },
  );
});

test('the same run is recorded as the same bytes, except for its times', async () => {
  await assertProperty(
    fc.asyncProperty(scenarios, ways, async (parts, way) => {
      using folder = new Folder();
      const scenario = scenarioOf(parts);
      const texts: string[] = [];
      for (const name of ['a.json', 'b.json']) {
        await recorded(scenario, folder.file(name), way);
        texts.push(folder.read(name).replaceAll(/"ms": (\d+|\[[^\]]*\])/g, '"ms"'));
      }
      expect(texts[1]).toBe(texts[0]);
    }),
    { seed: 8, numRuns: 50 },
  );
});
