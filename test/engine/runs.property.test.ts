import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  callTool,
  callTools,
  refuse,
  say,
  scriptedProvider,
  traceOf,
  type CallStep,
  type ModelStep,
} from 'swarmcheck/testing';
import { streamed, toolContents, unstreamed } from '../support/runs.ts';
import { agents } from '../support/two-agents.ts';
import { assertProperty } from '../support/property.ts';

const keys = fc.constantFrom('a', 'b', '__proto__', 'constructor');
const calls: fc.Arbitrary<CallStep> = fc.oneof(
  fc.constantFrom('move', 'fail', 'odd').map((name) => callTool(name)),
  fc
    .tuple(keys, fc.jsonValue({ maxDepth: 1 }))
    .map(([key, value]) => callTool('set', JSON.stringify({ key, value }))),
  fc.jsonValue({ maxDepth: 1 }).map((value) => callTool('write', { key: 'b', value })),
  fc
    .tuple(fc.constantFrom('set', 'nothing'), fc.string({ maxLength: 6 }))
    .map(([name, rawArgs]) => callTool(name, rawArgs)),
);
const texts = fc.string({ unit: 'grapheme', maxLength: 10 });
const turns: fc.Arbitrary<ModelStep> = fc
  .tuple(fc.array(calls, { minLength: 1, maxLength: 4 }), fc.option(texts, { nil: undefined }))
  .map(([[one, ...more], content]) =>
    callTools([one!, ...more], content === undefined ? {} : { say: content }),
  );
const endings: fc.Arbitrary<ModelStep> = fc.oneof(
  texts.map((content) => say(content)),
  texts.map((refusal) => refuse(refusal)),
);
const scripts = fc
  .tuple(fc.array(turns, { maxLength: 4 }), endings)
  .map(([list, ending]) => [...list, ending]);

test('a streamed run and an unstreamed run give the same response and the same trace', async () => {
  await assertProperty(
    fc.asyncProperty(
      scripts,
      fc.option(fc.nat(5), { nil: undefined }),
      fc.boolean(),
      async (steps, limit, executeTools) => {
        const trial = () => ({
          agent: agents(),
          provider: scriptedProvider(steps),
          contextVariables: { a: 0 },
          maxTurns: limit ?? Infinity,
          executeTools,
        });
        const [whole, pieces] = [await unstreamed(trial()), await streamed(trial())];
        expect(pieces.messages).toEqual(whole.messages);
        expect(pieces.contextVariables).toEqual(whole.contextVariables);
        expect([pieces.agent.name, pieces.stopReason]).toEqual([whole.agent.name, whole.stopReason]);
        expect(traceOf(pieces).hash).toBe(traceOf(whole).hash);
      },
    ),
    { seed: 1, numRuns: 300 },
  );
});

test('every call is answered once, in order, right after the message that contains it', async () => {
  await assertProperty(
    fc.asyncProperty(scripts, async (steps) => {
      const { messages } = await unstreamed({ agent: agents(), steps });
      for (const [index, message] of messages.entries()) {
        const ids =
          'tool_calls' in message && message.tool_calls ? message.tool_calls.map(({ id }) => id) : [];
        const answers = messages.slice(index + 1, index + 1 + ids.length);
        expect(answers.map((answer) => ('tool_call_id' in answer ? answer.tool_call_id : undefined))).toEqual(
          ids,
        );
      }
      expect(toolContents({ messages }).every((content) => typeof content === 'string')).toBe(true);
    }),
    { seed: 1, numRuns: 200 },
  );
});
