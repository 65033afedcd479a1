import { afterEach, expect, test, vi } from 'vitest';
import { Agent } from 'swarmcheck';
import { externalAgent, runScenario, say, user } from 'swarmcheck/testing';

const scenario = { agent: new Agent(), steps: [user('hi'), say('hello')] };
const missing = () => {
  throw new Error('Cannot find package');
};

afterEach(() => {
  vi.doUnmock('openai');
  vi.doUnmock('msw');
  vi.useRealTimers();
});

// Mocked modules belong to the whole file, so these tests run one after another, and nothing else in this file may
// load them. The test of msw comes first: a module that is already loaded would hide its import of msw.
test.sequential.for([false, true])('over HTTP, msw is not needed (streamed: %s)', async (stream) => {
  vi.doMock('msw', missing);
  expect((await runScenario(scenario, { transport: 'http', stream })).passed).toBe(true);
  await expect(import('msw')).rejects.toThrow('vi.mock');
});

test.sequential('without the package openai, the transport "http" says how to install it', async () => {
  vi.doMock('openai', missing);
  await expect(runScenario(scenario, { transport: 'http' })).rejects.toMatchObject({
    where: 'The transport "http"',
    package: 'openai',
    command: 'npm install --save-dev openai',
  });
});

test.sequential('the transport "in-process" needs neither package', async () => {
  vi.doMock('openai', missing);
  vi.doMock('msw', missing);
  expect((await runScenario(scenario)).passed).toBe(true);
});

test.sequential('the time to load a package is not part of timeoutMs', async () => {
  vi.resetModules();
  const cold = await import('swarmcheck/testing');
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  vi.doMock('openai', async (original) => {
    vi.advanceTimersByTime(1000);
    return await original();
  });
  const run = await cold.runScenario({ ...scenario, timeoutMs: 20 }, { transport: 'http' });
  expect(run.failures).toEqual([]);
});

test.sequential('the time to load the server of an external agent is not part of timeoutMs', async () => {
  vi.resetModules();
  const cold = await import('swarmcheck/testing');
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  vi.doMock('../../src/wire/server.ts', async (original) => {
    vi.advanceTimersByTime(1000);
    return await original();
  });
  const agent = externalAgent(async ({ fetch, baseURL }) => {
    const body = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'hi' }] });
    await fetch(`${baseURL}/chat/completions`, { method: 'POST', body });
  });
  const run = await cold.runScenario({ ...scenario, agent, timeoutMs: 20 });
  vi.doUnmock('../../src/wire/server.ts');
  expect(run.failures).toEqual([]);
});
