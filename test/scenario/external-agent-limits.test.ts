import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import {
  externalAgent,
  modelFails,
  runScenario,
  say,
  ScenarioTimeoutError,
  ScriptExhaustedError,
  user,
  type ExternalTurn,
  type Scenario,
} from 'swarmcheck/testing';
import { never, still } from '../support/waiting.ts';
import { clientOf, habits } from '../support/refund-app.ts';
import { messagesOf } from '../support/failures.ts';

/** Sends one request, and reads the whole answer. */
async function ask(turn: ExternalTurn, habit: (typeof habits)[number], signal?: AbortSignal): Promise<void> {
  const { completions } = clientOf(turn, habit).chat;
  const request = { model: 'm', messages: [{ role: 'user' as const, content: turn.message }] };
  if (habit.stream) await completions.stream(request, { signal }).done();
  else await completions.create(request, { signal });
}

// Loads the modules that are imported on first use, so that no test waits for an import.
beforeAll(async () => {
  for (const habit of habits)
    await runScenario({ agent: externalAgent((turn) => ask(turn, habit)), steps: [user('x'), say('y')] });
});

// Fake timers: the limit passes only when a test advances them. They belong to the process, so these tests run one
// after another.
const stopClock = () => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
afterEach(() => void vi.useRealTimers());

/** Resolves after the app calls `hangs` and the sockets have had time to settle. */
async function untilAsked(asked: Promise<unknown>): Promise<void> {
  await asked;
  await still();
}

/** Plays a scenario until the app calls `hangs`, then lets the time limit pass. */
async function playOut(
  respond: (turn: ExternalTurn, hangs: () => void) => Promise<unknown>,
  different: Partial<Scenario> = {},
) {
  stopClock();
  let hangs = () => {};
  const asked = new Promise<void>((resolve) => (hangs = resolve));
  const agent = externalAgent((turn) => respond(turn, hangs));
  const running = runScenario({ agent, steps: [user('x'), say('y')], timeoutMs: 20, ...different });
  await untilAsked(asked);
  vi.advanceTimersByTime(20);
  return await running;
}

test.sequential('an app that hangs is stopped, and the time-out names it', async () => {
  const run = await playOut((_turn, hangs) => {
    hangs();
    return never();
  });
  expect(run.error).toBeInstanceOf(ScenarioTimeoutError);
  expect(run.trace.outcome).toBe('aborted');
  expect(messagesOf(run)[0]).toMatch(
    'The scenario was stopped after 20 ms, waiting for the app to answer the user. Make sure that this ends in time, or raise timeoutMs.',
  );
});

test.sequential('an app that hangs after a request is stopped, and the trace has the request', async () => {
  const run = await playOut(async (turn, hangs) => {
    await ask(turn, habits[0]!);
    hangs();
    await never();
  });
  expect(run.error).toBeInstanceOf(ScenarioTimeoutError);
  expect(run.trace.events.map(({ type }) => type)).toEqual([
    'run-start',
    'model-request',
    'model-response',
    'run-end',
  ]);
  expect(run.trace.outcome).toBe('aborted');
});

test.sequential('the signal of an app that hangs is aborted with the time-out', async () => {
  let signal: AbortSignal | undefined;
  const run = await playOut((turn, hangs) => {
    ({ signal } = turn);
    hangs();
    return never();
  });
  expect(signal?.reason).toBe(run.error);
});

test.sequential('the server is closed after an app hangs', async () => {
  let baseURL = '';
  await playOut((turn, hangs) => {
    ({ baseURL } = turn);
    hangs();
    return never();
  });
  vi.useRealTimers();
  await expect(fetch(baseURL)).rejects.toHaveProperty('cause.code', 'ECONNREFUSED');
});

test.sequential('a script error that the app swallowed before it hung is the error of the run', async () => {
  const run = await playOut(
    async (turn, hangs) => {
      await ask(turn, habits[0]!).catch(() => {});
      hangs();
      await never();
    },
    { steps: [user('x')] },
  );
  expect(run.error).toBeInstanceOf(ScriptExhaustedError);
});

for (const habit of habits) {
  const name = `by ${habit.by}${habit.stream ? ', streamed' : ''}`;
  const endless = [modelFails({ kind: 'no-answer' }), modelFails({ kind: 'hung-body' })];

  test.sequential.for(endless)(
    `an app that waits for an endless answer is stopped, ${name}: $fault.kind`,
    async (step) => {
      const run = await playOut(
        async (turn, hangs) => {
          const answer = ask(turn, habit, turn.signal);
          setImmediate(hangs);
          await answer;
        },
        { steps: [user('x'), step] },
      );
      expect(run.error).toBeInstanceOf(ScenarioTimeoutError);
      expect(run.trace.outcome).toBe('aborted');
    },
  );

  test.sequential.for(endless)(`the abort reason is the error, ${name}: $fault.kind`, async (step) => {
    const controller = new AbortController();
    const agent = externalAgent((turn) => ask(turn, habit, turn.signal));
    const running = runScenario({ agent, steps: [user('x'), step] }, { signal: controller.signal });
    await still();
    controller.abort('stop');
    const run = await running;
    expect(run.error).toBe('stop');
    expect(run.trace.outcome).toBe('aborted');
  });
}

test.sequential('with a signal that is already aborted, the app gets no turn', async () => {
  let count = 0;
  const agent = externalAgent(async () => count++);
  const run = await runScenario({ agent, steps: [user('x')] }, { signal: AbortSignal.abort('stop') });
  expect([run.error, count]).toEqual(['stop', 0]);
  expect(run.trace.outcome).toBe('aborted');
  expect(messagesOf(run)[0]).toMatch('The run was rejected: "stop"');
});

test.sequential('with a signal that is already aborted, no server stays open', async () => {
  const listening = () => process.getActiveResourcesInfo().filter((kind) => kind === 'TCPServerWrap').length;
  const agent = externalAgent(async () => {});
  await runScenario({ agent, steps: [user('x')] }, { signal: AbortSignal.abort('stop') });
  await still();
  expect(listening()).toBe(0);
});

test.sequential('an app that rejects after it was stopped causes no unhandled rejection', async () => {
  const unhandled: unknown[] = [];
  const note = (error: unknown) => unhandled.push(error);
  process.on('unhandledRejection', note);
  try {
    let fail = (_error: Error) => {};
    await playOut((_turn, hangs) => {
      hangs();
      return new Promise((_resolve, reject) => (fail = reject));
    });
    fail(new Error('too late'));
    await still();
    expect(unhandled).toEqual([]);
  } finally {
    process.off('unhandledRejection', note);
  }
});
