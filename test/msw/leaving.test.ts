/** Clients that do not wait for the end of an answer. If one waited forever, so would its test. */
import OpenAI from 'openai';
import type { CompletionProvider } from 'swarmcheck';
import { chatCompletions, startMocking } from 'swarmcheck/msw';
import { modelFails, say, scriptedProvider, type ModelStep, type Step } from 'swarmcheck/testing';
import { test } from 'swarmcheck/vitest';
import { expect } from 'vitest';
import { bareClient, hello, textOf } from '../support/openai-client.ts';
import { gate } from '../support/waiting.ts';

const long = say('An answer that is long enough to come in several pieces.');

/** Reads at most this many chunks of an answer, and returns how many it read. */
async function read(client: OpenAI, most: number): Promise<number> {
  let count = 0;
  for await (const chunk of await client.chat.completions.create({ ...hello, stream: true })) {
    count += chunk.choices.length;
    if (count === most) break;
  }
  return count;
}

test('a client that breaks out of a stream can continue at once', async ({ model }) => {
  model([long, say('Next.')]);
  const client = bareClient();
  expect(await read(client, 2)).toBe(2);
  expect(await textOf(client)).toBe('Next.');
});

test('a mock notices that its stream was abandoned', async ({ model }) => {
  const mock = model([long]);
  await read(bareClient(), 1);
  expect(mock).toHaveStoppedBecause('aborted');
});

test('a custom provider notices that its stream was abandoned', async () => {
  const left = gate();
  const scripted = scriptedProvider([long]);
  const provider: CompletionProvider = {
    ...scripted,
    async *stream(request, options) {
      try {
        yield* scripted.stream(request, options);
      } finally {
        left.open();
      }
    },
  };
  const mocking = startMocking({ handlers: chatCompletions(provider) });
  expect(await read(bareClient(), 1)).toBe(1);
  await left.opened;
  mocking.close();
});

test('a stream that is read to its end was not abandoned', async ({ model }) => {
  const mock = model([long]);
  expect(await read(bareClient(), Infinity)).toBeGreaterThan(2);
  expect(mock).toHaveStoppedBecause('completed');
});

test('an abort ends a stream in the middle', async ({ model }) => {
  const mock = model([long, say('Next.')]);
  const client = bareClient();
  const stream = client.chat.completions.stream(hello);
  stream.on('content', () => stream.abort());
  await expect(stream.done()).rejects.toBeInstanceOf(OpenAI.APIUserAbortError);
  expect(mock).toHaveStoppedBecause('aborted');
  expect(await textOf(client)).toBe('Next.');
});

test('an abort ends a stream that hangs', async ({ model }) => {
  const mock = model([modelFails({ kind: 'hung-body' }), say('Next.')]);
  const client = bareClient();
  const stream = client.chat.completions.stream(hello);
  stream.on('connect', () => stream.abort());
  await expect(stream.done()).rejects.toBeInstanceOf(OpenAI.APIUserAbortError);
  expect(mock).toHaveStoppedBecause('aborted');
  expect(await textOf(client)).toBe('Next.');
});

test('an abort ends a body that hangs after its headers', async ({ model }) => {
  model([modelFails({ kind: 'hung-body' }), say('Next.')]);
  const client = bareClient();
  const controller = new AbortController();
  const call = client.chat.completions.create(hello, { signal: controller.signal });
  // Resolves when the headers arrive.
  await call.asResponse();
  const error = call.catch((reason: unknown) => reason);
  controller.abort();
  // openai 6 throws a DOMException, openai 7 an error of its own.
  expect(String(await error)).toMatch(/abort/i);
  expect(await textOf(client)).toBe('Next.');
});

/** A step, and a promise that resolves when it is requested. */
function asked(step: ModelStep): { step: Step; asked: Promise<void> } {
  const { opened, open } = gate();
  const tell = () => {
    open();
    return step;
  };
  return { step: tell, asked: opened };
}

for (const stream of [false, true]) {
  test(`an abort ends the wait for an answer that never comes, streamed: ${stream}`, async ({ model }) => {
    const never = asked(modelFails({ kind: 'no-answer' }));
    const mock = model([never.step, say('Next.')]);
    const client = bareClient();
    const controller = new AbortController();
    const error = client.chat.completions
      .create({ ...hello, stream }, { signal: controller.signal })
      .catch((reason: unknown) => reason);
    await never.asked;
    controller.abort();
    expect(await error).toBeInstanceOf(OpenAI.APIUserAbortError);
    expect(mock.requests).toHaveLength(1);
    expect(await textOf(client)).toBe('Next.');
  });
}

test('an abort ends the wait for a step function that hangs', async ({ model }) => {
  const begun = gate();
  const hang = async (): Promise<ModelStep> => {
    begun.open();
    return await new Promise(() => {});
  };
  model([hang, say('Next.')]);
  const client = bareClient();
  const controller = new AbortController();
  const error = client.chat.completions
    .create(hello, { signal: controller.signal })
    .catch((reason: unknown) => reason);
  await begun.opened;
  controller.abort();
  expect(await error).toBeInstanceOf(OpenAI.APIUserAbortError);
  expect(await textOf(client)).toBe('Next.');
});

test('a client whose signal is already aborted makes no request', async ({ model }) => {
  const mock = model([say('Hi.')]);
  const client = bareClient();
  const call = client.chat.completions.create(hello, { signal: AbortSignal.abort() });
  await expect(call).rejects.toBeInstanceOf(OpenAI.APIUserAbortError);
  expect(mock.requests).toEqual([]);
  expect(await textOf(client)).toBe('Hi.');
});

test('a client with a timeout gives up on an answer that never comes', async ({ model }) => {
  model([modelFails({ kind: 'no-answer' })]);
  const client = new OpenAI({ apiKey: 'none', timeout: 1, maxRetries: 0 });
  await expect(textOf(client)).rejects.toBeInstanceOf(OpenAI.APIConnectionTimeoutError);
});
