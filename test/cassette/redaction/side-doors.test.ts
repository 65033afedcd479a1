/** Secrets in fields that are rare in answers and requests. */
import { expect, test } from 'vitest';
import { Agent, Swarm, type CompletionProvider } from 'swarmcheck';
import { callTool, recordingProvider, replayProvider, scriptedProvider } from 'swarmcheck/testing';
import { answeredBy, chunk, chunking, saying } from '../../support/completions.ts';
import { Folder } from '../folder.ts';
import { asking, user } from '../replay/tapes.ts';

const key = ['sk', 'proj', 'Ab3'.repeat(12)].join('-');
const opaque = 'an-opaque-value';
const call = { id: 'c', type: 'custom', custom: { name: 'shell', input: `curl -H ${key}` } };

async function stored(
  provider: CompletionProvider,
  request: object = {},
  isStreamed = false,
): Promise<string> {
  using folder = new Folder();
  {
    await using recording = recordingProvider(provider, { cassette: folder.file() });
    const asked = { ...asking(user('a')), ...request };
    if (isStreamed) for await (const piece of recording.stream(asked)) void piece;
    else await recording.complete(asked);
  }
  // The recording can be replayed with the same request.
  const replay = replayProvider(folder.file());
  await replay.complete({ ...asking(user('a')), ...request }).catch(() => {});
  expect(replay.summary).toMatchObject({ exact: 1 });
  return folder.read();
}

const message = { role: 'assistant', content: 'ok', refusal: null };
const answers: [where: string, choice: object][] = [
  ['the input of a custom call', { message: { ...message, content: null, tool_calls: [call] } }],
  [
    'arguments that are an object',
    { message: { ...message, tool_calls: [{ id: 'c', function: { name: 'f', arguments: { key } } }] } },
  ],
  ['a field beside the message', { message, content_filter_results: { note: key } }],
  ['a choice without a message', { text: key }],
  ['a nested field of the message', { message: { ...message, reasoning_details: [{ data: key }] } }],
  ['a field with a secret name', { message: { ...message, extra: { access_token: opaque } } }],
  [
    'probabilities that contain it',
    {
      message,
      logprobs: { content: [key.slice(0, 9), key.slice(9)].map((token) => ({ token, logprob: 0 })) },
    },
  ],
];

test.for(answers)('a secret in an answer is not stored: %s', async ([, choice]) => {
  const choices = [{ index: 0, finish_reason: 'stop', logprobs: null, ...choice }];
  const text = await stored(answeredBy(() => ({ ...saying(''), choices })));
  expect(text).not.toContain(key);
  expect(text).not.toContain(key.slice(9));
  expect(text).not.toContain(opaque);
});

const [start, end] = [key.slice(0, 12), key.slice(12)];
const pieces: [where: string, deltas: object[]][] = [
  [
    'the input of a custom call',
    [start, end].map((input) => ({ tool_calls: [{ index: 0, id: 'c', custom: { input } }] })),
  ],
  ['a nested field', [start, end].map((text) => ({ reasoning_details: [{ index: 0, text }] }))],
  ['a call of the old API', [start, end].map((part) => ({ function_call: { arguments: part } }))],
  ['a field with a secret name', [{ extra: { access_token: opaque } }]],
];

test.for(pieces)('a secret in the chunks of a stream is not stored: %s', async ([, deltas]) => {
  const chunks = [...deltas.map((delta) => chunk(delta)), chunk({}, 'stop')];
  const text = await stored(chunking(chunks), {}, true);
  expect(text).not.toContain(start);
  expect(text).not.toContain(end);
  expect(text).not.toContain(opaque);
});

const requests: [where: string, request: object][] = [
  [
    'arguments in the history that are an object',
    {
      messages: [
        user('a'),
        { role: 'assistant', tool_calls: [{ id: 'c', function: { name: 'f', arguments: { key } } }] },
      ],
    },
  ],
  ['a parameter', { data_sources: [{ parameters: { authentication: { access_token: opaque } } }] }],
  ['a parameter with a secret name', { api_key: opaque }],
  ['the headers of a tool', { tools: [{ type: 'mcp', headers: { Authorization: opaque } }] }],
];

test.for(requests)('a secret in a request is not stored: %s', async ([, request]) => {
  const text = await stored(
    answeredBy(() => saying('ok')),
    request,
  );
  expect(text).not.toContain(key);
  expect(text).not.toContain(opaque);
});

test('a field "password" in the schema of a tool is kept', async () => {
  const parameters = { type: 'object', properties: { password: { type: 'string', description: 'Yours.' } } };
  const tools = [{ type: 'function', function: { name: 'log_in', parameters } }];
  const text = await stored(
    answeredBy(() => saying('ok')),
    { tools },
  );
  expect(text).toContain('"description": "Yours."');
});

test('a secret name of a deleted context variable is not stored', async () => {
  using folder = new Folder();
  const agent = new Agent({
    functions: [
      function leave(context: Record<string, unknown>) {
        delete context['ann@example.com'];
        return 'left';
      },
    ],
  });
  await using provider = recordingProvider(scriptedProvider([callTool('leave')]), {
    cassette: folder.file(),
  });
  const contextVariables = { 'ann@example.com': 1 };
  await new Swarm({ provider }).run({ agent, messages: [user('q')], contextVariables, maxTurns: 1 });
  await provider.close();
  expect(folder.json().lanes[0]?.interactions[0]?.context?.deleted).toEqual(['email-1@redacted.invalid']);
});
