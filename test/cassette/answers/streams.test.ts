/** Streams are replayed in the chunks in which they arrived. */
import { expect, test } from 'vitest';
import { callPiece, chunk, chunking } from '../../support/completions.ts';
import { Folder } from '../folder.ts';
import { pieces, record, replay } from './keeping.ts';

const role = chunk({ role: 'assistant', content: '', refusal: null });
const end = chunk({}, 'stop');
const usage = {
  ...chunk({}),
  choices: [],
  usage: { prompt_tokens: 9, completion_tokens: 2, total_tokens: 11 },
};
const says = (...texts: string[]) => texts.map((content) => chunk({ content }));
const ofChoice = (index: number, delta: object, finish: string | null = null) => ({
  ...chunk({}),
  choices: [{ index, delta, finish_reason: finish, logprobs: null }],
});

/** Streams, each with something that a stream may contain. */
const streams: [string, object[]][] = [
  ['text in several chunks', [role, ...says('It', ' is', '.'), end]],
  ['a character that is cut in its middle', [role, ...says('A \ud83d', '\ude00 smile'), end]],
  ['chunks that are empty, or one line break', [role, ...says('', '\n', '', 'It'), end]],
  [
    'arguments that are cut anywhere',
    [
      role,
      chunk(callPiece(0, { id: 'call_a', type: 'function', function: { name: 'find', arguments: '' } })),
      ...['{"', 'key":"\\u0', '0e9', '\\', '"', ' A 3', '"}'].map((text) =>
        chunk(callPiece(0, { function: { arguments: text } })),
      ),
      chunk({}, 'tool_calls'),
    ],
  ],
  [
    'interleaved calls',
    [
      chunk(callPiece(0, { id: 'call_a', type: 'function', function: { name: 'find', arguments: '{' } })),
      chunk(callPiece(1, { id: 'call_b', type: 'function', function: { name: 'lend', arguments: '{' } })),
      chunk(callPiece(0, { function: { arguments: '}' } })),
      chunk(callPiece(1, { function: { arguments: '}' } })),
      chunk({}, 'tool_calls'),
    ],
  ],
  [
    'two calls in one chunk',
    [
      chunk({
        tool_calls: [
          { index: 0, id: 'call_a', type: 'function', function: { name: 'find', arguments: '{}' } },
          { index: 1, id: 'call_b', type: 'function', function: { name: 'find', arguments: '{}' } },
        ],
      }),
      chunk({}, 'tool_calls'),
    ],
  ],
  ['usage, in a chunk without choices', [role, ...says('It is.'), end, usage]],
  ['usage in every chunk', [role, ...says('It', ' is'), end].map((each) => ({ ...each, usage: null }))],
  ['deltas that are empty', [chunk({}), role, chunk({}), ...says('It is.'), chunk({}), end]],
  [
    'the role in every chunk',
    [chunk({ role: 'assistant', content: 'It' }), chunk({ role: 'assistant', content: ' is' }), end],
  ],
  ['a refusal', [role, chunk({ refusal: 'I will' }), chunk({ refusal: ' not.' }), end]],
  [
    'reasoning before the text',
    [chunk({ reasoning_content: 'Is' }), chunk({ reasoning_content: ' it?' }), ...says('It is.'), end],
  ],
  ['the last text in the chunk that ends it', [role, chunk({ content: 'It is.' }, 'stop')]],
  ['text after its end', [role, ...says('It'), end, ...says(' is.')]],
  [
    'several interleaved choices',
    [
      ofChoice(0, { role: 'assistant', content: '' }),
      ofChoice(1, { role: 'assistant', content: '' }),
      ofChoice(0, { content: 'It' }),
      ofChoice(1, { content: 'Is' }),
      ofChoice(1, { content: ' it?' }),
      ofChoice(0, {}, 'stop'),
      ofChoice(1, {}, 'length'),
    ],
  ],
  [
    'several choices in one chunk',
    [
      {
        ...chunk({}),
        choices: [0, 1].map((index) => ({ index, delta: { content: `${index}` }, finish_reason: 'stop' })),
      },
    ],
  ],
  [
    'probabilities',
    [
      {
        ...chunk({}),
        choices: [
          {
            index: 0,
            delta: { content: 'It' },
            finish_reason: null,
            logprobs: { content: [{ token: 'It', logprob: -0.5, bytes: [73, 116], top_logprobs: [] }] },
          },
        ],
      },
      end,
    ],
  ],
  [
    'unknown fields in a chunk, a choice and a delta',
    [
      { ...role, x_model: { region: 'west' } },
      { ...chunk({}), choices: [{ index: 0, delta: { content: 'It' }, finish_reason: null, x_filter: {} }] },
      chunk({ content: ' is', x_thought: ['a', 'b'] }),
      end,
    ],
  ],
  [
    'a first chunk that has more than the others',
    [
      { ...usage, usage: undefined, prompt_filter_results: [{ prompt_index: 0 }] },
      role,
      ...says('It'),
      end,
    ].map((each) => JSON.parse(JSON.stringify(each)) as object),
  ],
  [
    'choices that do not say whether they end',
    [{ ...chunk({}), choices: [{ index: 0, delta: { content: 'It' } }] }, ...says(' is'), end],
  ],
  ['another id in the middle', [role, { ...chunk({ content: 'It' }), id: 'other' }, ...says(' is'), end]],
];

test.for(streams)('a stream is replayed chunk by chunk, with %s', async ([, chunks]) => {
  using folder = new Folder();
  const seen = await record(folder.file(), chunking(chunks), pieces);
  expect(seen).toStrictEqual(chunks);
  expect(await replay(folder.file(), pieces)).toStrictEqual(chunks);
});

test('a stream whose chunks are alike takes little more space than its text', async () => {
  using folder = new Folder();
  const texts = Array.from({ length: 100 }, (_, index) => ` word${index}`);
  await record(folder.file(), chunking([role, ...says(...texts), end]), pieces);
  const { parts } = folder.json().lanes[0]!.interactions[0]!.stream!;
  expect(parts).toMatchObject([{ delta: { role: 'assistant' } }, { texts, field: 'content' }, { delta: {} }]);
});

test('the padding of the API is not recorded', async () => {
  using folder = new Folder();
  const padded = [role, ...says('It is.'), end].map((each, index) => ({
    ...each,
    obfuscation: 'x'.repeat(index),
  }));
  await record(folder.file(), chunking(padded), pieces);
  expect(folder.read()).not.toContain('obfuscation');
  expect(await replay(folder.file(), pieces)).toStrictEqual([role, ...says('It is.'), end]);
});

test('during a recording, the caller gets each chunk when it arrives, and the same object', async () => {
  using folder = new Folder();
  const chunks = [role, ...says('It', ' is.'), end];
  const events: string[] = [];
  const live = {
    ...chunking([]),
    async *stream() {
      for (const [index, each] of chunks.entries()) {
        events.push(`sent ${index}`);
        yield each;
      }
    },
  };
  await record(folder.file(), live, async (provider) => {
    let count = 0;
    for await (const each of provider.stream({ model: 'm', messages: [] })) {
      expect(each).toBe(chunks[count]);
      events.push(`read ${count++}`);
    }
  });
  expect(events).toEqual(chunks.flatMap((_, index) => [`sent ${index}`, `read ${index}`]));
});
