import OpenAI from 'openai';
import { mockModel, startMocking } from 'swarmcheck/msw';
import { callTool, modelFails, say } from 'swarmcheck/testing';
import { test } from 'swarmcheck/vitest';
import { describe, expect } from 'vitest';
import { bareClient, hello, offer, textOf } from '../support/openai-client.ts';
import { gate } from '../support/waiting.ts';

const clientOf = (baseURL: string) => new OpenAI({ apiKey: 'none', baseURL });

test('a mock answers any host', async ({ model }) => {
  model([say('first'), say('second')]);
  expect(await textOf(bareClient())).toBe('first');
  expect(await textOf(clientOf('https://llm.example.com/some/where/v1'))).toBe('second');
});

test('the newest mock answers', async ({ model }) => {
  const [old, fresh] = [model([say('old')]), model([say('new')])];
  const client = bareClient();
  expect(await textOf(client)).toBe('new');
  fresh[Symbol.dispose]();
  expect(await textOf(client)).toBe('old');
  expect(old.requests).toHaveLength(1);
});

test('of mocks that were made in other functions, the newest answers', async () => {
  const made = async (text: string) => {
    await Promise.resolve();
    return mockModel([say(text)]);
  };
  const [old, fresh] = [await made('old'), await made('new')];
  expect(await textOf(bareClient())).toBe('new');
  fresh[Symbol.dispose]();
  expect(await textOf(bareClient())).toBe('old');
  expect(old.requests).toHaveLength(1);
});

test('a mock answers clients that were built before it', async ({ model }) => {
  const client = bareClient();
  model([say('Hi.')]);
  expect(await textOf(client)).toBe('Hi.');
});

test('each mock has its own address', async ({ model }) => {
  const [left, right] = [model([say('left')]), model([say('right')])];
  const [leftClient, rightClient] = [clientOf(left.baseURL), clientOf(right.baseURL)];
  expect(await textOf(rightClient)).toBe('right');
  expect(await textOf(leftClient)).toBe('left');
  expect(left.requests).toHaveLength(1);
});

test('two addresses are different even if one begins with the other', async () => {
  const mocks = Array.from({ length: 11 }, (_, index) => mockModel([say(`mock ${index}`)]));
  for (const [index, { baseURL }] of mocks.entries())
    expect(await textOf(clientOf(baseURL))).toBe(`mock ${index}`);
});

test('a mock for one address leaves other addresses alone', async () => {
  using any = mockModel([say('any')]);
  using local = mockModel([say('local')], { baseURL: 'http://llm.example.com:8080/v1/' });
  expect(await textOf(bareClient())).toBe('any');
  expect(await textOf(clientOf('http://llm.example.com:8080/v1'))).toBe('local');
  expect(local.baseURL).toBe('http://llm.example.com:8080/v1');
  expect(any.requests).toHaveLength(1);
});

test('fifty concurrent conversations of one client are each answered by their own mock', async () => {
  const client = bareClient();
  const tools = [offer('count')];
  const talk = async (number: number) => {
    using mock = mockModel([
      callTool('count', {}),
      modelFails({ kind: 'status', status: 429, retryAfterMs: 0 }),
      say(`It is ${number}.`),
    ]);
    return await mock.isolate(async () => {
      const first = await client.chat.completions.create({ ...hello, tools });
      const { message } = first.choices[0]!;
      const answer = {
        role: 'tool' as const,
        tool_call_id: message.tool_calls![0]!.id,
        content: String(number),
      };
      const second = await client.chat.completions.create({
        ...hello,
        tools,
        messages: [...hello.messages, message, answer],
      });
      expect(mock).toHaveToolResult('count', String(number));
      return second.choices[0]?.message.content;
    });
  };
  const numbers = Array.from({ length: 50 }, (_, index) => index);
  expect(await Promise.all(numbers.map(talk))).toEqual(numbers.map((number) => `It is ${number}.`));
});

test('isolate returns the result of its callback, and ends with it', async ({ model }) => {
  const [first, second] = [model([say('first')]), model([say('second')])];
  const client = bareClient();
  expect(first.isolate(() => 4)).toBe(4);
  expect(await first.isolate(() => textOf(client))).toBe('first');
  expect(await textOf(client)).toBe('second');
  expect(second.requests).toHaveLength(1);
});

/**
 * Checks that no mock answers and the request is blocked. `close` throws that error here; otherwise it would fail the
 * test.
 */
async function unansweredFor(ask: () => Promise<unknown>): Promise<void> {
  const mocking = startMocking();
  await expect(ask()).rejects.toThrow('No mocked model answers it');
  expect(() => mocking.close()).toThrow('was blocked');
}

test('a request to an address without a mock is blocked', async () => {
  using mock = mockModel([], { baseURL: 'http://llm.example.com/v1' });
  await unansweredFor(() => textOf(bareClient()));
  expect(mock.requests).toEqual([]);
});

test('a blocked request is not retried', async () => {
  let count = 0;
  const counted: typeof fetch = (...request) => {
    count++;
    return fetch(...request);
  };
  await unansweredFor(() => textOf(new OpenAI({ apiKey: 'none', fetch: counted })));
  expect(count).toBe(1);
});

test('no other mock answers at the address of a disposed mock', async () => {
  const over = mockModel([]);
  over[Symbol.dispose]();
  using other = mockModel([]);
  await unansweredFor(() => textOf(clientOf(over.baseURL)));
  expect(other.requests).toEqual([]);
});

test('no other mock answers requests within isolate, even if the isolated mock is disposed', async () => {
  using other = mockModel([]);
  const over = mockModel([]);
  over[Symbol.dispose]();
  await unansweredFor(() => over.isolate(() => textOf(bareClient())));
  expect(other.requests).toEqual([]);
});

test('a mock that is made within isolate answers there', async ({ model }) => {
  const outer = model([]);
  await outer.isolate(async () => {
    using inner = mockModel([say('inner')]);
    expect(await textOf(bareClient())).toBe('inner');
    expect(inner.requests).toHaveLength(1);
  });
});

describe.concurrent('concurrent tests', () => {
  const names = ['first', 'second', 'third'];
  const all = gate();
  let count = 0;

  for (const name of names) {
    test(`the ${name} test is answered by its own mock`, async ({ model, expect }) => {
      const mock = model([say(name), say(`${name} again`)]);
      if (++count === names.length) all.open();
      await all.opened;
      const client = bareClient();
      expect(await textOf(client)).toBe(name);
      expect(await textOf(client)).toBe(`${name} again`);
      expect(mock.requests).toHaveLength(2);
    });
  }
});
