/** In the project of a user who has openai and vitest, and none of the optional peers. */
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

// Over HTTP, too.
scenarioTest({
  name: 'a scenario plays in every way',
  agent: new Agent(),
  steps: [user('hi'), say('hello')],
});
