import { expect, test } from 'vitest';
import { Agent, tool } from 'swarmcheck';
import { callTool, runScenario, say, user, type Scenario } from 'swarmcheck/testing';
import { messagesOf } from '../support/failures.ts';
import { never, onFakeClock, still } from '../support/waiting.ts';

const steps = [user('hi'), say('hello')];

test('a factory makes a fresh agent for every play', async () => {
  const made: Agent[] = [];
  const scenario: Scenario = {
    agent: () => {
      const agent = new Agent({ name: `Agent ${made.length + 1}` });
      made.push(agent);
      return agent;
    },
    steps,
  };
  const runs = [await runScenario(scenario), await runScenario(scenario)];
  expect(runs.map(({ response }) => response?.agent)).toEqual(made);
  expect(made).toHaveLength(2);
});

test('an async factory is awaited', async () => {
  const run = await runScenario({ agent: () => Agent.create(async () => ({ name: 'Late' })), steps });
  expect(run.trace.agents).toEqual(['Late']);
});

test('a factory that throws fails the scenario before a run starts', async () => {
  const failure = new Error('no database');
  const run = await runScenario({
    agent: () => {
      throw failure;
    },
    steps,
  });
  expect(run.error).toBe(failure);
  expect(run.passed).toBe(false);
  expect(run.trace.events).toEqual([]);
  expect(run.trace.outcome).toBe('failed');
});

test('the failure names a factory that throws', async () => {
  const run = await runScenario({
    agent: () => {
      throw new Error('no database');
    },
    steps,
  });
  expect(messagesOf(run)).toMatchObject([expect.stringMatching(/factory[^]*no database/)]);
});

test('an async factory that rejects fails the scenario', async () => {
  const failure = new Error('no database');
  const run = await runScenario({ agent: () => Promise.reject(failure), steps });
  expect(run.error).toBe(failure);
});

test('a scenario whose factory returns nothing is malformed', async ({ expect }) => {
  const scenario = { agent: () => {}, steps } as unknown as Scenario;
  await expect(runScenario(scenario)).rejects.toThrow(TypeError);
  await expect(runScenario(scenario)).rejects.toThrowErrorMatchingInlineSnapshot(
    `[TypeError: The agent factory of the scenario must return an Agent, but returned undefined. Is a "return" missing?]`,
  );
});

test('a scenario whose factory returns a class instead of an agent is malformed', async () => {
  const scenario = { agent: () => Agent, steps } as unknown as Scenario;
  await expect(runScenario(scenario)).rejects.toThrow(/must return an Agent, but returned (?!.*undefined)/);
});

test('the time-out names a factory that never settles', async () => {
  const run = await onFakeClock(() => runScenario({ agent: never, steps, timeoutMs: 20 }));
  expect(messagesOf(run)).toMatchObject([expect.stringContaining('waiting for the agent factory')]);
});

test('an agent from a factory is disposed of after the check; an agent that was passed in is not', async () => {
  const order: string[] = [];
  const making = (name: string) =>
    new Agent({ name, dispose: () => void order.push(`${name} is disposed of`) });
  const steps = [user('hi'), say('hello')];
  const check = () => void order.push('checked');
  await runScenario({ agent: () => making('Made'), steps, check });
  await runScenario({ agent: making('There'), steps, check });
  expect(order).toEqual(['checked', 'Made is disposed of', 'checked']);
});

test('an agent from a factory is disposed of after a rejected run, and when its tools have stubs', async () => {
  let disposed = 0;
  const agent = () =>
    new Agent({
      functions: [tool({ name: 'look_up', execute: () => 'found' })],
      dispose: () => void disposed++,
    });
  await runScenario({ agent, steps: [user('hi')] });
  await runScenario({ agent, tools: { look_up: 'x' }, steps: [user('hi'), callTool('look_up'), say('x')] });
  expect(disposed).toBe(2);
});

test('a dispose that rejects or never settles fails the scenario', async () => {
  const steps = [user('hi'), say('hello')];
  const failing = await runScenario({
    agent: () => new Agent({ dispose: () => Promise.reject(new Error('still in use')) }),
    steps,
  });
  expect(failing.failures[0]?.message).toContain('Disposing of the agent "Agent" failed: still in use');
  const hanging = await onFakeClock(() =>
    runScenario({ agent: () => new Agent({ dispose: never }), steps, timeoutMs: 20 }),
  );
  expect(hanging.failures[0]?.message).toContain(
    'was stopped after 20 ms, waiting for the disposal of the agent "Agent"',
  );
});

test('a mistake in the use of Agent inside a factory fails the scenario, and does not reject runScenario', async () => {
  const run = await runScenario({
    agent: () => new Agent({ nmae: 'Desk' } as object),
    steps: [user('hi'), say('hello')],
  });
  expect(run.failures[0]?.message).toContain('The agent factory failed');
  expect(run.failures[0]?.message).toContain('"nmae"');
});

test('an agent that a factory makes after the time limit is disposed of', async () => {
  let finish = (_agent: Agent) => {};
  const late = new Promise<Agent>((made) => (finish = made));
  const { error } = await onFakeClock(() =>
    runScenario({ agent: () => late, steps: [user('hi'), say('hello')], timeoutMs: 10 }),
  );
  expect(error).toMatchObject({ name: 'ScenarioTimeoutError' });
  let disposed = 0;
  finish(new Agent({ dispose: () => void disposed++ }));
  await still();
  expect(disposed).toBe(1);
});
