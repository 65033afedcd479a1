/** Streams of live models that fail, and answers without a promise. */
import OpenAI from 'openai';
import { expect, test } from 'vitest';
import { openaiProvider, type CompletionProvider } from 'swarmcheck';
import { recordingProvider, replayProvider } from 'swarmcheck/testing';
import { chunk, saying } from '../../support/completions.ts';
import { rejection } from '../../support/failures.ts';
import { Folder } from '../folder.ts';
import { answerTo, asking, user } from '../replay/tapes.ts';

async function read(provider: CompletionProvider): Promise<number> {
  let count = 0;
  for await (const piece of provider.stream(asking(user('a')))) if (piece) count++;
  return count;
}

test('an error that the API sends within a stream is replayed as the same error', async () => {
  using folder = new Folder();
  const body = { message: 'overloaded', type: 'server_error', code: 'x' };
  const frames = [chunk({ content: 'Hel' }), { error: body }].map(
    (data) => `data: ${JSON.stringify(data)}\n\n`,
  );
  const fetch = async () =>
    new Response(frames.join(''), { headers: { 'content-type': 'text/event-stream' } });
  const live = openaiProvider(new OpenAI({ apiKey: 'none', fetch, maxRetries: 0 }));
  let first;
  {
    await using provider = recordingProvider(live, { cassette: folder.file() });
    first = await rejection(read(provider));
  }
  const again = await rejection(read(replayProvider(folder.file())));
  expect(again).toBeInstanceOf(OpenAI.APIError);
  expect(again).toMatchObject({ message: first.message, error: body, code: 'x', type: 'server_error' });
});

test('a stream that throws before it begins is recorded as an error', async () => {
  using folder = new Folder();
  let count = 0;
  const live: CompletionProvider = {
    complete: async () => saying('whole'),
    stream() {
      if (++count === 1) throw new Error('not today');
      return [chunk({ content: 'Hello.' }), chunk({}, 'stop')] as never;
    },
  };
  {
    await using provider = recordingProvider(live, { cassette: folder.file() });
    await rejection(read(provider));
    expect(await answerTo(provider, 'a')).toBe('whole');
  }
  const provider = replayProvider(folder.file());
  expect(await rejection(read(provider))).toHaveProperty('message', 'not today');
  expect(await answerTo(provider, 'a')).toBe('whole');
});

test('a provider that answers without a promise is recorded', async () => {
  using folder = new Folder();
  const live = { complete: () => saying('at once'), stream: () => [] } as unknown as CompletionProvider;
  await using provider = recordingProvider(live, { cassette: folder.file() });
  expect(await answerTo(provider, 'a')).toBe('at once');
});
