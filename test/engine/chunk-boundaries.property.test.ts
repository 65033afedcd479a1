import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Agent, tool } from 'swarmcheck';
import { traceOf } from 'swarmcheck/testing';
import { chunk, chunking, completing, completion } from '../support/completions.ts';
import { streamed, unstreamed } from '../support/runs.ts';
import { assertProperty } from '../support/property.ts';

interface Answer {
  content: string | null;
  refusal: string | undefined;
  calls: { id: string; type: 'function'; function: { name: string; arguments: string } }[];
}

/** How an answer is cut into chunks: every choice that a server has. */
interface Cutting {
  /** The positions at which texts are cut. */
  cuts: number[];
  /** Which lane (the content, the refusal or a call) gives the next piece. */
  turns: number[];
  /** Whether neighboring pieces of calls come in one delta. */
  joined: boolean[];
  /** Whether a later piece repeats the id, type and name of its call. */
  repeats: boolean;
  /** Whether the finish reason comes with the last delta, or in a chunk of its own. */
  finishWithLast: boolean;
  /** Whether a usage chunk follows. */
  usage: boolean;
}

const text = fc.string({ unit: 'binary', maxLength: 12 });
const args = fc.oneof(fc.json({ maxDepth: 1 }), text);
const answers: fc.Arbitrary<Answer> = fc.record({
  content: fc.option(text),
  refusal: fc.option(text, { nil: undefined }),
  calls: fc.array(fc.tuple(fc.constantFrom('echo', 'ping', 'nothing'), args), { maxLength: 4 }).map((list) =>
    list.map(([name, rawArgs], index) => ({
      id: `id-${index}`,
      type: 'function' as const,
      function: { name, arguments: rawArgs },
    })),
  ),
});
const cuttings: fc.Arbitrary<Cutting> = fc.record({
  cuts: fc.array(fc.nat(12), { maxLength: 6 }),
  turns: fc.array(fc.nat(5), { maxLength: 40 }),
  joined: fc.array(fc.boolean(), { maxLength: 40 }),
  repeats: fc.boolean(),
  finishWithLast: fc.boolean(),
  usage: fc.boolean(),
});

const agent = new Agent({
  functions: [
    tool({
      name: 'echo',
      parameters: { type: 'object', additionalProperties: true },
      execute: (given) => given,
    }),
    function ping() {
      return 'pong';
    },
  ],
});

test('an answer gives the same response and the same hash however it is cut into chunks', async () => {
  await assertProperty(
    fc.asyncProperty(answers, cuttings, async (answer, cutting) => {
      const { content, refusal, calls } = answer;
      const message = {
        role: 'assistant',
        content,
        ...(refusal === undefined ? {} : { refusal }),
        ...(calls.length > 0 ? { tool_calls: calls } : {}),
      };
      const finishReason = calls.length > 0 ? 'tool_calls' : 'stop';

      const whole = await unstreamed({
        agent,
        provider: completing(completion(message, finishReason)),
        maxTurns: 1,
      });
      const pieces = await streamed({
        agent,
        provider: chunking(cut(answer, finishReason, cutting)),
        maxTurns: 1,
      });

      expect(pieces).toEqual(whole);
      expect(traceOf(pieces).hash).toBe(traceOf(whole).hash);
    }),
    { seed: 1, numRuns: 500 },
  );
});

function cut(answer: Answer, finishReason: string, cutting: Cutting): unknown[] {
  const lanes = [
    piecesOf(answer.content ?? '', cutting).map((content): object => ({ content })),
    answer.refusal === undefined
      ? []
      : piecesOf(answer.refusal, cutting).map((refusal): object => ({ refusal })),
    ...answer.calls.map((call, index) => callPieces(call, index, cutting)),
  ];
  const opening = { role: 'assistant', ...(answer.content === null ? { content: null } : { content: '' }) };
  const deltas = [
    opening,
    ...joined(interleaved(answer.content === null ? lanes.slice(1) : lanes, cutting), cutting),
  ];
  const last = cutting.finishWithLast ? deltas.pop()! : {};
  const chunks: unknown[] = [...deltas.map((delta) => chunk(delta)), chunk(last, finishReason)];
  if (cutting.usage)
    chunks.push({
      ...chunk({}),
      choices: [],
      usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
    });
  return chunks;
}

/** A text in one or more pieces; a piece may be empty. */
function piecesOf(value: string, { cuts }: Cutting): string[] {
  const places = [
    0,
    ...cuts.map((place) => place % (value.length + 1)).toSorted((left, right) => left - right),
    value.length,
  ];
  return places.slice(1).map((end, index) => value.slice(places[index], end));
}

function callPieces(
  { id, type, function: { name, arguments: rawArgs } }: Answer['calls'][number],
  index: number,
  cutting: Cutting,
): object[] {
  return piecesOf(rawArgs, cutting).map((piece, position) => {
    const full = { index, id, type, function: { name, arguments: piece } };
    const named = position === 0 || cutting.repeats;
    return { tool_calls: [named ? full : { index, function: { arguments: piece } }] };
  });
}

/** Merges the lanes into one list. Each lane keeps its own order. */
function interleaved(lanes: object[][], { turns }: Cutting): object[] {
  const rest = lanes.map((lane) => [...lane]);
  const merged: object[] = [];
  for (let step = 0; ; step++) {
    const open = rest.filter((lane) => lane.length > 0);
    if (open.length === 0) return merged;
    merged.push(open[(turns[step] ?? 0) % open.length]!.shift()!);
  }
}

function joined(deltas: object[], cutting: Cutting): object[] {
  return deltas.reduce<object[]>((list, delta, index) => {
    const before = list.at(-1);
    if (before && cutting.joined[index] && 'tool_calls' in before && 'tool_calls' in delta) {
      list[list.length - 1] = {
        tool_calls: [...(before.tool_calls as object[]), ...(delta.tool_calls as object[])],
      };
    } else {
      list.push(delta);
    }
    return list;
  }, []);
}
