/** What a suite has set for all of fast-check is not for checks: with a time-out of its own one would end as if all were well. */
import fc from 'fast-check';
import { Agent, tool } from 'swarmcheck';
import { afterEach, expect, test } from 'vitest';
import { Failures } from './desk.ts';

afterEach(() => fc.resetConfigureGlobal());

const agent = new Agent({ functions: [tool({ name: 'count', execute: () => 'counted' })] });

test.each<[string, fc.GlobalParameters]>([
  ['a time-out', { timeout: 0 }],
  ['a time after which all is skipped', { skipAllAfterTimeLimit: 0 }],
  ['a time after which it ends', { interruptAfterTimeLimit: 0 }],
  ['examples', { examples: [['no script']] } as fc.GlobalParameters],
])('%s of fc.configureGlobal', async (_what, settings) => {
  using failures = new Failures();
  fc.configureGlobal(settings);
  const error = await failures.failureOf(agent, {
    always: { few: ({ trace }) => trace.toolCalls.length < 3 },
  });
  expect(error.invariant).toBe('few');
});
