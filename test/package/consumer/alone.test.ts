/** Runs in the project of a user who has openai and vitest, but none of the optional peers. */
import { Agent } from 'swarmcheck';
import { say, user } from 'swarmcheck/testing';
import { scenarioTest } from 'swarmcheck/vitest';
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

// In every play mode, HTTP included.
scenarioTest({
  name: 'a scenario plays in every way',
  agent: new Agent(),
  steps: [user('hi'), say('hello')],
});
