import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  callTool,
  callTools,
  modelFails,
  refuse,
  say,
  user,
  type CallStep,
  type ModelStep,
  type Scenario,
  type Step,
} from 'swarmcheck/testing';
import { agents } from '../support/two-agents.ts';
import { playInAll } from '../support/ways.ts';
import { assertProperty } from '../support/property.ts';

/** Text of any characters, lone surrogates included, because JSON can carry them. */
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc
    .array(fc.constantFrom('\ud83e', '\udd16', '🤖', 'ü', 'a', '\n', '\u2028', '\0'), { maxLength: 20 })
    .map((list) => list.join('')),
);
const keys = fc.constantFrom('a', 'ü', '__proto__', 'constructor');
const calls: fc.Arbitrary<CallStep> = fc.oneof(
  fc.constantFrom('move', 'fail').map((name) => callTool(name)),
  fc.tuple(keys, fc.jsonValue({ maxDepth: 2 })).map(([key, value]) => callTool('set', { key, value })),
  fc.tuple(fc.constantFrom('set', 'nothing'), text).map(([name, rawArgs]) => callTool(name, rawArgs)),
  fc.tuple(fc.constantFrom('set', 'nothing'), fc.json()).map(([name, rawArgs]) => callTool(name, rawArgs)),
  fc.dictionary(text, text).map((args) => callTool('set', args, { hallucinated: true })),
);
const counts = fc.record({ prompt_tokens: fc.nat(), completion_tokens: fc.nat(), total_tokens: fc.nat() });
const options = fc.record({ say: text, usage: counts }, { requiredKeys: [] });
const turns: fc.Arbitrary<ModelStep> = fc
  .tuple(fc.array(calls, { minLength: 1, maxLength: 4 }), options)
  .map(([[one, ...more], options]) => callTools([one!, ...more], options));
const answers: fc.Arbitrary<ModelStep> = fc.oneof(
  text.map((content) => say(content)),
  text.map((refusal) => refuse(refusal)),
  fc.tuple(text, counts).map(([content, usage]) => say(content, { usage, finishReason: 'length' })),
);
const failures = fc
  .oneof(
    fc.constantFrom(400, 429, 503).map((status) => ({ kind: 'status', status }) as const),
    fc.constantFrom(
      { kind: 'reset' } as const,
      { kind: 'html' } as const,
      { kind: 'no-finish-reason' } as const,
    ),
  )
  .map((fault) => modelFails(fault));
const damaged: fc.Arbitrary<ModelStep> = fc
  .tuple(fc.oneof(turns, answers), fc.constantFrom('error' as const, 'end' as const), fc.nat(1))
  .map(([step, by, afterChunks]) => ({ ...step, fault: { kind: 'cut', by, afterChunks } }));
const steps: fc.Arbitrary<Step[]> = fc
  .array(
    fc.oneof(
      { weight: 6, arbitrary: turns },
      { weight: 3, arbitrary: answers },
      { weight: 2, arbitrary: text.map((content) => user(content)) },
      { weight: 1, arbitrary: failures },
      { weight: 1, arbitrary: damaged },
    ),
    { maxLength: 7 },
  )
  .map((list) => [user('hi'), ...list]);

test('the trace, the error and the verdict of any script are the same in all four play modes', async () => {
  const seen = new Map<string, number>();
  await assertProperty(
    fc.asyncProperty(steps, fc.nat(5), async (steps, maxTurns) => {
      const scenario: Scenario = { agent: agents, steps, maxTurns, contextVariables: { a: 0 } };
      const [first, ...others] = await playInAll(scenario);
      for (const other of others) {
        expect(other.trace.diff(first!.trace)).toBeUndefined();
        expect(other.trace.hash).toBe(first!.trace.hash);
        expect(other.error?.constructor).toBe(first!.error?.constructor);
        expect(other.response?.messages).toEqual(first!.response?.messages);
        expect(other.response?.contextVariables).toEqual(first!.response?.contextVariables);
        expect(other.passed).toBe(first!.passed);
      }
      const { outcome, toolCalls } = first!.trace;
      for (const what of [outcome, ...toolCalls.map(({ error }) => error ?? 'ok')])
        seen.set(what, (seen.get(what) ?? 0) + 1);
    }),
    { seed: 7, numRuns: 250 },
  );
  // Each outcome and each kind of tool result happened often.
  for (const what of [
    'completed',
    'failed',
    'max_turns',
    'ok',
    'threw',
    'unknown-tool',
    'invalid-json',
    'invalid-arguments',
  ])
    expect([what, (seen.get(what) ?? 0) > 10]).toEqual([what, true]);
}, 60_000);
