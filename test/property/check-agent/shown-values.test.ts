/** Tools that succeed only with a value that the model was shown. */
import fc from 'fast-check';
import { Agent, tool } from 'swarmcheck';
import { scriptFor } from 'swarmcheck/fast-check';
import type { Step } from 'swarmcheck/testing';
import { expect, test } from 'vitest';
import type { CheckOptions } from '../../../src/property/check-agent/options.ts';
import { explore } from '../../../src/property/check-agent/explore.ts';
import { playerOf } from '../../../src/property/check-agent/script-player.ts';
import { scriptArbitrary } from '../../../src/property/script-generator/script-arbitrary.ts';
import { factsOfMistake } from '../../support/facts-of.ts';
import { messageOf } from '../../support/failures.ts';
import { check, Failures } from './desk.ts';
import { wireApp } from './wire-app.ts';

/** A tool that succeeds only with one of these values. */
function needing(
  name: string,
  argument: string,
  type: string,
  values: readonly unknown[],
  answer: unknown = 'done',
) {
  return tool({
    name,
    parameters: { type: 'object', properties: { [argument]: { type } }, required: [argument] },
    execute(args) {
      if (!values.includes(args[argument])) throw new Error('There is none.');
      return answer;
    },
  });
}

/** An agent that shows each value in another place. */
const shop = () =>
  new Agent({
    name: 'Shop',
    instructions: 'The desk for complaints is D-80.',
    functions: [
      tool({ name: 'rooms', execute: () => 'Rooms 411 and 412 are free. The bar closes at 23.' }),
      needing('book_room', 'room', 'integer', [411, 412]),
      needing('call_desk', 'deskId', 'string', ['D-80']),
      tool({
        name: 'list_customers',
        execute: () => ({ customers: [{ id: 'C-1', orders: [{ id: 'ord-77', total: 12 }] }] }),
      }),
      needing('get_order', 'order_id', 'string', ['ord-77'], { parcel: { code: 'PX-9' } }),
      // Behind two calls.
      needing('track', 'parcel_code', 'string', ['PX-9']),
    ],
  });

/** The share of the scripts with valid calls of a tool in which one succeeds. */
async function sharesOf(agent: () => Agent, runs = 250): Promise<Record<string, number>> {
  const surface = await explore(agent);
  const play = playerOf(agent, {});
  const calling = new Map<string, number>();
  const succeeding = new Map<string, number>();
  for (const steps of fc.sample(scriptArbitrary(surface, { features: quiet }), { seed: 1, numRuns: runs })) {
    const { toolCalls } = (await play(steps)).trace;
    const ok = toolCalls.filter(({ error }) => error === undefined);
    for (const name of new Set(toolCalls.map((call) => call.tool)))
      calling.set(name, (calling.get(name) ?? 0) + 1);
    for (const name of new Set(ok.map((call) => call.tool)))
      succeeding.set(name, (succeeding.get(name) ?? 0) + 1);
  }
  return Object.fromEntries(
    Array.from(calling, ([name, count]) => [name, (succeeding.get(name) ?? 0) / count]),
  );
}

const quiet = { 'unknown-tool': false, 'huge-content': false } as const;

test('tools succeed with values from texts, instructions and nested lists, also behind two calls', async () => {
  const shares = await sharesOf(shop);
  const floor = 0.15;
  const rare = ['book_room', 'call_desk', 'get_order', 'track'].filter(
    (name) => !((shares[name] ?? 0) > floor),
  );
  expect(rare).toEqual([]);
});

test('the dictionary is the same each time, and so is each script', async () => {
  const sampled = async () =>
    fc
      .sample(scriptArbitrary(await explore(shop)), { seed: 7, numRuns: 30 })
      .map((steps) => JSON.stringify(steps));
  const first = await sampled();
  await check(shop, { runs: 20, seed: 3 });
  expect(await sampled()).toEqual(first);
});

test('a value that the model sent is not counted as shown, and a secret is left out', async () => {
  const agent = new Agent({
    functions: [
      tool({
        name: 'echo',
        parameters: { type: 'object', properties: { words: { type: 'string' } }, required: ['words'] },
        execute: ({ words }) => ({ words }),
      }),
      tool({ name: 'log_in', execute: () => ({ password: 'hunter-22', user: 'U-31' }) }),
    ],
  });
  const { dictionary } = await explore(agent);
  const values = dictionary!.candidatesFor({ name: new Set(), around: new Set() }).map(({ value }) => value);
  expect(values).toContain('U-31');
  expect(values).not.toContain('hunter-22');
  expect(values).not.toContain('A-17');
});

const callsIn = (scripts: readonly Step[][], name: string) =>
  scripts
    .flat()
    .flatMap((step) => ('calls' in step ? (step.calls ?? []).filter((call) => call.tool === name) : []));

test('given values are used, as a list or as an arbitrary', () => {
  const agent = new Agent({ functions: [needing('get_order', 'order_id', 'string', [])] });
  for (const values of [['ord-500'], fc.constant('ord-500')]) {
    const scripts = scriptFor(agent, { values: { get_order: { order_id: values } }, features: quiet });
    const calls = callsIn(fc.sample(scripts, { seed: 1, numRuns: 100 }), 'get_order');
    const given = calls.filter(({ args }) => JSON.stringify(args) === '{"order_id":"ord-500"}');
    expect(given.length).toBeGreaterThan(calls.length / 5);
  }
});

test.each<[string, object, object]>([
  ['an unknown tool', { get_ordr: { order_id: ['a'] } }, { tool: 'get_ordr', suggestion: 'get_order' }],
  ['an unknown argument', { get_order: { orderid: ['a'] } }, { field: 'orderid', suggestion: 'order_id' }],
  [
    'a value that its schema does not allow',
    { get_order: { order_id: ['a', 5] } },
    { field: 'values.get_order.order_id[1]', given: 'the number 5' },
  ],
  ['an empty list', { get_order: { order_id: [] } }, { field: 'values.get_order.order_id' }],
  ['a single value', { get_order: { order_id: 'a' } }, { field: 'values.get_order.order_id' }],
  ['a list for a tool', { get_order: ['a'] }, { field: 'values.get_order' }],
  ['no object', ['a'], { field: 'values' }],
])('%s in "values" is a mistake', async (_what, values, facts) => {
  const agent = new Agent({ functions: [needing('get_order', 'order_id', 'string', [])] });
  const checked = await factsOfMistake(() => check(agent, { values: values as never }), 'where');
  expect(checked).toMatchObject({ where: 'checkAgent', ...facts });
  const generated = await factsOfMistake(() => scriptFor(agent, { values: values as never }), 'where');
  expect(generated).toMatchObject({ where: 'scriptFor', ...facts });
});

test.each<[string, object, string]>([
  [
    'no list',
    { get_order: { order_id: 'a' } },
    'The option "values.get_order.order_id" of checkAgent must be a list of at least one value, or an arbitrary of fast-check, but is the string "a".',
  ],
  [
    'an unknown tool',
    { get_ordr: { order_id: ['a'] } },
    'The option "values" of checkAgent names the tool "get_ordr", which none of the agents that were reached has. Did you mean "get_order"? Their tools: get_order.',
  ],
  [
    'an unknown argument',
    { get_order: { orderid: ['a'] } },
    'The option "values" of checkAgent names the argument "orderid", which the tool "get_order" does not have. Did you mean "order_id"? Its arguments: order_id.',
  ],
  [
    'an unfit value',
    { get_order: { order_id: ['a', 5] } },
    'The value values.get_order.order_id[1] of checkAgent must be a value that the schema of the argument allows, but is the number 5. The tool "get_order" would never be called with it.',
  ],
])('the message for %s says what to do', async (_what, values, message) => {
  const agent = new Agent({ functions: [needing('get_order', 'order_id', 'string', [])] });
  expect(await messageOf(() => check(agent, { values: values as never }))).toBe(message);
});

test('the types of "values" allow lists and arbitraries, and nothing else', () => {
  const options: CheckOptions[] = [
    { values: { get_order: { order_id: ['a', 5] } } },
    { values: { get_order: { order_id: fc.string() } } },
    // @ts-expect-error -- a single value is not a list
    { values: { get_order: { order_id: 'a' } } },
    // @ts-expect-error -- the argument is missing
    { values: { get_order: ['a'] } },
  ];
  expect(options).toHaveLength(4);
});

test.each([
  ['is kept where the failure needs it', (ok: boolean) => ok, 'ord-77'],
  ['is replaced by a plain value where any value fails', () => true, ''],
])('while shrinking, a shown value %s', async (_what, isBroken, smallest) => {
  using failures = new Failures();
  const error = await failures.failureOf(shop, {
    always: {
      mine: ({ trace }) =>
        !trace.toolCalls.some((call) => call.tool === 'get_order' && isBroken(call.error === undefined)),
    },
    features: { ...quiet, 'bad-json': false, 'invalid-args': false },
  });
  expect(callsIn([[...error.steps]], 'get_order').map(({ args }) => args)).toEqual([{ order_id: smallest }]);
});

test('an app at the wire is called with the values that its requests show', async () => {
  const app = wireApp({
    list_orders: { answer: () => '{"orders":[{"id":"ord-77","total":12}]}' },
    get_order: {
      properties: { order_id: { type: 'string' } },
      answer: ({ order_id }) => (order_id === 'ord-77' ? 'paid' : 'There is none.'),
    },
  });
  const calls = { all: 0, found: 0 };
  await check(app, {
    runs: 40,
    features: quiet,
    always: {
      counted({ trace }) {
        const made = trace.toolCalls.filter((call) => call.tool === 'get_order');
        calls.all += made.length;
        calls.found += made.filter(({ content }) => content === 'paid').length;
      },
    },
  });
  expect(calls.found / calls.all).toBeGreaterThan(0.15);
});
