import fc from 'fast-check';
import { ChatCompletionStream } from 'openai/lib/ChatCompletionStream';
import { expect, test } from 'vitest';
import { Agent, Swarm, type ChatCompletion, type ChatCompletionChunk, type Response } from 'swarmcheck';
import { scriptedProvider, traceOf, type ModelStep, type ToolCallStep } from 'swarmcheck/testing';
import { readAll } from '../support/completions.ts';
import { request } from './ask.ts';
import { assertProperty } from '../support/property.ts';

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: fc.constantFrom('😀', 'a', '\n', '"') }),
);
const wellFormed = fc
  .string({ unit: 'binary', maxLength: 3000 })
  .filter((each) => !/\p{Surrogate}/u.test(each));
const call: fc.Arbitrary<ToolCallStep> = fc.oneof(
  fc.record({
    tool: fc.constantFrom('a', 'b'),
    args: fc.dictionary(text, fc.jsonValue()),
    hallucinated: fc.constant(true),
  }),
  fc.record({ tool: fc.constantFrom('a', 'b'), rawArgs: text }),
);
const usage = fc.record({ prompt_tokens: fc.nat(), completion_tokens: fc.nat(), total_tokens: fc.nat() });
const step: fc.Arbitrary<ModelStep> = fc
  .record(
    {
      say: text,
      refusal: text,
      calls: fc.array(call, { minLength: 1, maxLength: 4 }),
      usage,
      finishReason: fc.constantFrom('stop', 'tool_calls', 'length'),
    },
    { requiredKeys: [] },
  )
  .filter(({ say, refusal, calls }) => (say ?? refusal ?? calls) !== undefined);

test('the openai client folds the streamed chunks into the unstreamed completion', async () => {
  await assertProperty(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 3 }), async (steps) => {
      const [whole, streamed] = [scriptedProvider(steps), scriptedProvider(steps)];
      for (let answer = 0; answer < steps.length; answer++) {
        const completion = await whole.complete(request());
        const folded = await foldedByClient(await readAll(streamed.stream(request())));
        expect(comparable(folded)).toEqual(comparable(completion));
      }
    }),
    { seed: 1, numRuns: 100 },
  );
});

test('a streamed and an unstreamed run of an answer have the same hash, messages and error', async () => {
  await assertProperty(
    fc.asyncProperty(step, async (answer) => {
      expect(await outcomeOf(answer, true)).toEqual(await outcomeOf(answer, false));
    }),
    { seed: 2, numRuns: 300 },
  );
});

test('a well-formed text is cut into well-formed pieces', async () => {
  await assertProperty(
    fc.asyncProperty(wellFormed, async (say) => {
      const chunks = await readAll(scriptedProvider([{ say }]).stream(request()));
      const pieces = chunks.flatMap(({ choices }) => choices[0]?.delta.content ?? []);
      expect(pieces.join('')).toBe(say);
      expect(pieces.filter((piece) => /\p{Surrogate}/u.test(piece))).toEqual([]);
    }),
    { seed: 1, numRuns: 300 },
  );
});

/** The hash of a run that stops before its tools, with its messages or its error. */
async function outcomeOf(answer: ModelStep, stream: boolean): Promise<object> {
  const swarm = new Swarm({ provider: scriptedProvider([answer]) });
  const options = {
    agent: new Agent(),
    messages: [{ role: 'user', content: 'hi' } as const],
    executeTools: false,
  };
  try {
    let response: Response | undefined;
    if (stream)
      for await (const event of swarm.run({ ...options, stream: true }))
        response = 'response' in event ? event.response : undefined;
    else response = await swarm.run(options);
    return { hash: traceOf(response!).hash, messages: response!.messages };
  } catch (error) {
    return { hash: traceOf(error as Error).hash, error: (error as Error).name };
  }
}

/** The completion that the openai client's own streaming helper folds from chunks. */
function foldedByClient(chunks: ChatCompletionChunk[]): Promise<ChatCompletion> {
  const lines = chunks.map((chunk) => `${JSON.stringify(chunk)}\n`).join('');
  return ChatCompletionStream.fromReadableStream(new Blob([lines]).stream()).finalChatCompletion();
}

/** The parts of a completion to compare. The client turns an empty text into null. */
function comparable({ id, created, model, choices, usage: tokens }: ChatCompletion): object {
  return {
    id,
    created,
    model,
    usage: tokens ?? null,
    choices: choices.map(({ index, finish_reason, message }) => ({
      index,
      finish_reason,
      content: message.content || null,
      refusal: message.refusal || null,
      calls: (message.tool_calls ?? []).map((each) =>
        each.type === 'function' ? [each.id, each.function.name, each.function.arguments] : [],
      ),
    })),
  };
}
