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

/** Asks once, and reads the whole answer. */
async function ask(turn: ExternalTurn, habit: (typeof habits)[number], signal?: AbortSignal): Promise<void> {
  const { completions } = clientOf(turn, habit).chat;
  const request = { model: 'm', messages: [{ role: 'user' as const, content: turn.message }] };
  if (habit.stream) await completions.stream(request, { signal }).done();
  else await completions.create(request, { signal });
}

// What is loaded on first use is loaded here, so that nothing is awaited later but what a test is about.
beforeAll(async () => {
  for (const habit of habits)
    await runScenario({ agent: externalAgent((turn) => ask(turn, habit)), steps: [user('x'), say('y')] });
});

// The limit is one of real time; here time passes when a test says so. The process has one clock, so nothing runs beside.
const stopClock = () => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
afterEach(() => void vi.useRealTimers());

/** Until the app has been given its turn, and sockets have had the time they need. */
async function untilAsked(asked: Promise<unknown>): Promise<void> {
  await asked;
  await still();
}

/** Plays a scenario until the app says that it hangs, and then until its time is over. */
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

test.sequential('an app that hangs is stopped, and named', async () => {
  const run = await playOut((_turn, hangs) => {
    hangs();
    return never();
  });
  expect(run.error).toBeInstanceOf(ScenarioTimeoutError);
  expect(run.trace.outcome).toBe('aborted');
  expect(messagesOf(run)[0]).toMatch(
    'The scenario was stopped after 20 ms, waiting for the app to answer the user. Make what it waits for finish, or raise timeoutMs.',
  );
});

test.sequential('an app that hangs after it has asked is stopped, with what it had asked', async () => {
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

test.sequential('the signal of an app that hangs is aborted with the reason', async () => {
  let signal: AbortSignal | undefined;
  const run = await playOut((turn, hangs) => {
    ({ signal } = turn);
    hangs();
    return never();
  });
  expect(signal?.reason).toBe(run.error);
});

test.sequential('the server is closed after an app that hangs', async () => {
  let baseURL = '';
  await playOut((turn, hangs) => {
    ({ baseURL } = turn);
    hangs();
    return never();
  });
  vi.useRealTimers();
  await expect(fetch(baseURL)).rejects.toHaveProperty('cause.code', 'ECONNREFUSED');
});

test.sequential('a mistake that the app swallowed before it hung is what counts', async () => {
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
    `an app that waits for what never comes is stopped, ${name}: $fault.kind`,
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

  test.sequential.for(endless)(`an abort by hand is the error, ${name}: $fault.kind`, async (step) => {
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

test.sequential('a signal that is aborted before gives the app no turn', async () => {
  let count = 0;
  const agent = externalAgent(async () => count++);
  const run = await runScenario({ agent, steps: [user('x')] }, { signal: AbortSignal.abort('stop') });
  expect([run.error, count]).toEqual(['stop', 0]);
  expect(run.trace.outcome).toBe('aborted');
  expect(messagesOf(run)[0]).toMatch('The run was rejected: "stop"');
});

test.sequential('a signal that is aborted before leaves no server behind', async () => {
  const listening = () => process.getActiveResourcesInfo().filter((kind) => kind === 'TCPServerWrap').length;
  const agent = externalAgent(async () => {});
  await runScenario({ agent, steps: [user('x')] }, { signal: AbortSignal.abort('stop') });
  await still();
  expect(listening()).toBe(0);
});

test.sequential('what an app does after it was stopped is no unhandled rejection', async () => {
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
