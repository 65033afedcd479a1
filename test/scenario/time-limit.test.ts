import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { Agent, tool, type Hooks, type Instructions, type ToolReturn } from 'swarmcheck';
import {
  callTool,
  callTools,
  modelFails,
  runScenario,
  say,
  ScenarioTimeoutError,
  user,
  type Scenario,
  type ScenarioRun,
} from 'swarmcheck/testing';
import { messagesOf, reasonsOf } from '../support/failures.ts';
import { never, still } from '../support/waiting.ts';
import { playRefund } from '../support/agents.ts';

const limit = 20;

// Loads the modules that are imported on first use, so that no test waits for an import.
await playRefund();

// Fake timers: the limit passes only when a test advances them. They belong to the process, so these tests run one
// after another.
beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

/** Plays a scenario until it only waits, then lets the time limit pass. */
async function playOut(scenario: Scenario, stream = false): Promise<ScenarioRun> {
  const running = runScenario(scenario, { stream });
  await still();
  vi.advanceTimersByTime(scenario.timeoutMs ?? 5000);
  return await running;
}

/** A scenario with a tool, and a short limit. */
function scenarioWith(
  parts: { execute?: () => ToolReturn; instructions?: Instructions; hooks?: Hooks } & Partial<Scenario>,
): Scenario {
  const { execute = () => 'ok', instructions = 'Help.', ...different } = parts;
  const agent = new Agent({
    name: 'Desk',
    instructions,
    functions: [tool({ name: 'quick', execute: () => 'ok' }), tool({ name: 'slow', execute })],
  });
  return { agent, steps: [user('x'), callTool('slow'), say('done')], timeoutMs: limit, ...different };
}

/** The text after "waiting for" in the message of the time-out. */
async function awaited(scenario: Scenario, stream = false): Promise<string> {
  const run = await playOut(scenario, stream);
  expect(run.error).toBeInstanceOf(ScenarioTimeoutError);
  expect(run.trace.outcome).toBe('aborted');
  return /waiting for (.*)\. Make sure/.exec(messagesOf(run)[0] ?? '')?.[1] ?? '';
}

test.sequential('a scenario that takes too long fails with its limit and what to do', async ({ expect }) => {
  const run = await playOut(scenarioWith({ execute: never }));
  expect(run.passed).toBe(false);
  expect(reasonsOf(run)).toMatchInlineSnapshot(`
    [
      "The run was rejected: ScenarioTimeoutError: The scenario was stopped after 20 ms, waiting for the tool "slow" (turn 1). Make sure that this ends in time, or raise timeoutMs.",
    ]
  `);
});

test.sequential.for([false, true])('a tool that never settles is named (streamed: %s)', async (stream) => {
  expect(await awaited(scenarioWith({ execute: never }), stream)).toMatch(/the tool "slow".*turn 1/);
});

test.sequential('a tool that never settles in the last allowed turn is an error, not a stop by max_turns', async () => {
  const steps = [user('x'), callTool('slow')];
  expect(await awaited(scenarioWith({ execute: never, steps, maxTurns: 1 }))).toMatch('the tool "slow"');
});

test.sequential('a tool that was stopped has no result, and afterTool is not called', async () => {
  const told: string[] = [];
  const hooks: Hooks = { afterTool: ({ name }) => void told.push(name) };
  const run = await playOut(scenarioWith({ execute: never, hooks }));
  expect(run.trace.toolCalls).toEqual([]);
  expect(told).toEqual([]);
});

test.sequential('of several calls in a turn, the one that never settles is named', async () => {
  const steps = [
    user('x'),
    callTool('quick'),
    callTools([callTool('quick'), callTool('slow'), callTool('quick')]),
  ];
  expect(await awaited(scenarioWith({ execute: never, steps }))).toMatch(/the tool "slow".*turn 2/);
});

test.sequential.for([false, true])('a model that never answers is named (streamed: %s)', async (stream) => {
  const steps = [user('x'), callTool('quick'), modelFails({ kind: 'no-answer' })];
  expect(await awaited(scenarioWith({ steps }), stream)).toBe("the model's answer to Desk (turn 2)");
});

test.sequential.for([false, true])('an answer that never ends is named (streamed: %s)', async (stream) => {
  const steps = [user('x'), say('hello', { fault: { kind: 'hung-body' } })];
  expect(await awaited(scenarioWith({ steps }), stream)).toBe("the model's answer to Desk (turn 1)");
});

test.sequential('instructions that never settle are named', async () => {
  expect(await awaited(scenarioWith({ instructions: never }))).toMatch('instructions');
});

test.sequential("a function step that never settles is named as the model's answer", async () => {
  expect(await awaited(scenarioWith({ steps: [user('x'), never] }))).toBe(
    "the model's answer to Desk (turn 1)",
  );
});

test.sequential.for(['beforeModel', 'afterModel', 'beforeTool', 'afterTool'] as const)(
  'a %s that never settles is named as a hook',
  async (name) => {
    expect(await awaited(scenarioWith({ hooks: { [name]: never } }))).toMatch('hook');
  },
);

test.sequential('a hook of the second turn is not reported as a tool of the first', async () => {
  const hooks: Hooks = { beforeModel: ({ turn }) => (turn === 2 ? never() : undefined) };
  const what = await awaited(
    scenarioWith({
      hooks,
      steps: [user('x'), callTools([callTool('quick'), callTool('quick')]), say('done')],
    }),
  );
  expect(what).toMatch('hook');
  expect(what).not.toMatch('the tool');
});

test.sequential('a schema whose validation never ends is named with its tool', async () => {
  const agent = new Agent({
    functions: [
      tool({ name: 'slow', parameters: z.object({ q: z.string().refine(never) }), execute: () => 'ok' }),
    ],
  });
  expect(
    await awaited({ agent, timeoutMs: limit, steps: [user('x'), callTool('slow', { q: 'a' })] }),
  ).toMatch('the tool "slow"');
});

test.sequential('the message names what the last run awaits, not an earlier one', async () => {
  const steps = [user('x'), callTool('quick'), say('done'), user('y'), modelFails({ kind: 'no-answer' })];
  expect(await awaited(scenarioWith({ steps }))).toBe("the model's answer to Desk (turn 1)");
});

test.sequential('a scenario that takes too long is reported once', async () => {
  const run = await playOut(scenarioWith({ execute: never, check: () => {} }));
  expect(messagesOf(run)).toHaveLength(1);
});

test.sequential('a scenario that is expected to take too long passes', async () => {
  const run = await playOut(
    scenarioWith({ execute: never, expect: { error: { name: 'ScenarioTimeoutError' } } }),
  );
  expect(messagesOf(run)).toEqual([]);
  expect(run.passed).toBe(true);
});

test.sequential('a check that never settles is a failure that names the check', async ({ expect }) => {
  const run = await playOut(scenarioWith({ check: never }));
  expect(run.passed).toBe(false);
  expect(reasonsOf(run)).toMatchInlineSnapshot(`
    [
      "The check failed: The scenario was stopped after 20 ms, waiting for the check of the scenario. Make sure that this ends in time, or raise timeoutMs.",
    ]
  `);
});

test.sequential('a check is called after an expected time-out', async () => {
  let asked = false;
  const check = () => void (asked = true);
  await playOut(scenarioWith({ execute: never, check, expect: { error: { name: 'ScenarioTimeoutError' } } }));
  expect(asked).toBe(true);
});

test.sequential('the limit is 5,000 ms by default', async () => {
  const running = runScenario(scenarioWith({ execute: never, timeoutMs: undefined }));
  let settled = false;
  void running.then(() => (settled = true));
  await still();
  vi.advanceTimersByTime(4999);
  await still();
  expect(settled).toBe(false);
  vi.advanceTimersByTime(1);
  expect(reasonsOf(await running)[0]).toMatch('stopped after 5000 ms');
});

test.sequential('the limit applies to the whole scenario, not to each run', async () => {
  const steps = [user('a'), callTool('slow'), say('1'), user('b'), callTool('slow'), say('2')];
  const execute = () => new Promise((resolve) => setTimeout(resolve, 15, 'ok'));
  const running = runScenario(scenarioWith({ execute, steps }));
  await still();
  vi.advanceTimersByTime(15);
  await still();
  vi.advanceTimersByTime(5);
  const run = await running;
  expect(run.error).toBeInstanceOf(ScenarioTimeoutError);
  expect(run.trace.events.filter(({ type }) => type === 'run-start')).toHaveLength(2);
});

test.sequential('a scenario that ends in time leaves no timer behind', async () => {
  const run = await runScenario(scenarioWith({ timeoutMs: 60_000 }));
  expect(run.passed).toBe(true);
  expect(vi.getTimerCount()).toBe(0);
});

test.sequential('a time-out while the factory makes the agent names the factory', async () => {
  const run = await playOut({ agent: never, steps: [], timeoutMs: limit });
  expect(reasonsOf(run)).toMatchObject([expect.stringContaining('waiting for the agent factory')]);
  expect(run.error).toBeInstanceOf(ScenarioTimeoutError);
});
