import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Step } from 'swarmcheck/testing';
import { scriptFeaturesIn } from '../../../src/property/script-generator/features-in.ts';
import {
  scriptFeatures,
  type FeatureWeights,
  type ScriptFeature,
  type ScriptOptions,
} from '../../../src/property/script-generator/features.ts';
import { assemble } from '../../../src/property/script-generator/assemble.ts';
import { mapOf } from '../../../src/property/script-generator/map.ts';
import { runParts } from '../../../src/property/script-generator/parts.ts';
import type { Surface } from '../../../src/property/surface.ts';
import { scriptArbitrary } from '../../../src/property/script-generator/script-arbitrary.ts';
import { surface } from './shop.ts';

const features = Object.keys(scriptFeatures) as ScriptFeature[];
const sampleOf = (options: ScriptOptions, numRuns: number) =>
  fc.sample(scriptArbitrary(surface, options), { seed: 1, numRuns });

/** The percentage of scripts that have each feature. */
function percentages(options: ScriptOptions = {}, numRuns = 2000): Record<ScriptFeature, number> {
  const counts = Object.fromEntries(features.map((feature) => [feature, 0])) as Record<ScriptFeature, number>;
  for (const steps of sampleOf(options, numRuns))
    for (const feature of scriptFeaturesIn(steps, surface)) counts[feature] += 100 / numRuns;
  return counts;
}

test('every feature is frequent enough', () => {
  const measured = percentages({}, 5000);
  const least: Record<ScriptFeature, number> = {
    'unknown-tool': 20,
    'bad-json': 18,
    'invalid-args': 18,
    'parallel-calls': 28,
    'duplicate-ids': 15,
    handoffs: 45,
    'empty-content': 8,
    unicode: 18,
    'huge-content': 0.4,
    refusal: 6,
    'several-users': 14,
    'provider-error': 6,
    'cut-stream': 6,
  };
  expect(features.filter((feature) => measured[feature] < least[feature])).toEqual([]);
  // A script with huge content costs as much as a hundred others.
  expect(measured['huge-content']).toBeLessThan(2);
});

const answersOf = (steps: readonly Step[]) =>
  steps.flatMap((step) => (typeof step === 'object' && !('user' in step) ? [step] : []));

test('each variant within the features is frequent enough', () => {
  const counts = new Map<string, number>();
  const count = (what: string) => counts.set(what, (counts.get(what) ?? 0) + 1);
  for (const steps of sampleOf({}, 5000)) {
    const answers = answersOf(steps);
    const calls = answers.flatMap((answer) => answer.calls ?? []);
    const names = (answer: (typeof answers)[number]) =>
      (answer.calls ?? []).flatMap((call) => (call.hallucinated || call.rawArgs ? [] : [call.tool]));
    const seen = new Set<string>();
    if (calls.some(({ tool }) => tool === '__proto__')) seen.add('__proto__ as a tool');
    if (calls.some(({ rawArgs }) => rawArgs?.includes('__proto__'))) seen.add('__proto__ as an argument');
    if (calls.some(({ tool, hallucinated }) => hallucinated && tool === 'issue_refund'))
      seen.add('of another agent');
    for (const raw of ['[]', 'null', '"x"', '{'])
      if (calls.some(({ rawArgs }) => rawArgs === raw)) seen.add(`raw ${raw}`);
    if (answers.some((answer) => new Set(names(answer)).size < names(answer).length))
      seen.add('one tool twice');
    if (answers.some((answer) => new Set(names(answer)).size > 1)) seen.add('two tools');
    if (answers.some((answer) => names(answer).filter((name) => name.startsWith('transfer')).length > 1))
      seen.add('two handoffs');
    if (answers.some(({ say, calls }) => say && calls)) seen.add('text beside calls');
    if (answers.some(({ fault, calls }) => fault && calls)) seen.add('cut in calls');
    for (const { fault } of answers) if (fault) seen.add(fault.kind);
    if (answers.length > 6) seen.add('more than six answers');
    if (calls.length === 0) seen.add('no calls');
    const both = steps.some((step, index) => 'user' in step && 'user' in (steps[index + 1] ?? {}));
    if (both) seen.add('two users in a row');
    if (answers.slice(0, -1).some(({ fault }) => fault)) seen.add('a run after a fault');
    seen.forEach(count);
  }
  const rare = [...counts].filter(([, times]) => times < 20);
  expect(rare).toEqual([]);
  expect([...counts.keys()].toSorted()).toEqual([
    '__proto__ as a tool',
    '__proto__ as an argument',
    'a run after a fault',
    'bad-frame',
    'cut',
    'cut in calls',
    'empty-choices',
    'html',
    'malformed-json',
    'missing-choices',
    'more than six answers',
    'no calls',
    'no-finish-reason',
    'of another agent',
    'one tool twice',
    'raw "x"',
    'raw []',
    'raw null',
    'raw {',
    'reset',
    'status',
    'text beside calls',
    'two handoffs',
    'two tools',
    'two users in a row',
  ]);
  expect(counts.get('no calls')).toBeLessThan(1250);
});

test.for(features)('a feature that is off is in no script: %s', (feature) => {
  for (const off of [false, 0]) {
    const found = sampleOf({ features: { [feature]: off } }, 1500).filter((steps) =>
      scriptFeaturesIn(steps, surface).includes(feature),
    );
    expect(found).toEqual([]);
  }
});

test.for(features)('a feature can be generated without the others: %s', (feature) => {
  const alone = Object.fromEntries(features.map((name) => [name, name === feature ? 1 : 0]));
  const seen = new Set(
    sampleOf({ features: alone }, 1500).flatMap((steps) => scriptFeaturesIn(steps, surface)),
  );
  expect([...seen]).toEqual([feature]);
});

test("without features there is one run, with calls of the first agent's tools", () => {
  const none = Object.fromEntries(features.map((name) => [name, false]));
  const calls = new Set<string>();
  for (const steps of sampleOf({ features: none }, 300)) {
    expect(scriptFeaturesIn(steps, surface)).toEqual([]);
    for (const { calls: some = [] } of answersOf(steps))
      for (const call of some) calls.add(JSON.stringify(Object.keys(call)) + call.tool);
  }
  expect([...calls]).toEqual(['["tool","args"]look_up']);
});

test('a weight makes a feature more or less frequent; true and undefined are 1', () => {
  const usual = percentages();
  expect(percentages({ features: { 'bad-json': true, refusal: 1 } })).toEqual(usual);
  // Most scripts in which a handoff is possible have one anyway.
  const most = (feature: ScriptFeature) => usual[feature] * (feature === 'handoffs' ? 1.02 : 1.1);
  const unmoved = features.filter((feature) => {
    const [rare = 0, frequent = 0] = [0.2, 5].map(
      (weight) => percentages({ features: { [feature]: weight } }, 1000)[feature],
    );
    return rare > usual[feature] * 0.8 || frequent < most(feature);
  });
  expect(unmoved).toEqual([]);
});

test('a weight is relative to the others', () => {
  const { 'unknown-tool': more, 'invalid-args': less } = percentages({
    features: { 'unknown-tool': 9, 'invalid-args': 3 },
  });
  expect(more).toBeGreaterThan(less * 1.3);
});

test('in half of the scripts about half of the features are left out', () => {
  // With these weights, nearly every script has calls of unknown tools, unless the feature is left out of it.
  const heavy = percentages({ features: { 'parallel-calls': 1000, 'unknown-tool': 1000, handoffs: 1 } });
  expect(heavy['unknown-tool']).toBeGreaterThan(60);
  expect(heavy['unknown-tool']).toBeLessThan(80);
});

const alike = Object.fromEntries(features.map((feature) => [feature, 1])) as FeatureWeights;

test.for(features)('a feature that is left out by chance is in no script: %s', (feature) => {
  const anything = { type: 'object', additionalProperties: true };
  const open = { agents: [{ name: 'One', tools: [{ name: 'move', parameters: anything, handsOffTo: 0 }] }] };
  for (const of of [surface, open]) {
    const runs = fc.sample(runParts(mapOf(of), alike), { seed: 1, numRuns: 1500 });
    const found = runs
      .map((some) => assemble(mapOf(of), some, (name) => name !== feature, 20))
      .filter((steps) => scriptFeaturesIn(steps, of).includes(feature));
    expect(found).toEqual([]);
  }
});

test('handoffs are never left out by chance for an agent that can only hand off', () => {
  const [triage, ...others] = surface.agents;
  const only = { agents: [{ ...triage!, tools: triage!.tools.slice(1) }, ...others] };
  // All other features are off, so any call of this agent is a handoff.
  const alone = Object.fromEntries(features.map((name) => [name, name === 'handoffs']));
  const share = (of: Surface) => {
    const scripts = fc.sample(scriptArbitrary(of, { features: alone }), { seed: 1, numRuns: 1000 });
    return scripts.filter((steps) => scriptFeaturesIn(steps, of).includes('handoffs')).length / 1000;
  };
  expect(share(only)).toBeGreaterThan(0.8);
  // A quarter of these scripts leaves out handoffs by chance.
  expect(share(surface)).toBeLessThan(0.7);
});

test('features are found in scripts that are written by hand', () => {
  const call = (tool: string, more: object = {}) => ({ calls: [{ tool, ...more }] });
  const found = (...steps: Step[]) => scriptFeaturesIn([{ user: 'hi' }, ...steps], surface);
  expect(found(call('look_up', { args: { orderId: 'a' } }), { say: 'ok' })).toEqual([]);
  expect(found(call('issue_refund'))).toEqual(['unknown-tool']);
  expect(
    found(call('transfer_to_refunds'), call('issue_refund', { args: { orderId: 'A-1', amount: 1 } })),
  ).toEqual(['handoffs']);
  expect(found(call('look_up', { args: { orderId: 17 } }))).toEqual(['invalid-args']);
  expect(found(call('look_up', { rawArgs: '{"orderId":17}' }))).toEqual(['invalid-args']);
  expect(found(call('look_up', { rawArgs: '{"orderId":"é"}' }))).toEqual(['unicode']);
  expect(found(call('look_up', { rawArgs: '[' }))).toEqual(['bad-json']);
  const lookUp = { args: { orderId: 'a' } };
  expect(found(call('look_up', { ...lookUp, id: 'call_2' }), call('look_up', lookUp))).toEqual([
    'duplicate-ids',
  ]);
  expect(found({ say: '' })).toEqual(['empty-content']);
  expect(found({ refusal: 'no' })).toEqual(['refusal']);
  expect(found({ say: 'ok' }, { user: 'x'.repeat(10_000) })).toEqual(['huge-content', 'several-users']);
  expect(found({ fault: { kind: 'reset' } })).toEqual(['provider-error']);
  expect(found({ say: 'a', fault: { kind: 'html' } })).toEqual(['cut-stream']);
  expect(found({ ...call('look_up', lookUp), finishReason: 'length' })).toEqual(['cut-stream']);
  expect(found(() => ({ say: '' }))).toEqual([]);
  // A failed run keeps nothing: the next run begins with the first agent again.
  const failed = [call('transfer_to_refunds'), { fault: { kind: 'reset' } } as const, { user: 'hi' }];
  expect(found(...failed, call('look_up', lookUp))).not.toContain('unknown-tool');
  expect(found(...failed, call('issue_refund'))).toContain('unknown-tool');
});
