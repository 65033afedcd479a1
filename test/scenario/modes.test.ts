import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import {
  callTool,
  callTools,
  modelFails,
  refuse,
  runScenario,
  say,
  user,
  type CallStep,
  type Fault,
  type Scenario,
  type Step,
} from 'swarmcheck/testing';
import { messagesOf } from '../support/failures.ts';
import { playRefund, refundSteps, triage } from '../support/agents.ts';
import { assertProperty } from '../support/property.ts';

const scenarios: [what: string, scenario: Partial<Scenario>][] = [
  ['a handoff and a refund', {}],
  ['several runs', { steps: [...refundSteps, user('Thanks!'), say('You are welcome.')] }],
  ['leftovers', { steps: [...refundSteps, say('Anything else?')] }],
  ['a request beyond the script', { steps: refundSteps.slice(0, 3) }],
  ['a mistake in the script', { steps: [user('x'), callTool('nothing')] }],
  ['a cut off', { maxTurns: 1, steps: refundSteps.slice(0, 2) }],
  ['an interruption', { executeTools: false, steps: refundSteps.slice(0, 2) }],
  [
    'a wrong call',
    {
      steps: [
        user('x'),
        callTool('nothing', {}, { hallucinated: true }),
        callTool('transfer_to_refunds', '{'),
        say('Sorry.'),
      ],
    },
  ],
  ['a refusal', { steps: [user('x'), refuse('I will not do that, and never have.')] }],
  [
    'a text beside calls',
    { steps: [user('x'), callTool('transfer_to_refunds', {}, { say: 'One moment, please.' }), say('Here.')] },
  ],
  [
    'usage',
    { steps: [user('x'), say('y', { usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 } })] },
  ],
  ['a stub', { tools: { issue_refund: { done: true } } }],
  ['expectations that are not met', { expect: { agents: ['Sales'], toolCalls: [], finalMessage: 'x' } }],
];

test.for(scenarios)('streamed or not, trace and verdict are the same: %s', async ([, different]) => {
  const scenario: Scenario = { agent: triage, steps: refundSteps, ...different };
  const [whole, streamed] = [await runScenario(scenario), await runScenario(scenario, { stream: true })];
  expect(streamed.trace.diff(whole.trace)).toBeUndefined();
  expect(streamed.trace.hash).toBe(whole.trace.hash);
  expect(streamed.passed).toBe(whole.passed);
  expect(messagesOf(streamed)).toEqual(messagesOf(whole));
  expect(streamed.response?.messages).toEqual(whole.response?.messages);
});

const faults: Fault[] = [
  { kind: 'status', status: 429 },
  { kind: 'reset' },
  { kind: 'malformed-json' },
  { kind: 'html' },
  { kind: 'empty-choices' },
  { kind: 'missing-choices' },
  { kind: 'no-finish-reason' },
  { kind: 'cut', afterChunks: 1, by: 'error' },
  { kind: 'cut', afterChunks: 1, by: 'end' },
  { kind: 'bad-frame', afterChunks: 1 },
];

test.for(faults)('streamed or not, trace and class of error are the same: $kind', async (fault) => {
  const steps = [...refundSteps.slice(0, 3), modelFails(fault)];
  const [whole, streamed] = [
    await runScenario({ agent: triage, steps }),
    await runScenario({ agent: triage, steps }, { stream: true }),
  ];
  expect(streamed.trace.hash).toBe(whole.trace.hash);
  expect(streamed.error?.constructor).toBe(whole.error?.constructor);
});

const text = fc.string({ unit: 'binary', maxLength: 12 });
const call: fc.Arbitrary<CallStep> = fc.oneof(
  fc.constant(callTool('transfer_to_refunds', {}, { hallucinated: true })),
  fc.constant(callTool('back_to_triage', {}, { hallucinated: true })),
  text.map((orderId) => callTool('issue_refund', { orderId }, { hallucinated: true })),
  text.map((raw) => callTool('look_up', raw)),
);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.array(call, { minLength: 1, maxLength: 3 }).map((calls) => callTools(calls as [CallStep])),
  },
  text.map((content) => say(content)),
  text.map((content) => refuse(content)),
  text.map((content) => user(content)),
  fc.constantFrom(...faults).map((fault) => modelFails(fault)),
);

test('streamed or not, trace and verdict of any script are the same', async () => {
  const outcomes = new Set<string>();
  await assertProperty(
    fc.asyncProperty(fc.array(step, { maxLength: 8 }), fc.nat(5), async (steps, maxTurns) => {
      const scenario: Scenario = { agent: triage, steps: [user('hi'), ...steps], maxTurns };
      const [whole, streamed] = [await runScenario(scenario), await runScenario(scenario, { stream: true })];
      expect(streamed.trace.diff(whole.trace)).toBeUndefined();
      expect(streamed.trace.hash).toBe(whole.trace.hash);
      expect([streamed.passed, streamed.failures.length]).toEqual([whole.passed, whole.failures.length]);
      outcomes.add(whole.trace.outcome);
    }),
    { seed: 6, numRuns: 300 },
  );
  expect([...outcomes].toSorted()).toEqual(['completed', 'failed', 'max_turns']);
});

test('the default transport is in-process', async () => {
  const scenario = { agent: triage, steps: refundSteps, contextVariables: { user: 'Ann' } };
  const run = await runScenario(scenario, { transport: 'in-process' });
  // The trace is the same with both transports, but only "http" uses the openai client.
  vi.doMock('openai', () => {
    throw new Error('It was loaded.');
  });
  try {
    expect((await playRefund()).trace.hash).toBe(run.trace.hash);
    await expect(runScenario(scenario, { transport: 'http' })).rejects.toThrow('openai');
  } finally {
    vi.doUnmock('openai');
  }
});

test('a seed is refused as an option, because an in-process run makes no random choices', async () => {
  const options: object = { seed: 5 };
  await expect(runScenario({ agent: triage, steps: refundSteps }, options)).rejects.toThrow(
    'runScenario has no field "seed". Its fields: transport, stream, provider, signal.',
  );
});
