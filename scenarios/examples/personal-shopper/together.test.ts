import { runScenario, type RunScenarioOptions, type Scenario } from 'swarmcheck/testing';
import { test } from 'swarmcheck/vitest';
import { expect } from 'vitest';
import { shopOf } from './agents.ts';

const scenarios = Object.values(
  import.meta.glob<Scenario>('./*.scenario.ts', { eager: true, import: 'default' }),
).map((scenario) => ({
  ...scenario,
  // All scenarios run at once, so that each may take as long as all of them.
  timeoutMs: 60_000,
}));

interface Play {
  scenario: Scenario;
  way: RunScenarioOptions;
}

const inProcess: RunScenarioOptions[] = [{}, { stream: true }, {}, { stream: true }];
const everyWay: RunScenarioOptions[] = [...inProcess, { transport: 'http' }];
const each = (ways: RunScenarioOptions[]): Play[] =>
  ways.flatMap((way) => scenarios.map((scenario) => ({ scenario, way })));

/** Fisher-Yates shuffle with numbers derived from a seed: the same seed gives the same order. */
function shuffled(list: readonly Play[], seed: number): Play[] {
  const order = [...list];
  let state = seed;
  for (let last = order.length - 1; last > 0; last--) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const chosen = Math.floor((state / 2 ** 32) * (last + 1));
    [order[last], order[chosen]] = [order[chosen]!, order[last]!];
  }
  return order;
}

const orders: Record<string, Play[]> = {
  'as they stand': each(inProcess),
  reversed: each(inProcess).toReversed(),
  'shuffled by the seed 8841': shuffled(each(everyWay), 8841),
};

for (const [order, ordered] of Object.entries(orders)) {
  test(`all scenarios at once, ${order}, leave the same traces as each one alone`, async () => {
    const alone = new Map<Scenario, string>();
    for (const scenario of scenarios) alone.set(scenario, (await runScenario(scenario)).trace.hash);
    const runs = await Promise.all(ordered.map(({ scenario, way }) => runScenario(scenario, way)));

    expect(runs).not.toEqual([]);
    expect(runs.flatMap(({ failures }) => failures)).toEqual([]);
    expect(runs.map(({ scenario, trace }) => [scenario.name, trace.hash])).toEqual(
      runs.map(({ scenario }) => [scenario.name, alone.get(scenario)]),
    );
  });
}

test('every run has its own shop, and closes it', async () => {
  const plays = each(inProcess);
  const runs = await Promise.all(plays.map(({ scenario, way }) => runScenario(scenario, way)));

  const shops = new Set(runs.map(({ response }) => shopOf(response)));
  expect(shops.size).toBe(plays.length);
  expect(runs).not.toEqual([]);
  expect([...shops].filter(({ isOpen }) => isOpen)).toEqual([]);
});
