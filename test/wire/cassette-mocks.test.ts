/**
 * A mocked model that records to a cassette or answers from it, for streaming and other clients. The tests run in
 * sequence, because a process can only mock once.
 */
import OpenAI from 'openai';
import { openaiProvider } from 'swarmcheck';
import { mockModel, startMocking } from 'swarmcheck/msw';
import { recordingProvider, replayProvider } from 'swarmcheck/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { conversationHeader } from '../../src/wire/respond.ts';
import { Folder } from '../cassette/folder.ts';
import { gate } from '../support/waiting.ts';
import { complete, json, serve } from '../support/loopback.ts';
import { rejectedWith } from '../support/failures.ts';
import { saying } from '../support/completions.ts';
import { bareClient, type Request, streamed, textOf } from '../support/openai-client.ts';

let mocking: ReturnType<typeof startMocking>;
beforeAll(() => {
  mocking = startMocking();
});
afterAll(() => mocking.close());

const asking = (...texts: string[]): Request => ({
  model: 'gpt-4o',
  messages: texts.map((content, index) => ({ role: index % 2 === 0 ? 'user' : 'assistant', content })),
});
const named = (name: string) =>
  new OpenAI({ apiKey: 'none', defaultHeaders: { [conversationHeader]: name } });

type Model = Awaited<ReturnType<typeof serve>>;

/** The live model as a recording calls it. */
const liveOf = ({ options }: Model) => openaiProvider({ ...options, apiKey: 'sk-live' });

/** Records the requests that a mock gets while `ask` runs; the live model behind it gives these answers. */
async function record(cassette: string, answers: Parameters<typeof serve>, ask: () => Promise<unknown>) {
  using model = await serve(...answers);
  await using provider = recordingProvider(liveOf(model), { cassette });
  using mock = mockModel(provider);
  await mock.isolate(ask);
  return model.exchanges;
}

/** Runs `ask` against a mock that answers from a cassette. */
async function replay<T>(cassette: string, ask: () => Promise<T>): Promise<T> {
  using mock = mockModel(replayProvider(cassette));
  return await mock.isolate(ask);
}

const forms = ['whole', 'streamed'] as const;
type Form = (typeof forms)[number];

/** The text that a bare client receives, or the texts of the chunks. */
async function told(form: Form, request: Request, client = bareClient()): Promise<unknown> {
  if (form === 'whole') return await textOf(client, request);
  const { chunks, error } = await streamed(client, request);
  if (error) throw error;
  return chunks.map(({ choices }) => choices[0]?.delta.content).filter(Boolean);
}

test.sequential.for(forms)(
  'a bare client is recorded through the mock, and then answered without a model: %s',
  async (form) => {
    using folder = new Folder();
    const talk = async () => [
      await told(form, asking('Hello?')),
      await told(form, asking('Hello?', 'Hi.', 'How are you?')),
    ];
    const live: unknown[] = [];
    const answers = [complete(saying('Hi.')), complete(saying('Fine.'))];
    const exchanges = await record(folder.file(), answers, async () => live.push(...(await talk())));
    expect(live).toEqual(form === 'whole' ? ['Hi.', 'Fine.'] : [['Hi.'], ['Fine.']]);
    expect(
      exchanges.map(({ body, request }) => [body.stream ?? false, request.headers.authorization]),
    ).toEqual([1, 2].map(() => [form === 'streamed', 'Bearer sk-live']));
    expect(await replay(folder.file(), talk)).toEqual(live);
  },
);

test.sequential('an answer that was recorded whole is replayed in chunks, and the other way round', async () => {
  using folder = new Folder();
  for (const [form, other] of [forms, ['streamed', 'whole']] as const) {
    await record(folder.file(), [complete(saying('Hi.'))], () => told(form, asking('Hello?')));
    const texts = await replay(folder.file(), () => told(other, asking('Hello?')));
    expect([texts].flat().join('')).toBe('Hi.');
  }
});

test.sequential('the header keeps conversations with the same first message apart, in any order', async () => {
  using folder = new Folder();
  const names = ['ann', 'bob', 'cy'];
  const client = Object.fromEntries(names.map((name) => [name, named(name)]));
  const answers = names.map((name) => complete(saying(`Hello, ${name}.`)));
  await record(folder.file(), answers, async () => {
    for (const name of names) await textOf(client[name]!, asking('Hello?'));
  });
  const back = names.toReversed();
  expect(
    await replay(folder.file(), () =>
      Promise.all(back.map((name) => textOf(client[name]!, asking('Hello?')))),
    ),
  ).toEqual(back.map((name) => `Hello, ${name}.`));
});

test.sequential('a request without the header does not continue a named conversation', async () => {
  using folder = new Folder();
  await record(folder.file(), [complete(saying('Hello, ann.'))], () =>
    textOf(named('ann'), asking('Hello?')),
  );
  const mock = mockModel(replayProvider(folder.file()));
  await expect(textOf(bareClient(), asking('Hello?'))).rejects.toThrow(
    /^500 The model was asked to continue/,
  );
  expect(() => mock[Symbol.dispose]()).toThrow(expect.objectContaining({ name: 'CassetteMissError' }));
});

describe('requests that do not match the cassette', () => {
  const misfits: [what: string, error: string, words: RegExp, request: Request][] = [
    [
      'a request that changed',
      'CassetteMismatchError',
      /500 This request differs from the recorded one[^]*\+user: Hello!/,
      asking('Hello!'),
    ],
    [
      'a request beyond the end',
      'CassetteMissError',
      /500 The model was asked to continue after a "user" message, but/,
      asking('Hello?', 'Hi.', 'And?'),
    ],
  ];
  const cases = misfits.flatMap((misfit) => forms.map((form) => [...misfit, form] as const));

  test.sequential.for(cases)(
    '%s is an error for the client, which does not retry, and for the mock',
    async ([, name, words, request, form]) => {
      using folder = new Folder();
      await record(folder.file(), [complete(saying('Hi.'))], () => told(form, asking('Hello?')));
      const mock = mockModel(replayProvider(folder.file()));
      if (name === 'CassetteMissError') await told(form, asking('Hello?'));
      const before = mock.requests.length;
      let tries = 0;
      const counting: typeof fetch = (...asked) => {
        tries++;
        return fetch(...asked);
      };
      const client = new OpenAI({ apiKey: 'none', fetch: counting });
      expect(await rejectedWith(told(form, request, client))).toMatchObject({
        status: 500,
        message: expect.stringMatching(words),
      });
      expect([tries, mock.requests.length - before]).toEqual([1, 1]);
      expect(() => mock[Symbol.dispose]()).toThrow(expect.objectContaining({ name }));
    },
  );
});

test.sequential('a recorded API error is replayed as an API error, after which the client retries', async () => {
  using folder = new Folder();
  const answers: Parameters<typeof serve> = [
    ({ response }) => {
      response.setHeader('retry-after-ms', '1');
      json(response, 429, { error: { message: 'Slowly.', type: 'requests', param: null, code: 'slow' } });
    },
    complete(saying('Hi.')),
  ];
  await record(folder.file(), answers, async () => {
    const once = new OpenAI({ apiKey: 'none', maxRetries: 0 });
    await expect(textOf(once, asking('Hello?'))).rejects.toThrow('429 Slowly.');
    await textOf(once, asking('Hello?'));
  });
  expect(await replay(folder.file(), () => textOf(bareClient(), asking('Hello?')))).toBe('Hi.');
});

test.sequential('while a recording waits for the live model, mock and network guard stay active', async () => {
  using folder = new Folder();
  const [asked, answered] = [gate(), gate()];
  using model = await serve(
    (exchange) => {
      asked.open();
      void answered.opened.then(() => complete(saying('live'))(exchange));
    },
    complete(saying('live, too')),
  );
  await using provider = recordingProvider(liveOf(model), { cassette: folder.file() });
  using mock = mockModel(provider);
  const pending = textOf(bareClient(), asking('Hello?'));
  await asked.opened;
  await expect(fetch('https://shop.invalid/orders')).rejects.toThrow('fetch failed');
  // The mock also takes requests to the address of the live model, and passes them on to it.
  const other = new OpenAI({ baseURL: model.options.baseURL, apiKey: 'none' });
  expect(await textOf(other, asking('And me?'))).toBe('live, too');
  expect(mock.requests).toHaveLength(2);
  answered.open();
  expect(await pending).toBe('live');
  expect(model.exchanges.map(({ request }) => request.headers.authorization)).toEqual(
    [1, 2].map(() => 'Bearer sk-live'),
  );
  // The guard reports only the request that it blocked.
  const blocked = startMocking();
  expect(() => blocked.close()).toThrow(
    /^A request to GET https:\/\/shop\.invalid\/orders was blocked, [^\n]*$/,
  );
});
