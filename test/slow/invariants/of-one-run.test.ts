/** The engine keeps every invariant, for all generated agents and scripts. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { runScenario, type ScenarioRun } from 'swarmcheck/testing';
import {
  invariantNames,
  invariants,
  type InvariantName,
} from '../../../src/property/invariants/invariants.ts';
import { engineCases } from '../../property/engines.ts';
import { assertProperty, thoroughness } from '../../support/property.ts';
import { assertInvariant, runs } from './assert-invariant.ts';

/** The invariants that some case breaks. Each case is played once for all invariants. */
const brokenOnes = (async () => {
  const names = new Set<InvariantName>();
  await assertProperty(
    fc.asyncProperty(engineCases(), async ({ scenario }) => {
      const run = await runScenario(scenario);
      for (const name of invariantNames) {
        try {
          invariants[name](run);
        } catch {
          names.add(name);
        }
      }
    }),
    { seed: 1, numRuns: runs },
  );
  return names;
})();

test.for(invariantNames)('%s', async (name) => {
  if (!(await brokenOnes).has(name)) return;
  // Checks this invariant alone, to find its smallest case.
  await assertInvariant(1, async ({ scenario }) => invariants[name](await runScenario(scenario)));
});

/** The events that the invariants are about, and how many of a thousand cases must have each at least. */
const happens: Record<string, [least: number, (run: ScenarioRun) => boolean]> = {
  'a handoff': [140, ({ trace }) => trace.handoffs.length > 0],
  'two handoffs in a turn': [
    20,
    ({ trace }) =>
      trace.toolCalls.some((call, index, all) =>
        all
          .slice(index + 1)
          .some(
            (other) =>
              other.run === call.run &&
              other.turn === call.turn &&
              [call, other].every(({ content }) => /^(\{"assistant"|handed off)/.test(content)),
          ),
      ),
  ],
  'a context change': [200, ({ trace }) => trace.events.some(({ type }) => type === 'context-change')],
  'several runs': [55, ({ trace }) => trace.events.some(({ run }) => run > 1)],
  'three turns with tools': [
    100,
    ({ trace }) => new Set(trace.toolCalls.map(({ run, turn }) => `${run}.${turn}`)).size >= 3,
  ],
  'a failure of the model': [60, ({ trace }) => trace.events.some(({ type }) => type === 'model-error')],
  'a limit that cuts': [80, ({ trace }) => trace.outcome === 'max_turns'],
  'an interruption': [60, ({ trace }) => trace.outcome === 'interrupted'],
  ...Object.fromEntries(
    (['unknown-tool', 'invalid-json', 'invalid-arguments', 'threw', 'not-serializable'] as const).map(
      (kind) => [
        `a call that failed: ${kind}`,
        [25, ({ trace }: ScenarioRun) => trace.toolCalls.some(({ error }) => error === kind)],
      ],
    ),
  ),
};

test('the events that the invariants are about happen often', async () => {
  const counts = new Map(Object.keys(happens).map((name) => [name, 0]));
  await assertProperty(
    fc.asyncProperty(engineCases(), async ({ scenario }) => {
      const run = await runScenario(scenario);
      for (const [name, [, happened]] of Object.entries(happens))
        if (happened(run)) counts.set(name, counts.get(name)! + 1);
    }),
    { seed: 5, numRuns: runs },
  );
  const rare = Object.entries(happens).filter(([name, [least]]) => counts.get(name)! < least * thoroughness);
  expect(rare.map(([name, [least]]) => `${name}: ${counts.get(name)} of at least ${least}`)).toEqual([]);
});
