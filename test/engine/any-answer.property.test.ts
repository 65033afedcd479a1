import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Agent, InvalidCompletionError, tool } from 'swarmcheck';
import { callTool, say } from 'swarmcheck/testing';
import { asking, chunk, chunking, completing, completion, saying } from '../support/completions.ts';
import { streamed, toolContents, unstreamed } from '../support/runs.ts';
import { assertProperty } from '../support/property.ts';

const parameters = {
  type: 'object',
  properties: { key: { type: 'string' }, value: {} },
  required: ['key'],
} as const;

let executed: unknown[] = [];
const agent = new Agent({
  functions: [
    tool({
      name: 'set',
      parameters,
      execute: (args) => {
        executed.push(args);
        return `set ${typeof args.key}`;
      },
    }),
    function move() {
      return 'moved';
    },
  ],
});

/** Whether the arguments are valid: the rules of the schema, written out by hand. */
function fits(rawArgs: string): boolean {
  let args: unknown;
  try {
    args = JSON.parse(rawArgs);
  } catch {
    return false;
  }
  if (typeof args !== 'object' || args === null || !('key' in args) || typeof args.key !== 'string')
    return false;
  return Object.keys(args).every((name) => name === 'key' || name === 'value');
}

test('every call is answered, and its tool runs only if the arguments are valid', async () => {
  const seen = { fitting: 0, others: 0 };
  await assertProperty(
    fc.asyncProperty(
      fc.oneof(
        fc.json(),
        fc.string(),
        fc
          .record({ key: fc.jsonValue(), more: fc.jsonValue() }, { requiredKeys: [] })
          .map((args) => JSON.stringify(args)),
        fc
          .record({ key: fc.string(), value: fc.jsonValue() }, { requiredKeys: ['key'] })
          .map((args) => JSON.stringify(args)),
      ),
      async (rawArgs) => {
        const [content] = toolContents(
          await unstreamed({ agent, steps: [callTool('set', rawArgs), say('ok')] }),
        );
        const isFitting = fits(rawArgs);
        seen[isFitting ? 'fitting' : 'others']++;
        expect(content).toMatch(isFitting ? /^set string$/ : /^Error: Invalid arguments for tool set\. /);
        expect(executed).toEqual(isFitting ? [JSON.parse(rawArgs)] : []);
        executed = [];
      },
    ),
    { seed: 1, numRuns: 300 },
  );
  expect(Math.min(seen.fitting, seen.others)).toBeGreaterThan(50);
});

const nearlyCalls = fc.record(
  {
    id: fc.constantFrom('a', '', 7, null),
    function: fc.constantFrom(
      { name: 'move', arguments: '{}' },
      { name: 7 },
      { arguments: '{}' },
      null,
      'move',
    ),
  },
  { requiredKeys: [] },
);
const nearlyMessages = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.record(
    {
      role: fc.constant('assistant'),
      content: fc.jsonValue({ maxDepth: 1 }),
      tool_calls: fc.oneof(fc.array(nearlyCalls, { maxLength: 3 }), fc.jsonValue({ maxDepth: 1 })),
    },
    { requiredKeys: [] },
  ),
  fc.array(nearlyCalls, { maxLength: 3 }).map((list) => asking(...list)),
);
const finishReasons = fc.constantFrom('stop', 'tool_calls', 'length', null, 7, undefined);

test('for any answer of a provider, a run completes or rejects with an InvalidCompletionError', async () => {
  const answers = fc.oneof(
    fc.jsonValue(),
    fc.record({ choices: fc.jsonValue() }),
    fc
      .tuple(nearlyMessages, finishReasons)
      .map(([message, reason]) => ({ choices: [{ message, finish_reason: reason }] })),
  );
  await assertProperty(
    fc.asyncProperty(answers, async (answer) => {
      const outcome = await unstreamed({ agent, provider: completing(answer, saying('ok')) }).catch(
        (error: unknown) => error,
      );
      expect(
        outcome instanceof InvalidCompletionError ||
          (outcome as { stopReason: unknown }).stopReason === 'completed',
      ).toBe(true);
    }),
    { seed: 1, numRuns: 500 },
  );
});

test('for any stream of a provider, a run completes or rejects with an InvalidCompletionError', async () => {
  const deltas = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.record(
      {
        role: fc.jsonValue({ maxDepth: 0 }),
        content: fc.jsonValue({ maxDepth: 1 }),
        tool_calls: fc.oneof(fc.array(nearlyCalls, { maxLength: 3 }), fc.jsonValue({ maxDepth: 1 })),
      },
      { requiredKeys: [] },
    ),
  );
  const chunks = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc
      .tuple(deltas, finishReasons)
      .map(([delta, finish_reason]) => ({ choices: [{ index: 0, delta, finish_reason }] })),
  );
  await assertProperty(
    fc.asyncProperty(fc.array(chunks, { maxLength: 4 }), async (list) => {
      const provider = chunking(list, [chunk({ role: 'assistant', content: 'ok' }, 'stop')]);
      const outcome = await streamed({ agent, provider }).catch((error: unknown) => error);
      expect(
        outcome instanceof InvalidCompletionError ||
          (outcome as { stopReason: unknown }).stopReason === 'completed',
      ).toBe(true);
    }),
    { seed: 1, numRuns: 500 },
  );
});

test('any JSON in the context reaches the response as a copy that shares no object with the input', async () => {
  await assertProperty(
    fc.asyncProperty(fc.dictionary(fc.string(), fc.jsonValue()), async (contextVariables) => {
      const before = structuredClone(contextVariables);
      const response = await unstreamed({
        contextVariables,
        provider: completing(completion({ role: 'assistant', content: 'ok' })),
      });
      expect(response.contextVariables).toEqual(contextVariables);
      expect(contextVariables).toEqual(before);
      const shared = Object.entries(contextVariables).filter(
        ([key, value]) => isObject(value) && response.contextVariables[key] === value,
      );
      expect(shared).toEqual([]);
    }),
    { seed: 1, numRuns: 200 },
  );
});

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}
