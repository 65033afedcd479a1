import { expect, test } from 'vitest';
import type { ChatCompletionChunk } from 'swarmcheck';
import { callTool, callTools, refuse, say, scriptedProvider, type ModelStep } from 'swarmcheck/testing';
import { readAll } from '../support/completions.ts';
import { request } from './ask.ts';

const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 };

const chunksOf = (step: ModelStep) => readAll(scriptedProvider([step]).stream(request()));

function contentsOf(chunks: ChatCompletionChunk[]): string[] {
  return chunks.flatMap(({ choices }) => choices[0]?.delta.content ?? []);
}

test('an answer is streamed as role, content and finish reason', async () => {
  expect(await chunksOf(say('ok'))).toStrictEqual([
    chunk({ role: 'assistant', content: '' }),
    chunk({ content: 'ok' }),
    chunk({}, 'stop'),
  ]);
});

test('a word is split into several chunks', async () => {
  const contents = contentsOf(await chunksOf(say('Internationalisation')));
  expect(contents.filter((text) => text !== '').length).toBeGreaterThan(2);
  expect(contents.join('')).toBe('Internationalisation');
});

test('arguments are split into several chunks, after the name and the id', async ({ expect }) => {
  const chunks = await chunksOf(callTool('look_up', { q: 'Tokyo' }, { hallucinated: true }));
  expect(chunks.flatMap(({ choices }) => choices[0]?.delta.tool_calls ?? [])).toMatchInlineSnapshot(`
    [
      {
        "function": {
          "arguments": "",
          "name": "look_up",
        },
        "id": "call_1",
        "index": 0,
        "type": "function",
      },
      {
        "function": {
          "arguments": "{"q",
        },
        "index": 0,
      },
      {
        "function": {
          "arguments": "":"To",
        },
        "index": 0,
      },
      {
        "function": {
          "arguments": "ky",
        },
        "index": 0,
      },
      {
        "function": {
          "arguments": "o"}",
        },
        "index": 0,
      },
    ]
  `);
});

test('the arguments of parallel calls interleave', async () => {
  const calls = callTools([
    callTool('a', { x: 'first' }, { hallucinated: true }),
    callTool('b', { y: 'second' }, { hallucinated: true }),
  ]);
  const chunks = await chunksOf(calls);
  const order = chunks.flatMap(({ choices }) =>
    (choices[0]?.delta.tool_calls ?? []).map(({ index }) => index),
  );
  expect(order.join('')).toMatch(/01.*01.*01/);
});

test('the chunk with the finish reason follows the content', async () => {
  const chunks = await chunksOf(callTool('a', {}, { hallucinated: true }));
  expect(chunks.map(({ choices }) => choices[0]?.finish_reason)).toEqual([null, null, null, 'tool_calls']);
});

test('usage follows in a chunk without choices', async () => {
  const chunks = await chunksOf(say('ok', { usage }));
  expect(chunks.at(-1)).toMatchObject({ choices: [], usage });
  expect(chunks.slice(0, -1).every((each) => !('usage' in each))).toBe(true);
});

test('a refusal is split into pieces of its own', async () => {
  const chunks = await chunksOf(refuse('I cannot do that.'));
  const refusals = chunks.flatMap(({ choices }) => choices[0]?.delta.refusal ?? []);
  expect(refusals.length).toBeGreaterThan(1);
  expect(refusals.join('')).toBe('I cannot do that.');
});

test('all chunks of an answer have one id, and 0 as their time', async () => {
  const provider = scriptedProvider([say('first'), say('second')]);
  const [first, second] = [
    await readAll(provider.stream(request())),
    await readAll(provider.stream(request())),
  ];
  expect(new Set(first.map(({ id }) => id))).toEqual(new Set(['chatcmpl-1']));
  expect(new Set(second.map(({ id }) => id))).toEqual(new Set(['chatcmpl-2']));
  expect([...first, ...second].every(({ created }) => created === 0)).toBe(true);
});

test('surrogate pairs are never split', async () => {
  const contents = contentsOf(await chunksOf(say('😀'.repeat(40))));
  expect(contents.join('')).toBe('😀'.repeat(40));
  expect(contents.filter(hasLoneSurrogate)).toEqual([]);
});

test('surrogate pairs in arguments are never split', async () => {
  const chunks = await chunksOf(callTool('a', { q: 'x😀😀x😀'.repeat(9) }, { hallucinated: true }));
  const pieces = chunks.flatMap(({ choices }) =>
    (choices[0]?.delta.tool_calls ?? []).map((call) => call.function?.arguments ?? ''),
  );
  expect(pieces.filter(hasLoneSurrogate)).toEqual([]);
});

test('a lone surrogate passes unchanged', async () => {
  expect(contentsOf(await chunksOf(say('ab\ud83d'))).join('')).toBe('ab\ud83d');
});

test.for([1_000, 100_000, 1_000_000])(
  'a text of %i characters gives a bounded number of chunks',
  async (length) => {
    const chunks = await chunksOf(say('x'.repeat(length)));
    expect(chunks.length).toBeGreaterThan(100);
    expect(chunks.length).toBeLessThan(400);
  },
);

test('the same script is always split at the same places', async () => {
  const step = callTool('a', { q: 'where the cuts fall' }, { hallucinated: true, say: 'and here too' });
  expect(await chunksOf(step)).toStrictEqual(await chunksOf(step));
});

function chunk(delta: object, finish_reason: string | null = null): object {
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 0,
    model: 'gpt-4o',
    choices: [{ index: 0, delta, finish_reason, logprobs: null }],
  };
}

function hasLoneSurrogate(text: string): boolean {
  return /\p{Surrogate}/u.test(text);
}
