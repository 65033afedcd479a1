/** A failure prints the causes of an error, each on a line. */
import { expect, test } from 'vitest';
import { Agent } from 'swarmcheck';
import { externalAgent, modelFails, runScenario, say, user, type Scenario } from 'swarmcheck/testing';
import { failuresIn, modesOf, runInModes } from '../../src/scenario/modes.ts';

const error = new Error('Connection error.', {
  cause: new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED, api_key=abc12345') }),
});
const causes = `Connection error.
  caused by TypeError: fetch failed
  caused by Error: connect ECONNREFUSED, api_key=<secret>`;
const fail = () => {
  throw error;
};

test.for<[string, Scenario]>([
  ['an app', { agent: externalAgent(fail), steps: [user('hi'), say('ok')] }],
  ['a factory', { agent: fail, steps: [user('hi'), say('ok')] }],
  ['instructions', { agent: new Agent({ instructions: fail }), steps: [user('hi'), say('ok')] }],
  ['a check', { agent: new Agent(), steps: [user('hi'), say('ok')], check: fail }],
  [
    'an error other than the expected one',
    {
      agent: externalAgent(fail),
      steps: [user('hi'), say('ok')],
      expect: { error: { name: 'RateLimitError' } },
    },
  ],
])('the error of %s is printed with its causes', async ([, scenario]) => {
  const { failures } = await runScenario(scenario);
  expect(failures.map(({ message }) => message).join('\n')).toContain(causes);
});

test('a failure that has other causes in another play mode is listed once', async () => {
  const scenario = { agent: new Agent(), steps: [user('hi'), modelFails({ kind: 'reset' })] };
  const failures = failuresIn(await runInModes(scenario, modesOf(scenario)));
  expect(failures).toHaveLength(1);
  expect(failures[0]!.message).toContain('\n  caused by ');
});
