/** Work that takes longer than its time limit without ever waiting, so that no timer can stop it. */
import { performance } from 'node:perf_hooks';
import { Agent, tool, type Hooks } from 'swarmcheck';
import {
  callTool,
  evaluate,
  externalAgent,
  runScenario,
  say,
  ScenarioTimeoutError,
  scriptedProvider,
  user,
  type Scenario,
  type Step,
} from 'swarmcheck/testing';
import { afterAll, expect, test, vi } from 'vitest';
import { Failures } from '../property/check-agent/desk.ts';
import { reasonsOf } from '../support/failures.ts';

// The clock advances only in `compute`, so that the load of the machine does not matter.
let now = 0;
const clock = vi.spyOn(performance, 'now').mockImplementation(() => now);
afterAll(() => clock.mockRestore());

/** Advances the clock, as a computation does that waits for nothing. */
const compute = (ms: number) => void (now += ms);

const limit = 300;
const steps = [user('x'), callTool('busy'), say('done')];

/** A scenario whose tool computes for this long. */
function scenarioOf(ms: number, parts: Partial<Scenario> = {}): Scenario {
  const busy = tool({
    name: 'busy',
    execute() {
      compute(ms);
      return 'ok';
    },
  });
  return { agent: new Agent({ name: 'Desk', functions: [busy] }), steps, timeoutMs: limit, ...parts };
}

test.sequential('a tool that computes for longer than the limit fails the scenario, and is named', async () => {
  const run = await runScenario(scenarioOf(1000));
  expect(run.passed).toBe(false);
  expect(run).not.toHaveProperty('response');
  expect(reasonsOf(run)).toEqual([
    'The run was rejected: ScenarioTimeoutError: The scenario took 1000 ms, and its limit is 300 ms. Longest: the tool "busy" (turn 1), 1000 ms. Make sure that this ends in time, or raise timeoutMs.',
  ]);
  expect(run.error).toBeInstanceOf(ScenarioTimeoutError);
  expect(run.error).toMatchObject({
    timeoutMs: limit,
    elapsedMs: 1000,
    longestMs: 1000,
    awaited: 'the tool "busy" (turn 1)',
    tool: 'busy',
    agent: 'Desk',
  });
});

test.sequential('up to 250 ms more than the limit are in time, because the machine may be busy', async () => {
  expect((await runScenario(scenarioOf(limit + 250))).passed).toBe(true);
  expect((await runScenario(scenarioOf(limit + 251))).passed).toBe(false);
});

test.sequential.for([{ stream: true }, { transport: 'http' }] as const)(
  'the same in another mode: %o',
  async (mode) => {
    expect((await runScenario(scenarioOf(1000), mode)).error).toMatchObject({ tool: 'busy' });
  },
);

test.sequential('the longest of several parts is named, over all runs', async () => {
  const answer: Step = () => {
    compute(400);
    return say('first');
  };
  const run = await runScenario(scenarioOf(300, { steps: [user('x'), answer, ...steps] }));
  expect(run.error).toMatchObject({
    awaited: "the model's answer to Desk (turn 1)",
    longestMs: 400,
    elapsedMs: 700,
  });
  expect(run.error).not.toHaveProperty('tool');
});

test.sequential('instructions, a hook, a factory and an app are named', async () => {
  const instructions = () => {
    compute(1000);
    return 'Help.';
  };
  const agent = new Agent({ name: 'Desk', instructions });
  const hooks: Hooks = { beforeTool: () => compute(1000) };
  const factory = () => {
    compute(1000);
    return agent;
  };
  const app = externalAgent(async () => compute(1000));
  const parts: [Partial<Scenario>, string][] = [
    [{ agent, steps: [user('x'), say('y')] }, 'the instructions of Desk (turn 1)'],
    [{ hooks }, 'the tool "busy" (turn 1) or a hook'],
    [{ agent: factory }, 'the agent factory'],
    [{ agent: app, steps: [user('x')] }, 'the answer of the app'],
  ];
  for (const [part, awaited] of parts)
    expect((await runScenario(scenarioOf(0, part))).error).toMatchObject({ awaited, elapsedMs: 1000 });
});

test.sequential('a check and a disposal that compute for too long are failures', async () => {
  const checked = await runScenario(scenarioOf(0, { check: () => compute(1000) }));
  expect(reasonsOf(checked)).toEqual([
    expect.stringContaining('Longest: the check of the scenario, 1000 ms'),
  ]);
  const agent = () => new Agent({ name: 'Desk', dispose: () => compute(1000) });
  const disposed = await runScenario(scenarioOf(0, { agent, steps: [user('x'), say('y')] }));
  expect(reasonsOf(disposed)).toEqual([
    expect.stringContaining('Longest: the disposal of the agent "Desk", 1000 ms'),
  ]);
});

test.sequential('a scenario that expects a time-out gets it', async () => {
  const run = await runScenario(scenarioOf(1000, { expect: { error: { name: 'ScenarioTimeoutError' } } }));
  expect(reasonsOf(run)).toEqual([]);
});

test.sequential('an error that is expected does not excuse the time', async () => {
  const late: Step = () => {
    compute(1000);
    throw new TypeError('no answer');
  };
  const parts = { steps: [user('x'), late], expect: { error: { name: 'TypeError' } } };
  const run = await runScenario(scenarioOf(0, parts));
  expect(run.error).toBeInstanceOf(ScenarioTimeoutError);
  expect(run.passed).toBe(false);
});

test.sequential('the block that made the scenario late is reported once', async () => {
  const late = reasonsOf(await runScenario(scenarioOf(1000, { maxBlockMs: 50 })));
  expect(late).toEqual([expect.stringContaining('ScenarioTimeoutError')]);
  const inTime = reasonsOf(await runScenario(scenarioOf(100, { maxBlockMs: 50 })));
  expect(inTime).toEqual([expect.stringContaining('blocked the event loop for 100 ms')]);
});

test.sequential('with fake timers, only their clock counts', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    expect((await runScenario(scenarioOf(1000))).passed).toBe(true);
  } finally {
    vi.useRealTimers();
  }
});

test.sequential('a check of an agent finds a tool that computes for too long', async () => {
  using failures = new Failures();
  const error = await failures.failureOf(scenarioOf(1000).agent, { timeoutMs: limit });
  expect(error).toMatchObject({ invariant: 'ends-in-time', cause: { tool: 'busy' } });
});

test.sequential('an answer of an evaluation is measured too', async () => {
  const provider = scriptedProvider([
    () => {
      compute(1000);
      return say('No.');
    },
  ]);
  const { failures } = await evaluate(new Agent(), [{ input: 'Rain?', expected: null }], {
    provider,
    timeoutMs: limit,
  });
  expect(failures[0]).toContain(
    'The case "Rain?" took 1000 ms, and its limit is 300 ms. Longest: the answer',
  );
});
