/** The laws that find the mutants find nothing in the engine as it is, bundled in the same way. */
import { afterAll, expect, test } from 'vitest';
import { bundled, closeBundler } from './bundle.ts';
import { mutants } from './mutants.ts';

afterAll(closeBundler);

test('nothing is found in the engine as it is', { timeout: 120_000 }, async () => {
  const { hunt } = await bundled('none', undefined);
  const laws = new Set(mutants.map(({ law }) => law));
  for (const law of laws) expect(await hunt(law, 200)).toEqual({ foundAfter: undefined, message: '' });
});
