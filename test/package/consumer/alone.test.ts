/** In the project of a user who has openai and vitest, and none of the optional peers. */
import { createRequire } from 'node:module';
import { expect, test } from 'vitest';

const require = createRequire(import.meta.url);

test.each(['msw', 'fast-check'])('%s is not installed', (name) => {
  expect(() => require.resolve(name)).toThrow('Cannot find module');
});

test('every entry loads', async () => {
  const entries = await Promise.all([
    import('swarmcheck'),
    import('swarmcheck/testing'),
    import('swarmcheck/vitest'),
  ]);
  expect(entries.map((entry) => Object.keys(entry).length)).not.toContain(0);
});
