import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Step } from 'swarmcheck/testing';
import {
  assertValidScriptOptions,
  type ScriptOptions,
} from '../../../src/property/script-generator/features.ts';
import { scriptArbitrary } from '../../../src/property/script-generator/script-arbitrary.ts';
import type { Surface } from '../../../src/property/surface.ts';
import { surface } from './shop.ts';
import { counterexampleOf, seeds, thoroughness } from '../../support/property.ts';
import { factsOfMistake } from '../../support/facts-of.ts';

const callsOf = (steps: readonly Step[]) =>
  steps.flatMap((step) => (typeof step === 'object' && 'calls' in step ? (step.calls ?? []) : []));

/** The scripts that a failure shrinks to, with the number of seeds in a hundred that lead to each. */
function smallest(isBroken: (steps: Step[]) => boolean, options: ScriptOptions = {}, of: Surface = surface) {
  const found = new Map<string, number>();
  const scripts = scriptArbitrary(of, options);
  for (const seed of seeds(0, 100)) {
    const counterexample = counterexampleOf(
      fc.property(scripts, (steps) => !isBroken(steps)),
      { seed, numRuns: 3000 },
    );
    const text = JSON.stringify(counterexample?.[0]);
    found.set(text, (found.get(text) ?? 0) + 1);
  }
  return [...found].map(([text, count]) => [text, count / thoroughness] as const);
}

const callsFitting = (tool: string) => (steps: Step[]) =>
  callsOf(steps).some((call) => call.tool === tool && !call.hallucinated && call.rawArgs === undefined);
const scriptText = (...steps: Step[]) => JSON.stringify([{ user: 'hi' }, ...steps, { say: 'ok' }]);

test('a script that fails because of a tool call shrinks to that call', () => {
  const lookUp = { calls: [{ tool: 'look_up', args: { orderId: 'a' } }] };
  const own = smallest(callsFitting('look_up'));
  expect(own).toEqual([[scriptText(lookUp), 100]]);
  const toRefunds = { calls: [{ tool: 'transfer_to_refunds' }] };
  const back = scriptText(toRefunds, { calls: [{ tool: 'transfer_to_triage' }] });
  expect(smallest(callsFitting('transfer_to_triage'))).toEqual([[back, 100]]);
  const amount = { orderId: 'A-0', amount: 1 };
  const refund = scriptText(toRefunds, { calls: [{ tool: 'issue_refund', args: amount }] });
  expect(smallest(callsFitting('issue_refund'))).toEqual([[refund, 100]]);
});

const answersOf = (steps: readonly Step[]) =>
  steps.flatMap((step) => (typeof step === 'object' && !('user' in step) ? [step] : []));
/**
 * Failures, each with the most steps that a shrunk script may have, and how many seeds in a hundred must reach the
 * fewest.
 */
const broken: [string, (steps: Step[]) => boolean, most: number, atBest: number][] = [
  ['a call of a tool', (steps) => callsOf(steps).length > 0, 5, 80],
  ['raw arguments', (steps) => callsOf(steps).some(({ rawArgs }) => rawArgs), 5, 75],
  ['two calls at once', (steps) => answersOf(steps).some(({ calls }) => calls?.length === 2), 5, 80],
  ['an id', (steps) => callsOf(steps).some(({ id }) => id), 6, 20],
  ['text beside calls', (steps) => answersOf(steps).some(({ say, calls }) => say && calls), 5, 75],
  ['a refusal', (steps) => answersOf(steps).some(({ refusal }) => refusal !== undefined), 2, 100],
  ['a fault', (steps) => answersOf(steps).some(({ fault }) => fault), 2, 100],
  ['cut calls', (steps) => answersOf(steps).some(({ fault, calls }) => fault && calls), 4, 90],
  ['two users', (steps) => steps.filter((step) => 'user' in step).length === 2, 4, 20],
  ['a huge text', (steps) => JSON.stringify(steps).length > 10_000, 5, 80],
  ['é', (steps) => JSON.stringify(steps).includes('é'), 5, 65],
  [
    'a run after a fault',
    (steps) =>
      answersOf(steps)
        .slice(0, -1)
        .some(({ fault }) => fault),
    4,
    100,
  ],
];
test.for(broken)('a failing script shrinks to the cause of its failure: %s', ([, isBroken, most, atBest]) => {
  const found = smallest(isBroken).map(
    ([text, times]) => [(JSON.parse(text) as Step[]).length, times] as const,
  );
  const best = Math.min(...found.map(([length]) => length));
  expect(Math.max(...found.map(([length]) => length))).toBeLessThanOrEqual(most);
  const times = found.filter(([length]) => length === best).reduce((sum, [, some]) => sum + some, 0);
  expect(times).toBeGreaterThanOrEqual(atBest);
});

test('a script that always fails shrinks to a greeting', () => {
  expect(smallest(() => true)).toEqual([[scriptText(), 100]]);
});

test('a seed always generates the same scripts', () => {
  const of = () => fc.sample(scriptArbitrary(structuredClone(surface)), { seed: 7, numRuns: 500 });
  expect(of()).toEqual(of());
});

test('scripts share no objects with each other', () => {
  const [one, other] = [0, 1].map(() => fc.sample(scriptArbitrary(surface), { seed: 3, numRuns: 300 }));
  const before = JSON.stringify(other);
  const scribble = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    Object.values(value).forEach(scribble);
    (value as { scribbled?: boolean }).scribbled = true;
  };
  scribble(one);
  expect(JSON.stringify(other) === before).toBe(true);
});

const none = { type: 'object', properties: {} };
const agent = (name: string, ...tools: Surface['agents'][number]['tools'][number][]) => ({ name, tools });
const everything = (of: Surface) =>
  fc.sample(scriptArbitrary(of), { seed: 1, numRuns: 400 }).flatMap((steps) => callsOf(steps));

test('for agents without tools, only calls of unknown tools are generated', () => {
  for (const agents of [[], [agent('Alone')]]) {
    const calls = everything({ agents });
    expect(calls.every(({ hallucinated }) => hallucinated)).toBe(true);
    expect(calls.length > 0).toBe(agents.length > 0);
  }
});

test('tools of an agent that no handoff leads to are called only as unknown tools', () => {
  const calls = everything({
    agents: [
      agent('One', { name: 'own', parameters: none }),
      agent('Two', { name: 'far', parameters: none }),
    ],
  });
  const far = calls.filter(({ tool }) => tool === 'far');
  expect(far.length).toBeGreaterThan(10);
  expect(far.every(({ hallucinated }) => hallucinated)).toBe(true);
});

test('a handoff to an agent that does not exist is called like any other tool', () => {
  const calls = everything({ agents: [agent('One', { name: 'move', parameters: none, handsOffTo: 7 })] });
  expect(calls.some(({ tool, hallucinated }) => tool === 'move' && !hallucinated)).toBe(true);
});

test('tools with hostile names are called by these names', () => {
  const names = ['__proto__', 'constructor', '', 'toString'];
  const calls = everything({ agents: [agent('One', ...names.map((name) => ({ name, parameters: none })))] });
  const fitting = calls.filter(({ hallucinated, rawArgs }) => !hallucinated && rawArgs === undefined);
  expect([...new Set(fitting.map(({ tool }) => tool))].toSorted()).toEqual(names.toSorted());
});

test('a tool that no arguments fit is called only with wrong arguments', () => {
  const never = { type: 'object', properties: { value: { enum: [] } }, required: ['value'] };
  const calls = everything({ agents: [agent('One', { name: 'never', parameters: never })] });
  const own = calls.filter(({ tool }) => tool === 'never');
  expect(own.length).toBeGreaterThan(10);
  expect(own.every(({ hallucinated, rawArgs }) => hallucinated || rawArgs !== undefined)).toBe(true);
});

test('the agents of a long chain are reached one after the other', () => {
  const agents = Array.from({ length: 30 }, (_, index) =>
    agent(
      `Agent ${index}`,
      { name: `next_${index}`, parameters: none, handsOffTo: index + 1 },
      { name: `tool_${index}`, parameters: none },
    ),
  );
  const scripts = fc.sample(scriptArbitrary({ agents }), { seed: 1, numRuns: 400 });
  expect(Math.max(...scripts.map((steps) => steps.length))).toBe(20);
  expect(scripts.some((steps) => callsOf(steps).some(({ tool }) => tool === 'tool_9'))).toBe(true);
});

const wrong: [options: unknown, facts: object][] = [
  [7, { given: 'the number 7' }],
  [{ maxStep: 3 }, { field: 'maxStep', suggestion: 'maxSteps' }],
  [{ maxSteps: 1 }, { field: 'maxSteps', given: 'the number 1' }],
  [{ maxSteps: '20' }, { field: 'maxSteps', given: 'the string "20"' }],
  [{ maxSteps: Infinity }, { field: 'maxSteps', given: 'the number Infinity' }],
  [{ features: ['unicode'] }, { field: 'features', given: 'an array of 1 item' }],
  [{ features: { refusals: true } }, { field: 'refusals', suggestion: 'refusal' }],
  [{ features: { constructor: true } }, { field: 'constructor' }],
  [{ features: { unicode: -1 } }, { field: 'unicode', given: 'the number -1' }],
  [{ features: { unicode: NaN } }, { field: 'unicode', given: 'the number NaN' }],
  [{ features: { unicode: 1001 } }, { field: 'unicode', given: 'the number 1001' }],
  [{ features: { unicode: 'yes' } }, { field: 'unicode', given: 'the string "yes"' }],
];
test.for(wrong)('wrong options throw a TypeError: %o', async ([options, facts]) => {
  const error = await factsOfMistake(() => assertValidScriptOptions('scriptFor', options));
  expect(error).toEqual({ error: 'UsageError', ...facts });
  expect(() => assertValidScriptOptions('scriptFor', options)).toThrow(TypeError);
});

test('valid options do not throw', () => {
  const right = [
    {},
    { maxSteps: 2, features: { unicode: 0.5, refusal: false, handoffs: undefined } },
    { maxSteps: undefined },
  ];
  for (const options of right) expect(() => assertValidScriptOptions('scriptFor', options)).not.toThrow();
});
