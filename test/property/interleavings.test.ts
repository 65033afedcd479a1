import { Agent, tool } from 'swarmcheck';
import { expect, test } from 'vitest';
import {
  callTool,
  callTools,
  externalAgent,
  modelFails,
  say,
  user,
  type AgentUnderTest,
  type Scenario,
} from 'swarmcheck/testing';
import { checkInterleavings } from '../../src/property/interleavings.ts';
import { InvariantBrokenError } from '../../src/property/invariant.ts';
import { refundSteps, triage } from '../support/agents.ts';
import { factsOf } from '../support/facts-of.ts';
import { errorOf } from '../support/failures.ts';

/** The error of a check that finds a broken invariant. */
async function brokenBy(check: Promise<void>): Promise<InvariantBrokenError> {
  const error: unknown = await check.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(error instanceof InvariantBrokenError)) throw new Error(`no invariant was broken: ${String(error)}`);
  return error;
}

/** An agent that stores the order in one call and reads it in the next. `keep` returns the object to store it in. */
function orderAgent(keep: (contextVariables: Record<string, unknown>) => Record<string, unknown>): Agent {
  return new Agent({
    name: 'Orders',
    functions: [
      tool({
        name: 'choose',
        parameters: { type: 'object', properties: { orderId: { type: 'string' } }, required: ['orderId'] },
        execute({ orderId }, { contextVariables }) {
          keep(contextVariables)['orderId'] = orderId;
          return 'chosen';
        },
      }),
      tool({
        name: 'pay',
        execute: (_args, { contextVariables }) => `paid ${String(keep(contextVariables)['orderId'])}`,
      }),
    ],
  });
}

const pays = (agent: AgentUnderTest, orderId: string): Scenario => ({
  name: `pays ${orderId}`,
  agent,
  steps: [user(`I pay ${orderId}.`), callTool('choose', { orderId }), callTool('pay'), say('Done.')],
});

test('in 1,000 orders, concurrent conversations have the traces that they have alone', async () => {
  const orders = orderAgent((contextVariables) => contextVariables);
  const scenarios: Scenario[] = [
    { agent: triage, steps: refundSteps },
    pays(orders, 'A-1'),
    {
      agent: orders,
      steps: [
        user('x'),
        callTools([callTool('choose', { orderId: 'A-3' }), callTool('pay')]),
        say('ok'),
        user('y'),
        callTool('pay'),
        say('ok'),
      ],
    },
    {
      agent: orders,
      steps: [user('x'), modelFails({ kind: 'reset' })],
      expect: { error: { name: 'APIConnectionError' } },
    },
  ];
  await expect(checkInterleavings(scenarios, { runs: 1000 })).resolves.toBeUndefined();
});

test('the orders differ from run to run, and follow from the seed', async () => {
  const ordersOf = async (seed: number) => {
    let order = '';
    const orders = new Set<string>();
    const named = (name: string): Scenario => ({
      agent: new Agent({ name, functions: [function act() {}] }),
      steps: [user('x'), callTool('act'), callTool('act'), callTool('act'), say('ok')],
      hooks: { beforeTool: () => void (order += name) },
      check({ passed }) {
        expect(passed).toBe(true);
        if (order.length < 9) return;
        orders.add(order);
        order = '';
      },
    });
    await checkInterleavings([named('a'), named('b'), named('c')], { runs: 200, seed });
    return [...orders];
  };
  const [first, again, other] = [await ordersOf(1), await ordersOf(1), await ordersOf(2)];
  expect(again).toEqual(first);
  expect(other).not.toEqual(first);
  // There are 1,680 orders.
  expect(first.length).toBeGreaterThan(100);
});

test('a module variable that conversations set and read later is found, in an order with few switches', async () => {
  const kept: Record<string, unknown> = {};
  const shared = orderAgent(() => kept);
  const scenarios = [pays(shared, 'A-1'), pays(shared, 'A-2'), pays(shared, 'A-3')];
  const { invariant, message } = await brokenBy(checkInterleavings(scenarios));
  expect(invariant).toBe('interleaved-equals-solo');
  expect(message).toContain(
    'Conversation 1 ("pays A-1") behaves differently when other conversations run at the same time.',
  );
  expect(message).toMatch(
    /The traces differ at event \d \(tool-result, run 1, turn 2\), in content:\n-paid A-1\n\+paid A-[23]\n/,
  );
  expect(message).toMatch(
    /The order:\n {2}1\. Conversation 1 \("pays A-1"\): Orders asks the model \(turn 1\), calls choose.*\n {2}2\. Conversation/,
  );
  expect(message.match(/^ {2}\d+\. .*/gm)!.length).toBeLessThanOrEqual(5);
  expect(message).toContain('Keep the state of a conversation in its context variables.');
});

test('the seed and path of a failure play its order again and no other', async () => {
  const kept: Record<string, unknown> = {};
  const shared = orderAgent(() => kept);
  const scenarios = [pays(shared, 'A-1'), pays(shared, 'A-2')];
  const { message } = await brokenBy(checkInterleavings(scenarios, { seed: 7 }));
  const [, seed, path] = /seed: (\d+), path: "([\d:]+)"/.exec(message)!;
  let plays = 0;
  const counted = scenarios.map((scenario) => ({ ...scenario, check: () => void plays++ }));
  const again = await brokenBy(checkInterleavings(counted, { seed: Number(seed), path: path! }));
  expect(again.message).toBe(message);
  // Each alone, both at once, and the one that differs alone again.
  expect(plays).toBe(5);
});

test('a counter in a module is found, with an agent factory as well, and is not blamed on the order', async () => {
  let count = 0;
  const counting = () =>
    new Agent({
      name: 'Counter',
      functions: [
        function next() {
          return String(++count);
        },
      ],
    });
  const steps = [user('x'), callTool('next'), say('ok')];
  for (const agent of [counting(), counting]) {
    const { message } = await brokenBy(
      checkInterleavings([
        { agent, steps },
        { agent, steps },
      ]),
    );
    expect(message).toContain('(tool-result, run 1, turn 1), in content:');
    expect(message).toContain(
      'It also behaved differently when it was played alone again, so the order is not the cause',
    );
    // Shrunk to an order without switches.
    expect(message.match(/^ {2}\d+\. .*/gm)).toHaveLength(2);
  }
});

test('state in an agent is found if conversations share the agent, but not if a factory makes it anew', async () => {
  const make = () => {
    const kept: Record<string, unknown> = {};
    return orderAgent(() => kept);
  };
  const one = make();
  await expect(checkInterleavings([pays(make, 'A-1'), pays(make, 'A-2')])).resolves.toBeUndefined();
  await brokenBy(checkInterleavings([pays(one, 'A-1'), pays(one, 'A-2')]));
});

test('a tool that takes time overlaps with tools of other conversations', async () => {
  let open = 0;
  let most = 0;
  const waiting = new Agent({
    name: 'Waiting',
    functions: [
      async function wait() {
        most = Math.max(most, ++open);
        await new Promise((resolve) => setImmediate(() => setImmediate(() => setImmediate(resolve))));
        open--;
      },
    ],
  });
  const scenario: Scenario = { agent: waiting, steps: [user('x'), callTool('wait'), say('ok')] };
  await checkInterleavings([scenario, scenario], { runs: 20 });
  expect(most).toBe(2);
});

test("a scenario's check that fails only at the same time as others breaks the invariant", async () => {
  let asked = '';
  const scenario = (name: string): Scenario => ({
    agent: new Agent({ name, functions: [function act() {}] }),
    steps: [user('x'), callTool('act'), say('ok')],
    hooks: { beforeTool: () => void (asked = name) },
    check: () => expect(asked).toBe(name),
  });
  const { message } = await brokenBy(checkInterleavings([scenario('One'), scenario('Other')]));
  expect(message).toContain("It fails: The check failed: expected 'Other' to be 'One'");
});

test('the hooks of a scenario are called, alone and at the same time as others', async () => {
  const called: string[] = [];
  const agent = new Agent({ name: 'Any' });
  const steps = [user('x'), say('ok')];
  const one = { agent, steps, hooks: { beforeModel: () => void called.push('one') } };
  const others = ['first', 'second'].map((name) => ({ beforeModel: () => void called.push(name) }));
  await checkInterleavings([one, { agent, steps, hooks: others }], { runs: 1 });
  const alone = ['one', 'first', 'second'];
  expect(called.slice(0, 3)).toEqual(alone);
  expect([alone, ['first', 'second', 'one']]).toContainEqual(called.slice(3));
});

test('a scenario that fails alone is reported as such', async () => {
  const green = pays(triage, 'A-1');
  await expect(checkInterleavings([{ ...green, name: 'red' }, green])).rejects.toThrow(
    /^Conversation 1 \("red"\) fails when it is played alone, so its interleavings cannot be checked:\nThe run was rejected: ScriptMistakeError: Step 2/,
  );
});

const two = [pays(triage, 'x'), pays(triage, 'x')];
const refused: [what: string, scenarios: unknown, options: object, facts: object, message?: string][] = [
  [
    'one scenario',
    [pays(triage, 'x')],
    {},
    { expected: 'at least two scenarios', given: 'an array of 1 item' },
    'checkInterleavings takes at least two scenarios, but was given an array of 1 item. The list may contain the same scenario twice.',
  ],
  [
    'no list',
    pays(triage, 'x'),
    {},
    { expected: 'a list of scenarios', given: 'an object' },
    'checkInterleavings takes a list of scenarios, but was given an object. Write checkInterleavings([one, other]).',
  ],
  [
    'an app of another SDK',
    [pays(triage, 'x'), { agent: externalAgent(async () => {}), steps: [] }],
    {},
    { field: 'scenarios[1]', given: 'an externalAgent' },
    'Conversation 2 of checkInterleavings uses an externalAgent, which cannot be made to wait for other conversations. Pass only scenarios with agents of this engine.',
  ],
  ['no runs', two, { runs: 0 }, { field: 'runs', expected: 'a whole number above 0', given: 'the number 0' }],
  ['an unknown option', two, { sed: 1 }, { field: 'sed', suggestion: 'seed' }],
  [
    'a malformed path',
    two,
    { path: 'x' },
    { field: 'path', expected: 'the path of a failure, such as "4:0:1"', given: 'the string "x"' },
  ],
];

test.for(refused)('%s is refused', async ([, scenarios, options, facts, message]) => {
  const error = await errorOf(() => checkInterleavings(scenarios as Scenario[], options));
  expect(factsOf(error, 'expected')).toEqual({ error: 'UsageError', ...facts });
  expect(error.message).toBe(message ?? error.message);
});
