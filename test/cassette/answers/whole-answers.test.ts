/** Completions are replayed with everything that the API said, and nothing else. */
import { expect, test } from 'vitest';
import { completing, completion } from '../../support/completions.ts';
import { Folder } from '../folder.ts';
import { record, replay, whole } from './keeping.ts';

const head = {
  id: 'chatcmpl-9',
  object: 'chat.completion',
  created: 1764230400,
  model: 'gpt-4o-2024-11-20',
};
const answer = (message: object, others: object = {}) => ({
  ...head,
  choices: [
    {
      index: 0,
      message: { role: 'assistant', ...message },
      finish_reason: 'stop',
      logprobs: null,
      ...others,
    },
  ],
});
const call = (id: string, args: string) => ({
  id,
  type: 'function',
  function: { name: 'find', arguments: args },
});

/** Answers, each with something that an answer may contain. */
const answers: [string, object][] = [
  ['the id, the model and the time of the API', answer({ content: 'It is.' })],
  [
    'usage, with its details',
    {
      ...answer({ content: 'It is.' }),
      usage: {
        prompt_tokens: 19,
        completion_tokens: 10,
        total_tokens: 29,
        prompt_tokens_details: { cached_tokens: 7, audio_tokens: 0 },
      },
    },
  ],
  ['another finish_reason', answer({ content: 'It i' }, { finish_reason: 'length' })],
  ['a refusal', answer({ content: null, refusal: 'I will not.' })],
  [
    'probabilities',
    answer(
      { content: 'It' },
      {
        logprobs: {
          content: [{ token: 'It', logprob: -0.25, bytes: [73, 116], top_logprobs: [] }],
          refusal: null,
        },
      },
    ),
  ],
  [
    'audio',
    answer({
      content: null,
      audio: { id: 'audio_1', data: 'UklGRiQAAABXQVZF', expires_at: 1764234000, transcript: 'It\nis.' },
    }),
  ],
  [
    'annotations',
    answer({
      content: 'See there.',
      annotations: [
        {
          type: 'url_citation',
          url_citation: { url: 'https://example.com/a', title: 'A', start_index: 0, end_index: 9 },
        },
      ],
    }),
  ],
  [
    'calls whose arguments are not JSON',
    answer(
      { content: null, tool_calls: [call('call_a', '{"key": "A 3",\n "n": 1}'), call('call_b', '{"ke')] },
      { finish_reason: 'tool_calls' },
    ),
  ],
  [
    'several choices',
    {
      ...head,
      choices: ['It is.', 'It\nis not.'].map((content, index) => ({
        index,
        message: { role: 'assistant', content },
        finish_reason: 'stop',
      })),
    },
  ],
  [
    'unknown fields at every depth',
    {
      ...answer(
        {
          content: 'It is.',
          reasoning_content: 'Is it?\nYes.',
          x_confidence: 0.5,
          x_flags: [true, null],
          citations: ['a', 'b'],
        },
        { x_filter: { hate: { filtered: false } } },
      ),
      service_tier: 'default',
      system_fingerprint: 'fp_44709d6fcb',
      x_sources: ['a', 'b'],
    },
  ],
];

test.for(answers)('a completion with %s is replayed byte for byte', async ([, answered]) => {
  using folder = new Folder();
  await record(folder.file(), completing(answered), whole);
  const played = await replay(folder.file(), whole);
  expect(JSON.stringify(played)).toBe(JSON.stringify(answered));
});

const texts = [
  '',
  ' ',
  '\n',
  'It\nis.\n',
  'It\r\nis.\r',
  '\u{1f600}',
  'half of \ud83d',
  '\u2028\u0000\u007f\ufeff',
  '["a","b"]',
  '```json\n{ "a": 1 }\n```',
];

test.for(texts)('a text is replayed unchanged: %j', async (content) => {
  using folder = new Folder();
  await record(folder.file(), completing(answer({ content })), whole);
  expect(await replay(folder.file(), whole)).toStrictEqual(answer({ content }));
});

test('a text of several lines is stored as a list of lines', async () => {
  using folder = new Folder();
  await record(folder.file(), completing(answer({ content: 'It\nis.' })), whole);
  const [interaction] = folder.json().lanes[0]!.interactions;
  expect(interaction?.completion.choices[0].message.content).toEqual(['It', 'is.']);
});

test('during a recording, the caller gets the object that the model returned', async () => {
  using folder = new Folder();
  const answered = answer({ content: 'It is.' });
  expect(await record(folder.file(), completing(answered), whole)).toBe(answered);
});

test('a change to an answer after it arrived is not recorded, and not replayed', async () => {
  using folder = new Folder();
  const answered = completion({ role: 'assistant', content: 'It is.' });
  await record(folder.file(), completing(answered), async (provider) => {
    const { choices } = (await whole(provider)) as typeof answered;
    choices[0]!.message.content = 'changed';
  });
  const played = (await replay(folder.file(), whole)) as typeof answered;
  expect(played.choices[0]!.message.content).toBe('It is.');
});

test('each replay returns its own copy of the answer', async () => {
  using folder = new Folder();
  await record(folder.file(), completing(answer({ content: 'It is.' })), whole);
  const played = (await replay(folder.file(), whole)) as ReturnType<typeof answer>;
  played.choices.length = 0;
  expect(await replay(folder.file(), whole)).toStrictEqual(answer({ content: 'It is.' }));
});
