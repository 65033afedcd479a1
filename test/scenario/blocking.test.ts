import { performance } from 'node:perf_hooks';
import { Agent, Swarm, tool } from 'swarmcheck';
import {
  callTool,
  EventLoopBlockedError,
  externalAgent,
  runScenario,
  say,
  scriptedProvider,
  user,
  assertNoBlocking,
  type Scenario,
} from 'swarmcheck/testing';
import { afterAll, expect, test, vi } from 'vitest';

// The clock advances only in `compute`, so that the load of the machine does not matter.
let now = 0;
const clock = vi.spyOn(performance, 'now').mockImplementation(() => now);
afterAll(() => clock.mockRestore());

/** Advances the clock, as if a computation had blocked the event loop for this time. */
function compute(ms: number): void {
  now += ms;
}

const limit = 250;
const long = 400;

const steps = [user('hi'), callTool('hash'), say('Done.')];
const agentWith = (execute: () => unknown) =>
  new Agent({ name: 'Desk', functions: [tool({ name: 'hash', execute: execute as () => string })] });

async function failuresOf(scenario: Omit<Scenario, 'maxBlockMs'>): Promise<string[]> {
  const { failures } = await runScenario({ ...scenario, maxBlockMs: limit });
  return failures.map(({ message }) => message);
}

const cases: [what: string, scenario: Scenario, message: RegExp][] = [
  [
    'a tool that computes',
    { agent: agentWith(() => compute(long)), steps },
    /^The tool "hash" blocked the event loop for \d+ ms; the limit is 250 ms\. During a block nothing else can run/,
  ],
  [
    'an async tool that computes before it waits',
    {
      agent: agentWith(async () => {
        compute(long);
        await Promise.resolve();
      }),
      steps,
    },
    /^The tool "hash" blocked/,
  ],
  [
    'an async tool that computes after it has waited',
    {
      agent: agentWith(async () => {
        await new Promise((resolve) => setImmediate(resolve));
        compute(long);
      }),
      steps,
    },
    /^The tool "hash" blocked/,
  ],
  [
    'an async tool that computes in small pieces, and waits for nothing in between',
    {
      agent: agentWith(async () => {
        for (let piece = 0; piece < 20; piece++) {
          compute(long / 20);
          await Promise.resolve();
        }
      }),
      steps,
    },
    /^The tool "hash" blocked/,
  ],
  [
    'a hook that computes',
    { agent: agentWith(() => 'x'), steps, hooks: { afterTool: () => compute(long) } },
    /^The hook "afterTool" blocked/,
  ],
  [
    'instructions that compute',
    {
      agent: new Agent({
        name: 'Desk',
        instructions: () => {
          compute(long);
          return 'Help.';
        },
      }),
      steps: [user('hi'), say('Done.')],
    },
    /^The instructions of the agent "Desk" blocked/,
  ],
  [
    'an agent factory that computes',
    {
      agent: () => {
        compute(long);
        return new Agent();
      },
      steps: [user('hi'), say('Done.')],
    },
    /^The agent factory blocked/,
  ],
  [
    'an app that computes',
    {
      agent: externalAgent(async () => {
        await Promise.resolve();
        compute(long);
      }),
      steps: [user('hi')],
    },
    /^The app blocked/,
  ],
];

for (const [what, scenario, message] of cases) {
  test(`${what} fails the scenario, and is named in the failure`, async () => {
    const [first, ...others] = await failuresOf(scenario);
    expect(first).toMatch(message);
    expect(others).toEqual([]);
  });
}

test('a tool that blocks twice is reported once, with a count', async () => {
  const [first, ...others] = await failuresOf({
    agent: agentWith(() => compute(long)),
    steps: [user('hi'), callTool('hash'), callTool('hash'), say('Done.')],
  });
  expect(first).toMatch(
    /^The tool "hash" blocked the event loop for \d+ ms, the longest of 2 blocks; the limit is/,
  );
  expect(others).toEqual([]);
});

test('a tool that waits does not block, however long it waits', async () => {
  let go = () => {};
  const gone = new Promise<void>((resolve) => (go = resolve));
  const playing = failuresOf({ agent: agentWith(() => gone), steps });
  compute(long);
  await new Promise((resolve) => setImmediate(resolve));
  go();
  expect(await playing).toEqual([]);
});

test('of two concurrent scenarios, only the one whose tool computes fails', async () => {
  const [blocked, free] = await Promise.all([
    failuresOf({ agent: agentWith(() => compute(long)), steps }),
    failuresOf({ agent: agentWith(async () => 'x'), steps }),
  ]);
  expect(blocked).toHaveLength(1);
  expect(free).toEqual([]);
});

test('a computation in short pieces, with a turn of the event loop between them, does not block', async () => {
  const inPieces = async () => {
    for (let piece = 0; piece < 8; piece++) {
      compute(long / 8);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  expect(await failuresOf({ agent: agentWith(inPieces), steps })).toEqual([]);
});

test('assertNoBlocking applies its own limit to a scenario that allows longer blocks', async () => {
  const inside = () => runScenario({ agent: agentWith(() => compute(long)), steps, maxBlockMs: 60_000 });
  await expect(assertNoBlocking(limit, inside)).rejects.toThrow('The tool "hash" blocked the event loop');
});

test('no block is reported without maxBlockMs', async () => {
  const { failures } = await runScenario({ agent: agentWith(() => compute(long)), steps });
  expect(failures).toEqual([]);
});

test('assertNoBlocking watches runs of a Swarm, too', async () => {
  const run = (agent: Agent) =>
    new Swarm({ provider: scriptedProvider([callTool('hash'), say('Done.')]) }).run({
      agent,
      messages: [{ role: 'user', content: 'hi' }],
    });
  const response = await assertNoBlocking(limit, () => run(agentWith(() => 'x')));
  expect(response.messages).toHaveLength(3);
  const blocked = assertNoBlocking(limit, () => run(agentWith(() => compute(long))));
  await expect(blocked).rejects.toBeInstanceOf(EventLoopBlockedError);
  await expect(blocked).rejects.toThrow('The tool "hash" blocked the event loop');
});

test('assertNoBlocking passes on the rejection of its callback', async () => {
  const error = new Error('no database');
  await expect(assertNoBlocking(limit, () => Promise.reject(error))).rejects.toBe(error);
});

test('a limit that is not above 0 is refused', async () => {
  await expect(assertNoBlocking(0, () => 1)).rejects.toThrow(
    'The first argument of assertNoBlocking must be a number of milliseconds above 0, but is the number 0.',
  );
  await expect(runScenario({ agent: new Agent(), steps: [], maxBlockMs: -1 })).rejects.toThrow(
    '"maxBlockMs"',
  );
});
