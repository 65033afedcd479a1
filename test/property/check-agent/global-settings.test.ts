/**
 * A check ignores the global settings of fast-check. A time limit of the suite, for example, would end it early, as
 * if it had passed.
 */
import fc from 'fast-check';
import { Agent, tool } from 'swarmcheck';
import { afterEach, expect, test } from 'vitest';
import { Failures } from './desk.ts';

afterEach(() => fc.resetConfigureGlobal());

const agent = new Agent({ functions: [tool({ name: 'count', execute: () => 'counted' })] });

test.each<[string, fc.GlobalParameters]>([
  ['a time-out', { timeout: 0 }],
  ['a time limit that skips the rest', { skipAllAfterTimeLimit: 0 }],
  ['a time limit that interrupts', { interruptAfterTimeLimit: 0 }],
  ['examples', { examples: [['no script']] } as fc.GlobalParameters],
])('a check ignores %s in fc.configureGlobal', async (_what, settings) => {
  using failures = new Failures();
  fc.configureGlobal(settings);
  const error = await failures.failureOf(agent, {
    always: { few: ({ trace }) => trace.toolCalls.length < 3 },
  });
  expect(error.invariant).toBe('few');
});
