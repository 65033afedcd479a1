/** Generated scripts keep to what the requests of the agents allow. A few break it, and say so. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Agent, tool, type CompletionRequest } from 'swarmcheck';
import { scriptFor } from 'swarmcheck/fast-check';
import {
  runScenario,
  ScriptExhaustedError,
  ScriptMistakeError,
  ScriptNotFinishedError,
  type ModelStep,
  type ScenarioRun,
  type Step,
} from 'swarmcheck/testing';
import { scriptArbitrary } from '../../../src/property/script-generator/script-arbitrary.ts';
import { scriptFeatures } from '../../../src/property/script-generator/features.ts';
import type { Surface } from '../../../src/property/surface.ts';
import { assertProperty } from '../../support/property.ts';

type Limits = Pick<Agent, 'toolChoice' | 'parallelToolCalls'>;

const lookUp = tool({
  name: 'look_up',
  parameters: { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] },
  execute: () => 'found',
});
const forced = (name: string) => ({ type: 'function', function: { name } }) as const;

/** Two agents that hand off to each other. */
function desk(ofTriage: Partial<Limits>, ofRefunds: Partial<Limits> = {}): Agent {
  const to_refunds = () => refunds;
  const to_triage = () => triage;
  const triage: Agent = new Agent({ name: 'Triage', functions: [lookUp, to_refunds], ...ofTriage });
  const refunds: Agent = new Agent({ name: 'Refunds', functions: [lookUp, to_triage], ...ofRefunds });
  return triage;
}

const answersOf = (steps: readonly Step[]) =>
  steps.flatMap((step) => (typeof step === 'object' && !('user' in step) ? [step] : []));

/** Whether a model never gives this answer to this request. Written a second time, to compare the generator with. */
function breaks({ calls = [], say, fault, finishReason }: ModelStep, request: CompletionRequest): boolean {
  const { tool_choice: choice, parallel_tool_calls } = request;
  const names = typeof choice === 'object' && choice.type === 'function' ? [choice.function.name] : undefined;
  const isText = calls.length === 0 && say !== undefined && !fault && finishReason === undefined;
  return (
    (calls.length > 1 && parallel_tool_calls === false) ||
    (calls.length > 0 && choice === 'none') ||
    (isText && (choice === 'required' || names !== undefined)) ||
    (names !== undefined && calls.some((call) => !names.includes(call.tool)))
  );
}

const isMarked = ({ calls = [], hallucinated }: ModelStep) =>
  hallucinated === true || calls.some((call) => call.hallucinated || call.rawArgs !== undefined);

const limited: [string, Agent][] = [
  ['every agent must call a tool', desk({ toolChoice: 'required' }, { toolChoice: 'required' })],
  ['the first agent must call a tool', desk({ toolChoice: 'required' })],
  ['the second agent must call a tool', desk({}, { toolChoice: 'required' })],
  ['the first agent must hand off', desk({ toolChoice: forced('to_refunds') })],
  ['an agent must call one tool', desk({}, { toolChoice: forced('look_up') })],
  ['an agent may call no tool', desk({ toolChoice: 'none' })],
  ['the second agent may call no tool', desk({}, { toolChoice: 'none' })],
  ['one call in an answer', desk({ parallelToolCalls: false }, { parallelToolCalls: false })],
];

const misfits = [ScriptExhaustedError, ScriptMistakeError, ScriptNotFinishedError];
const misfitOf = ({ error, failures }: ScenarioRun) =>
  [error, ...failures.map(({ cause }) => cause)].find((cause) =>
    misfits.some((kind) => cause instanceof kind),
  );

/** The script, if it was played strictly; its answers that break the limits of their requests must be marked. */
async function breakingAnswers(agent: Agent, steps: Step[]): Promise<ModelStep[]> {
  const run = await runScenario({ agent, steps });
  expect(misfitOf(run)).toBeUndefined();
  const answers = answersOf(steps);
  const { requests } = run.trace;
  expect(requests).toHaveLength(answers.length);
  const wrong = answers.filter((answer, index) => breaks(answer, requests[index]!.request));
  expect(wrong.filter((answer) => !isMarked(answer))).toEqual([]);
  return wrong;
}

test.for(limited)('generated scripts play strictly: %s', async ([, agent]) => {
  await assertProperty(
    fc.asyncProperty(scriptFor(agent), async (steps) => {
      await breakingAnswers(agent, steps);
    }),
    { seed: 1, numRuns: 60 },
  );
});

const everyone = (limits: Partial<Limits>) => desk(limits, limits);
test.for<[title: string, Agent, isBreaking: (answer: ModelStep) => boolean]>([
  ['no call', everyone({ toolChoice: 'required' }), ({ hallucinated }) => hallucinated === true],
  ['a call', everyone({ toolChoice: 'none' }), ({ calls }) => calls !== undefined],
  ['two calls', everyone({ parallelToolCalls: false }), ({ calls = [] }) => calls.length > 1],
])('a tenth of the scripts breaks the limits, if it can: %s', ([, agent, isBreaking]) => {
  const scripts = fc.sample(scriptFor(agent, { features: { 'parallel-calls': 5 } }), {
    seed: 1,
    numRuns: 1000,
  });
  const share = scripts.filter((steps) => answersOf(steps).some(isBreaking)).length / 1000;
  expect(share).toBeGreaterThan(0.04);
  expect(share).toBeLessThan(0.12);
});

test('where a call is demanded, runs end with a refusal, also in the shortest script', async () => {
  const agent = desk({ toolChoice: 'required' });
  for (const maxSteps of [2, 3]) {
    const scripts = fc.sample(scriptFor(agent, { maxSteps }), { seed: maxSteps, numRuns: 50 });
    for (const steps of scripts) await breakingAnswers(agent, steps);
    const ends = scripts.map((steps) => answersOf(steps).at(-1)!);
    expect(ends.filter(({ refusal }) => refusal !== undefined).length).toBeGreaterThan(25);
  }
});

test('without refusals, an agent that must call a tool ends its runs with a marked text', async () => {
  const agent = desk({ toolChoice: 'required' }, { toolChoice: 'required' });
  const scripts = fc.sample(scriptFor(agent, { features: { refusal: false } }), { seed: 1, numRuns: 60 });
  for (const steps of scripts) await breakingAnswers(agent, steps);
  const ends = scripts.map((steps) => answersOf(steps).at(-1)!);
  expect(ends.filter(({ refusal }) => refusal !== undefined)).toEqual([]);
  expect(ends.filter(({ say, hallucinated }) => say !== undefined && hallucinated).length).toBeGreaterThan(
    30,
  );
});

test('where another agent may have been asked, an answer fits the requests of both', async () => {
  const summary = {
    type: 'object',
    properties: { summary: { type: 'string' } },
    required: ['summary'],
  } as const;
  const surface: Surface = {
    agents: [
      {
        name: 'Desk',
        toolChoice: 'required',
        tools: [{ name: 'escalate', parameters: summary, handsOffTo: 1 }],
      },
      { name: 'Support', tools: [] },
    ],
  };
  let count = 0;
  const agent = new Agent({
    toolChoice: 'required',
    functions: [
      tool({
        name: 'escalate',
        parameters: summary,
        execute: () => {
          count++;
          throw new Error('nobody is there');
        },
      }),
    ],
  });
  for (const steps of fc.sample(scriptArbitrary(surface), { seed: 1, numRuns: 60 }))
    await breakingAnswers(agent, steps);
  expect(count).toBeGreaterThan(30);
});

test('no call is made only to reach an agent that cannot be reached', () => {
  const steps = fc.sample(scriptFor(desk({ toolChoice: 'none' })), { seed: 1, numRuns: 200 });
  const calling = steps.filter((some) => answersOf(some).some(({ calls }) => calls));
  expect(calling.length).toBeGreaterThan(0);
  expect(calling.length).toBeLessThan(30);
});

test('an agent that must call one of many tools calls it in most scripts', () => {
  const others = Array.from({ length: 9 }, (_none, index) =>
    tool({ name: `other_${index}`, execute: () => '' }),
  );
  const agent = new Agent({ functions: [lookUp, ...others], toolChoice: forced('look_up') });
  const scripts = fc.sample(scriptFor(agent), { seed: 1, numRuns: 300 });
  const calling = scripts.filter((steps) =>
    answersOf(steps).some(({ calls = [] }) => calls.some((call) => call.tool === 'look_up')),
  );
  expect(calling.length / 300).toBeGreaterThan(0.6);
});

test('an agent that must hand off does so in most scripts', () => {
  const agent = desk({ toolChoice: forced('to_refunds') });
  const others = Object.keys(scriptFeatures).filter((name) => name !== 'handoffs');
  const features = Object.fromEntries(others.map((name) => [name, false]));
  const scripts = fc.sample(scriptFor(agent, { features }), { seed: 1, numRuns: 300 });
  const calling = scripts.filter((steps) => answersOf(steps).some(({ calls }) => calls));
  expect(calling.length / 300).toBeGreaterThan(0.7);
});

test('the requests of an agent without tools demand nothing', () => {
  const samples = ([undefined, 'required'] as const).map((toolChoice) =>
    fc.sample(scriptFor(new Agent({ toolChoice })), { seed: 1, numRuns: 100 }),
  );
  expect(samples[0]).toEqual(samples[1]);
});

test('scripts for agents without limits are not changed by saying so', () => {
  const plain = fc.sample(scriptFor(desk({})), { seed: 1, numRuns: 50 });
  const auto = desk({ toolChoice: 'auto', parallelToolCalls: true });
  expect(fc.sample(scriptFor(auto), { seed: 1, numRuns: 50 })).toEqual(plain);
});
