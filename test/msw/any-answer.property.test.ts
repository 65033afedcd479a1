import fc from 'fast-check';
import { mockModel } from 'swarmcheck/msw';
import { callTool, callTools, say, type CallStep } from 'swarmcheck/testing';
import { expect, test } from 'vitest';
import { bareClient, hello, offer } from '../support/openai-client.ts';
import { assertProperty } from '../support/property.ts';

/** Any character, halves of surrogate pairs (which JSON can carry), and what frames a stream. */
const part = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  fc.constantFrom('\ud83d', '\ude00', '\ufeff', '\r\n\n', 'data: '),
);
// The stream helper of the client treats an empty text as no text.
const text = fc.string({ unit: part, minLength: 1, maxLength: 20 });

async function streamedMessage(tools: readonly string[]) {
  const request = { ...hello, ...(tools.length > 0 && { tools: tools.map((name) => offer(name)) }) };
  const completion = await bareClient().chat.completions.stream(request).finalChatCompletion();
  return completion.choices[0]!.message;
}

test('any text survives a stream, wherever its bytes are split', async () => {
  await assertProperty(
    fc.asyncProperty(text, async (said) => {
      using mock = mockModel([say(said)]);
      expect((await streamedMessage([])).content).toBe(said);
      expect(mock.requests).toHaveLength(1);
    }),
    { seed: 14, examples: [['🇺🇳'.repeat(300)], ['𐍈'.repeat(999)], ['ÿ']] },
  );
});

test('the arguments of any number of calls survive a stream', async () => {
  const args = fc.oneof(
    fc.dictionary(text, fc.oneof(text, fc.jsonValue({ maxDepth: 1 })), { maxKeys: 2 }),
    text,
  );
  const call = args.map((given) => callTool('note', given, { hallucinated: true }));
  const calls = fc
    .array(call, { maxLength: 4 })
    .filter((list): list is [CallStep, ...CallStep[]] => list.length > 0);
  await assertProperty(
    fc.asyncProperty(calls, async (list) => {
      using mock = mockModel([callTools(list)]);
      const { tool_calls: received } = await streamedMessage(['note']);
      const sent = list.map(({ calls: [one] }) => one.rawArgs ?? JSON.stringify(one.args));
      expect(received?.map((one) => one.type === 'function' && one.function.arguments)).toEqual(sent);
      expect(mock.requests).toHaveLength(1);
    }),
    { seed: 15 },
  );
});
