/** Context variables whose getters or proxies throw. */
import { expect, test } from 'vitest';
import { Agent, Swarm } from 'swarmcheck';
import { runScenario, say, scriptedProvider, user } from 'swarmcheck/testing';
import { messagesOf } from '../support/failures.ts';
import { factsOf, factsOfMistake } from '../support/facts-of.ts';

const reason = new RangeError('of the test');
const fail = () => {
  throw reason;
};

class Session {
  readonly user = 'Ann';
}

const revoked = () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
};

const contexts: Record<string, [context: object, field: string]> = {
  'a getter': [Object.defineProperty({}, 'user', { enumerable: true, get: fail }), 'contextVariables.user'],
  'a getter in a list': [
    { orders: [{}, Object.defineProperty({}, 'id', { enumerable: true, get: fail })] },
    'contextVariables.orders[1].id',
  ],
  'a getter of an instance': [
    Object.defineProperty(new Session(), 'key', { enumerable: true, get: fail }),
    'contextVariables.key',
  ],
  'a proxy whose values throw': [new Proxy({ user: 'Ann' }, { get: fail }), 'contextVariables.user'],
  'a proxy without keys': [new Proxy({}, { ownKeys: fail }), 'contextVariables'],
  'a proxy without a prototype': [new Proxy({}, { getPrototypeOf: fail }), 'contextVariables'],
  'a revoked proxy': [revoked(), 'contextVariables'],
  'a revoked proxy in a variable': [{ user: revoked() }, 'contextVariables.user'],
};
const all = Object.entries(contexts);

const agent = new Agent({ name: 'Desk' });
const steps = [user('hi'), say('hello')];

test.for(all)(
  'a scenario fails because of %s, and the error names the variable',
  async ([, [context, field]]) => {
    const run = await runScenario({ agent, steps, contextVariables: context });
    expect(run.passed).toBe(false);
    expect(factsOf(run.error)).toMatchObject({ error: 'UnreadableContextError', field });
    expect(messagesOf(run)[0]).toMatch(/^The run was rejected: TypeError: contextVariables/);
  },
);

test.for(all)('a run is rejected because of %s', async ([, [context, field]]) => {
  const running = () =>
    new Swarm({ provider: scriptedProvider([]) }).run({
      agent,
      messages: [{ role: 'user', content: 'hi' }],
      contextVariables: context,
    });
  expect(await factsOfMistake(running)).toMatchObject({ error: 'UnreadableContextError', field });
});

test('the message says which variable cannot be read, and why', async () => {
  const run = await runScenario({ agent, steps, contextVariables: contexts['a getter']![0] });
  expect(run.error).toMatchObject({
    message:
      'contextVariables.user of a run cannot be read: RangeError: of the test. Context variables must be data whose getters and proxies do not throw.',
    cause: reason,
  });
});

test('an agent factory that works is not blamed', async () => {
  const run = await runScenario({ agent: () => agent, steps, contextVariables: contexts['a getter']![0] });
  expect(messagesOf(run)[0]).toMatch(/^The run was rejected: /);
});

test('an agent factory that throws is blamed', async () => {
  const run = await runScenario({ agent: fail, steps });
  expect(messagesOf(run)[0]).toMatch(/^The agent factory failed: RangeError: of the test/);
});

test('a proxy that can be read is a context like any other', async () => {
  const run = await runScenario({ agent, steps, contextVariables: new Proxy({ user: 'Ann' }, {}) });
  expect(messagesOf(run)).toEqual([]);
  expect(run.response?.contextVariables).toEqual({ user: 'Ann' });
});
