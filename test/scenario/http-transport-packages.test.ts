import { afterEach, expect, test, vi } from 'vitest';
import { Agent } from 'swarmcheck';
import { runScenario, say, user } from 'swarmcheck/testing';

const scenario = { agent: new Agent(), steps: [user('hi'), say('hello')] };
const missing = () => {
  throw new Error('Cannot find package');
};

afterEach(() => {
  vi.doUnmock('openai');
  vi.doUnmock('msw');
});

// The process has one set of modules, so these run one after another; nothing else in this file may load them.
test.sequential.for(['openai', 'msw'])('without the package %s it says how to install it', async (name) => {
  vi.doMock(name, missing);
  await expect(runScenario(scenario, { transport: 'http' })).rejects.toThrow(
    `The transport "http" takes the package "${name}". Install it: npm install --save-dev ${name}`,
  );
});

test.sequential('in process neither is needed', async () => {
  vi.doMock('openai', missing);
  vi.doMock('msw', missing);
  expect((await runScenario(scenario)).passed).toBe(true);
});
