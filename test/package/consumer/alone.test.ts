/** In the project of a user who has openai and vitest, and none of the optional peers. */
import { expect, test } from 'vitest';

test.each(['msw', 'fast-check', 'piscina'])('%s is not installed', async (name) => {
  await expect(import(/* @vite-ignore */ name)).rejects.toThrow('Cannot find');
});

test('every entry loads', async () => {
  const entries = await Promise.all([
    import('swarmcheck'),
    import('swarmcheck/testing'),
    import('swarmcheck/vitest'),
    import('swarmcheck/worker'),
    import('swarmcheck/mcp'),
  ]);
  expect(entries.map((entry) => Object.keys(entry).length)).not.toContain(0);
});
