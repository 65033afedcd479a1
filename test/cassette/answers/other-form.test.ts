/** A recording is replayed in the other form: unstreamed answers are streamed, and streamed answers come whole. */
import { expect, test } from 'vitest';
import { ChunkFold } from '../../../src/engine/model/fold-chunks.ts';
import { bothWays } from '../../support/runs.ts';
import { callPiece, chunk, chunking, completing, completion } from '../../support/completions.ts';
import { Folder } from '../folder.ts';
import { pieces, record, replay, whole } from './keeping.ts';

const calls = [
  { id: 'call_a', type: 'function', function: { name: 'find', arguments: '{"key":"A 3"}' } },
  { id: 'call_b', type: 'function', function: { name: 'lend', arguments: '' } },
];
const usage = { prompt_tokens: 9, completion_tokens: 2, total_tokens: 11 };

/** Messages, each with its finish_reason. */
const messages: [string, object, string][] = [
  ['a text', { role: 'assistant', content: 'It\nis \u{1f600}.' }, 'stop'],
  ['no text', { role: 'assistant', content: '' }, 'stop'],
  ['a text that is cut off', { role: 'assistant', content: 'It i' }, 'length'],
  ['a refusal', { role: 'assistant', content: null, refusal: 'I will not.' }, 'stop'],
  ['calls', { role: 'assistant', content: null, tool_calls: calls }, 'tool_calls'],
  ['calls beside a text', { role: 'assistant', content: 'Wait.', tool_calls: calls }, 'tool_calls'],
  ['reasoning', { role: 'assistant', content: 'Yes.', reasoning_content: 'Is it?' }, 'stop'],
];

test.for(messages)(
  'an unstreamed answer is the same when it is streamed: %s',
  async ([, message, finish]) => {
    using folder = new Folder();
    const answered = { ...completion(message, finish), usage };
    await record(folder.file(), completing(answered), whole);
    const fold = new ChunkFold();
    for (const each of await replay(folder.file(), pieces)) fold.add(each);
    expect(fold.completion()).toStrictEqual(
      'tool_calls' in message
        ? {
            ...answered,
            choices: [
              {
                ...answered.choices[0],
                message: { ...message, tool_calls: calls.map((call, index) => ({ index, ...call })) },
              },
            ],
          }
        : answered,
    );
  },
);

test('an unstreamed answer is streamed with the role first and the usage last', async () => {
  using folder = new Folder();
  const message = { role: 'assistant', content: 'Wait.', tool_calls: calls };
  await record(folder.file(), completing({ ...completion(message), usage }), whole);
  const played = await replay(folder.file(), pieces);
  expect(
    played.every(({ object, id, model }) => `${object} ${id} ${model}` === 'chat.completion.chunk c m'),
  ).toBe(true);
  expect(played.map(({ choices }) => choices[0]?.delta)).toEqual([
    { role: 'assistant', content: '' },
    { content: 'Wait.' },
    { tool_calls: [{ index: 0, ...calls[0] }] },
    { tool_calls: [{ index: 1, ...calls[1] }] },
    {},
    undefined,
  ]);
  expect(played.map(({ choices }) => choices[0]?.finish_reason)).toEqual([
    null,
    null,
    null,
    null,
    'tool_calls',
    undefined,
  ]);
  expect(played.at(-1)?.usage).toEqual(usage);
});

test('a streamed answer is replayed whole: its texts joined, its calls put together, with its usage', async () => {
  using folder = new Folder();
  const chunks = [
    chunk({ role: 'assistant', content: '' }),
    chunk({ content: 'Wa' }),
    chunk({ content: 'it.' }),
    chunk(callPiece(0, { id: 'call_a', type: 'function', function: { name: 'find', arguments: '' } })),
    chunk(callPiece(0, { function: { arguments: '{"key":' } })),
    chunk(callPiece(1, { id: 'call_b', type: 'function', function: { name: 'lend', arguments: '' } })),
    chunk(callPiece(0, { function: { arguments: '"A 3"}' } })),
    chunk({}, 'tool_calls'),
    { ...chunk({}), choices: [], usage },
  ];
  await record(folder.file(), chunking(chunks), pieces);
  expect(await replay(folder.file(), whole)).toMatchObject({
    id: 'c',
    object: 'chat.completion',
    model: 'm',
    choices: [{ index: 0, finish_reason: 'tool_calls', message: { content: 'Wait.', tool_calls: calls } }],
    usage,
  });
});

/** Two choices; the second is cut off. */
const choices = ['It is.', 'Is i'].map((content, index) => ({
  index,
  message: { role: 'assistant', content },
  finish_reason: index === 0 ? 'stop' : 'length',
  logprobs: null,
}));

test('interleaved choices of a stream are separate when it is replayed whole', async () => {
  using folder = new Folder();
  const piece = (index: number, delta: object, finish: string | null = null) => ({
    ...chunk({}),
    choices: [{ index, delta, finish_reason: finish, logprobs: null }],
  });
  const chunks = [
    piece(0, { role: 'assistant', content: 'It' }),
    piece(1, { role: 'assistant', content: 'Is' }),
    piece(0, { content: ' is.' }),
    piece(1, { content: ' i' }),
    piece(0, {}, 'stop'),
    piece(1, {}, 'length'),
  ];
  await record(folder.file(), chunking(chunks), pieces);
  expect(await replay(folder.file(), whole)).toMatchObject({ choices });
});

test('the stream of an answer with several choices has all of them', async () => {
  using folder = new Folder();
  await record(folder.file(), completing({ ...completion({}), choices }), whole);
  const texts = ['', ''];
  for (const { choices: played } of await replay(folder.file(), pieces))
    for (const { index, delta } of played) texts[index] += delta.content ?? '';
  expect(texts).toEqual(['It is.', 'Is i']);
});

for (const [recorded, run] of bothWays) {
  for (const [replayed, again] of bothWays) {
    test(`a run recorded ${recorded} has the same messages and stop reason when replayed ${replayed}`, async () => {
      using folder = new Folder();
      const provider = completing({ ...completion({ role: 'assistant', content: 'It is.' }), usage });
      const first = await record(folder.file(), provider, (live) => run({ provider: live }));
      const second = await replay(folder.file(), (cassette) => again({ provider: cassette }));
      expect(second.messages).toEqual(first.messages);
      expect(second.stopReason).toBe(first.stopReason);
    });
  }
}
