import { Agent } from 'swarmcheck';
import { expect, test } from 'vitest';
import { storableVariables } from '../../../src/property/check-agent/storable.ts';
import { Failures } from './desk.ts';

test.each<[string, object, string[]]>([
  ['by its name', { apiKey: 'abc' }, ['"apiKey" (possibly a secret)']],
  ['within one', { db: { password: { value: 'letmein' } } }, ['"db" (possibly a secret)']],
  ['in a list within an object', { tokens: { token: ['a', { b: 'c' }] } }, ['"tokens" (possibly a secret)']],
  ['no JSON', { db: () => 1 }, ['"db" (not JSON)']],
])('a variable that may be secret or is not JSON is left out: %s', (_what, variables, leftOut) => {
  expect(storableVariables({ user: 'Ann', ...variables })).toEqual({ variables: { user: 'Ann' }, leftOut });
});

test('stubs that may hold a secret are not in the source either', async () => {
  using failures = new Failures();
  const agent = new Agent({
    functions: [
      function login() {
        return 'in';
      },
    ],
  });
  const error = await failures.failureOf(agent, {
    tools: { login: { password: 'letmein' } },
    always: { none: ({ trace }) => trace.toolCalls.length === 0 },
  });
  expect(error.source).not.toContain('letmein');
  expect(error.source).toContain('Add the stubs of the check');
});
