import { afterAll, afterEach, expect, test, vi } from 'vitest';
import { Agent, partialResponse } from 'swarmcheck';
import {
  callTool,
  modelFails,
  say,
  ScenarioTimeoutError,
  user,
  type ModelStep,
  type Scenario,
} from 'swarmcheck/testing';
import { playIn, playInAll, ways } from '../support/ways.ts';
import { still } from '../support/waiting.ts';
import { deskThat } from '../support/agents.ts';
import { messagesOf } from '../support/failures.ts';

const endless: [what: string, step: ModelStep][] = [
  ['no answer', modelFails({ kind: 'no-answer' })],
  ['a body that hangs', modelFails({ kind: 'hung-body' })],
  ['a text that hangs', say('hello', { fault: { kind: 'hung-body' } })],
  ['a call that hangs', callTool('look_up', {}, { fault: { kind: 'hung-body' } })],
];

/** One turn with a tool call, then the step under test. */
function scenarioOf(step: ModelStep): Scenario {
  return { agent: deskThat(() => 'found'), steps: [user('hi'), callTool('look_up'), step], timeoutMs: 20 };
}

// Fake timers: the limit passes only when a test advances them. They belong to the process, so these tests run one
// after another.
vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
afterEach(() => void vi.clearAllTimers());
afterAll(() => void vi.useRealTimers());

// Loads the modules that are imported on first use, so that no test waits for an import.
await playInAll(scenarioOf(say('ok')));

for (const way of ways) {
  test.sequential.for(endless)(`an abort ends %s with its reason, ${way.name}`, async ([, step]) => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const running = playIn(way, scenarioOf(step), controller.signal);
    let isOver = false;
    void running.then(() => (isOver = true));
    await still();
    expect(isOver).toBe(false);
    controller.abort(reason);
    const { error, trace } = await running;
    expect(error).toBe(reason);
    expect(trace.outcome).toBe('aborted');
    expect(partialResponse(error)?.messages).toHaveLength(2);
  });

  test.sequential.for(endless)(
    `the time limit ends %s and names the answer, ${way.name}`,
    async ([, step]) => {
      const running = playIn(way, scenarioOf(step));
      await still();
      vi.advanceTimersByTime(20);
      const run = await running;
      expect(run.error).toBeInstanceOf(ScenarioTimeoutError);
      expect(messagesOf(run)[0]).toMatch("waiting for the model's answer to Desk (turn 2)");
      expect(partialResponse(run.error)?.messages).toHaveLength(2);
    },
  );

  test.sequential(`an abort reason that is not an Error is passed on unchanged, ${way.name}`, async () => {
    const controller = new AbortController();
    const running = playIn(way, scenarioOf(modelFails({ kind: 'no-answer' })), controller.signal);
    await still();
    controller.abort('stop');
    expect((await running).error).toBe('stop');
  });

  test.sequential(`with a signal that is already aborted, no request is made, ${way.name}`, async () => {
    const run = await playIn(way, scenarioOf(say('ok')), AbortSignal.abort('stop'));
    expect(run.error).toBe('stop');
    expect(run.trace.requests).toEqual([]);
  });

  test.sequential(`an abort ends a function step that never settles, ${way.name}`, async () => {
    const controller = new AbortController();
    const agent = new Agent({ name: 'Desk' });
    const steps = [user('hi'), () => new Promise<never>(() => {})];
    const running = playIn(way, { agent, steps }, controller.signal);
    await still();
    controller.abort('stop');
    expect((await running).error).toBe('stop');
  });
}

test.sequential.for(endless)('the trace of an abort is the same in every play mode: %s', async ([, step]) => {
  const hashes = new Set<string>();
  for (const way of ways) {
    const controller = new AbortController();
    const running = playIn(way, scenarioOf(step), controller.signal);
    await still();
    controller.abort('stop');
    hashes.add((await running).trace.hash);
  }
  expect(hashes.size).toBe(1);
});

test.sequential.for(ways)('a hung answer leaves no timer behind, $name', async (way) => {
  const controller = new AbortController();
  const running = playIn(way, scenarioOf(modelFails({ kind: 'hung-body' })), controller.signal);
  await still();
  controller.abort('stop');
  await running;
  await still();
  expect(vi.getTimerCount()).toBe(0);
});

test.sequential.for(ways)('a request waits until the time limit of the scenario, $name', async (way) => {
  const hour = 3_600_000;
  const running = playIn(way, { ...scenarioOf(modelFails({ kind: 'no-answer' })), timeoutMs: hour });
  await still();
  vi.advanceTimersByTime(hour - 1);
  await still();
  vi.advanceTimersByTime(1);
  expect((await running).error).toBeInstanceOf(ScenarioTimeoutError);
});
