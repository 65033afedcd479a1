import { Agent, tool } from 'swarmcheck';
import type { ScenarioRun } from 'swarmcheck/testing';
import { expect, test } from 'vitest';
import { check, Failures } from './desk.ts';
import { onFakeClock } from '../../support/waiting.ts';

const refundedOnce = ({ trace }: ScenarioRun) =>
  trace.toolCalls.every(({ content }) => content !== 'refunded again');

/** An agent that remembers which orders were refunded. */
function shopWith(refunded: Set<string>): Agent {
  return new Agent({
    name: 'Shop',
    functions: [
      tool({
        name: 'refund',
        parameters: { type: 'object', properties: { order: { enum: ['A', 'B'] } }, required: ['order'] },
        execute({ order }) {
          const id = String(order);
          if (refunded.has(id)) return 'refunded again';
          refunded.add(id);
          return 'refunded';
        },
      }),
    ],
  });
}

test('a failure that depends on state from earlier runs is reported as flaky, with advice', async () => {
  using failures = new Failures();
  // Exploring refunds one order. The first run that refunds it again breaks the invariant, as do all later ones.
  const shop = shopWith(new Set());
  const error = await failures.failureOf(shop, { always: { once: refundedOnce }, seed: 2 });
  expect(error.invariant).toBe('once');
  const [what, ...lines] = error.message.split('\n');
  expect(what).toMatch(
    /^The check is flaky\. "once" was broken in run \d+, but a script that kept it when the app was new now breaks it\.$/,
  );
  expect(lines.slice(0, 6).join('\n')).toMatchInlineSnapshot(`
    "The tool "refund" answered the same call differently:
    -refunded
    +refunded again
    So the behavior depends on chance, on time, or on state from earlier runs. Pass checkAgent a factory, () => …, that creates the agents with new state for each run, or replace the tools that cause this with stubs (the option "tools").
    What was wrong: it does not hold (the invariant returned false)
    What happened:"
  `);
  expect(lines.at(-2)).toBe('Again, with all earlier runs:');
  expect(lines.at(-1)).toMatch(/^ {2}checkAgent\(agent, \{ seed: 2, runs: \d+ \}\)$/);
  expect(failures.files).toEqual([]);
});

test('with a factory of fresh agents, a script alone breaks the same invariant', async () => {
  using failures = new Failures();
  const error = await failures.failureOf(() => shopWith(new Set()), { always: { once: refundedOnce } });
  expect(error.message).toMatch(/^"once" was broken: /);
  expect(error.steps.length).toBeLessThanOrEqual(4);
});

test('an invariant that breaks by chance is flaky, and the message says which tool answered differently', async () => {
  using failures = new Failures();
  let calls = 0;
  const dice = new Agent({
    functions: [tool({ name: 'roll', execute: () => (++calls % 50 === 0 ? 'a six' : 'no six') })],
  });
  const noSix = ({ trace }: ScenarioRun) => trace.toolCalls.every(({ content }) => content !== 'a six');
  const error = await failures.failureOf(dice, { always: { 'no six': noSix } });
  expect(error.message).toContain('The check is flaky. "no six" was broken in run ');
  expect(error.message).toContain('but not when the same script was played again.');
  expect(error.message).toContain('The tool "roll" answered the same call differently:\n-a six\n+no six');
  expect(error).toMatchObject({ file: undefined, path: expect.stringMatching(/^\d+$/) });
  expect(error.steps.length).toBeGreaterThan(1);
  expect(failures.files).toEqual([]);
});

test('an invariant that depends on earlier runs is flaky itself', async () => {
  using failures = new Failures();
  let runs = 0;
  const error = await failures.failureOf(new Agent(), { always: { mine: () => ++runs !== 7 } });
  expect(error.message).toContain(
    'Both runs were the same, so the invariant itself depends on something other than the run',
  );
  expect(error.message).toContain('checkAgent(agent, { seed: 1, runs: 7 })');
});

test('a failure of agents that differ in each run is shrunk all the same, with a warning', async () => {
  using failures = new Failures();
  let now = 0;
  const desk = new Agent({
    functions: [
      tool({ name: 'clock', execute: () => `${++now}` }),
      tool({ name: 'broken', execute: () => 'wrong' }),
    ],
  });
  const invariant = ({ trace }: ScenarioRun) => trace.toolCalls.every(({ content }) => content !== 'wrong');
  // The warning needs a script with calls that keeps the invariant and calls the clock, before the failure.
  const always = { right: invariant };
  const errors = [];
  for (let seed = 1; seed <= 10; seed++)
    errors.push(await failures.failureOf(desk, { always, seed, name: `desk ${seed}` }));
  const warned = errors.filter(({ message }) =>
    message.includes('Careful: the app does not behave the same each time.'),
  );
  expect(warned.length).toBeGreaterThan(0);
  expect(warned.every(({ steps }) => steps.length === 3)).toBe(true);
  expect(warned[0]!.message).toContain('The tool "clock" answered the same call differently:');
});

test('the message shows instructions that changed', async () => {
  using failures = new Failures();
  let asked = 0;
  const agent = new Agent({ name: 'Desk', instructions: () => `Request ${++asked}.` });
  let judged = 0;
  const always = { mine: () => ++judged !== 7 };
  const error = await failures.failureOf(agent, { always });
  expect(error.message).toMatch(
    /The agent "Desk" had different instructions:\n-Request \d+\.\n\+Request \d+\./,
  );
});

test('a script that gives a different trace when it is played again shows state from earlier runs', async () => {
  using failures = new Failures();
  let calls = 0;
  const agent = new Agent({
    functions: [tool({ name: 'count', execute: () => (++calls > 250 ? 'many' : 'few') })],
  });
  // A single call, such as exploring makes, keeps the invariant.
  const always = {
    once: ({ trace }: ScenarioRun) => trace.toolCalls.filter(({ content }) => content === 'many').length < 2,
  };
  const { message } = await failures.failureOf(agent, { always });
  expect(message).toContain('but a script that was played earlier now gives a different trace.');
  expect(message).toContain('The tool "count" answered the same call differently:\n-few\n+many');
});

test('a single slow run is not a failure', async () => {
  let calls = 0;
  const agent = new Agent({
    functions: [
      tool({
        name: 'load',
        execute: () =>
          ++calls === 5 ? new Promise<string>((resolve) => setTimeout(resolve, 200, 'late')) : 'loaded',
      }),
    ],
  });
  // Loads everything that is imported on first use, before the fake clock starts.
  await check(new Agent({ name: 'Other' }), { runs: 1 });
  const report = await onFakeClock(() => check(agent, { timeoutMs: 50, runs: 50 }));
  expect(report.runs).toBe(50);
  expect(calls).toBeGreaterThan(5);
});

test('a failure that happens by chance is reported with the answer that differed', async () => {
  using failures = new Failures();
  const messages: string[] = [];
  for (let seed = 1; seed <= 12; seed++) {
    let state = seed;
    // Pseudo-random, so that each run of the test is the same.
    const next = () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
    const agent = new Agent({
      name: `Dice ${seed}`,
      functions: [tool({ name: 'roll', execute: () => String(next()) })],
    });
    const always = {
      low: ({ trace }: ScenarioRun) => trace.toolCalls.every(({ content }) => !(Number(content) > 0.5)),
    };
    messages.push((await failures.failureOf(agent, { seed, always })).message);
  }
  const flaky = messages.filter((message) => message.includes('not every time'));
  expect(flaky.length).toBeGreaterThan(0);
  for (const message of flaky) {
    expect(message).toContain('The tool "roll" answered the same call differently');
    expect(message).not.toContain('Both runs were the same');
  }
});
