import { expect, test } from 'vitest';
import type { CompletionRequest } from 'swarmcheck';
import { callTool, modelFails, say, ScriptMistakeError, user, type Step } from 'swarmcheck/testing';
import { answerApi } from '../../src/wire/api.ts';
import { ServedConversations, type ServedConversation } from '../../src/wire/conversations.ts';

type Messages = CompletionRequest['messages'];

const header = 'x-swarmcheck-conversation';
const tools = [
  {
    type: 'function',
    function: { name: 'look_up', parameters: { type: 'object', properties: { for: { type: 'string' } } } },
  },
];
const steps: Step[] = [user('hi'), callTool('look_up'), say('found')];
const hi: Messages = [{ role: 'user', content: 'hi' }];

/** Clients that share one script, and the answers they get. */
class Clients {
  readonly served: ServedConversations;
  constructor(steps: readonly Step[], wait?: ConstructorParameters<typeof ServedConversations>[1]) {
    this.served = new ServedConversations(steps, wait);
  }

  /** Sends a request as a client does; returns the status, and the message or the error. */
  async ask(
    messages: unknown,
    name?: string,
  ): Promise<{ status: number; conversation?: string; message: any }> {
    const request = new Request('http://127.0.0.1/v1/chat/completions', {
      method: 'POST',
      headers: name === undefined ? {} : { [header]: name },
      body: JSON.stringify({ model: 'm', messages, tools }),
    });
    const chosen = await this.served.choose(request);
    const response = chosen instanceof Response ? chosen : (await answerApi(request, chosen))!;
    const body = (await response.json()) as { choices?: { message: unknown }[]; error?: { message: string } };
    const message = body.choices?.[0]?.message ?? body.error?.message;
    return {
      status: response.status,
      message,
      ...(chosen instanceof Response ? {} : { conversation: chosen.name }),
    };
  }

  /** Continues with an answer to the call. */
  async goOn(before: Messages, asked: { message: any }, content = 'ok', name?: string) {
    const { id } = asked.message.tool_calls[0];
    return await this.ask([...before, asked.message, { role: 'tool', tool_call_id: id, content }], name);
  }

  get counts(): [name: string, requests: number][] {
    return this.served.all.map(({ name, log }: ServedConversation) => [name, log.exchanges.length]);
  }
}

test('a malformed script is rejected at once', () => {
  expect(() => new Clients([{}])).toThrow(ScriptMistakeError);
});

test('a header names the conversation', async () => {
  const clients = new Clients(steps);
  const [ann, bob] = [await clients.ask(hi, 'ann'), await clients.ask(hi, 'bob')];
  expect(await clients.goOn(hi, bob, 'ok', 'bob')).toMatchObject({
    status: 200,
    message: { content: 'found' },
  });
  expect(await clients.goOn(hi, ann, 'ok', 'ann')).toMatchObject({
    status: 200,
    message: { content: 'found' },
  });
  expect(clients.counts).toEqual([
    ['ann', 2],
    ['bob', 2],
  ]);
  expect(clients.served.leftovers()).toEqual([]);
});

test('200 concurrent conversations with headers do not mix', async () => {
  const clients = new Clients([
    (request) => callTool('look_up', { for: request.messages[0]!.content as string }),
    (request) => say(`found for ${request.messages[0]!.content as string}`),
  ]);
  const said = await Promise.all(
    Array.from({ length: 200 }, async (_, index) => {
      const messages: Messages = [{ role: 'user', content: `user ${index}` }];
      const asked = await clients.ask(messages, String(index));
      expect(JSON.parse(asked.message.tool_calls[0].function.arguments)).toEqual({ for: `user ${index}` });
      return (await clients.goOn(messages, asked, 'ok', String(index))).message.content as string;
    }),
  );
  expect(said).toEqual(Array.from({ length: 200 }, (_, index) => `found for user ${index}`));
  expect(clients.served.leftovers()).toEqual([]);
});

test('without a header, a first request begins a conversation, and its history continues it', async () => {
  const clients = new Clients([callTool('look_up'), say('found')]);
  const [a, b]: Messages[] = [[{ role: 'user', content: 'a' }], [{ role: 'user', content: 'b' }]];
  const [ofA, ofB] = [await clients.ask(a), await clients.ask(b)];
  expect((await clients.goOn(b!, ofB)).conversation).toBe('2');
  expect((await clients.goOn(a!, ofA)).conversation).toBe('1');
  expect(clients.served.leftovers()).toEqual([]);
});

test('the same first request sent twice begins two conversations', async () => {
  const clients = new Clients(steps);
  expect((await clients.ask(hi)).conversation).toBe('1');
  expect((await clients.ask(hi)).conversation).toBe('2');
});

test('the same first request sent twice at once begins two conversations', async () => {
  const clients = new Clients(steps);
  const answers = await Promise.all([clients.ask(hi), clients.ask(hi)]);
  expect(answers.map(({ conversation }) => String(conversation)).toSorted()).toEqual(['1', '2']);
});

test('a request that could continue two conversations gets 409 with a remedy', async () => {
  const clients = new Clients(steps);
  const [first] = [await clients.ask(hi), await clients.ask(hi)];
  const refused = await clients.goOn(hi, first);
  expect(refused).toEqual({
    status: 409,
    message:
      'The conversations 1 and 2 are equal so far, so this request could continue each of them. Tell them apart by the header "x-swarmcheck-conversation".',
  });
});

test('a refused request takes no step, and is reported at the end', async () => {
  const clients = new Clients(steps);
  const [first] = [await clients.ask(hi), await clients.ask(hi)];
  await clients.goOn(hi, first);
  expect(clients.counts).toEqual([
    ['1', 1],
    ['2', 1],
  ]);
  expect(clients.served.leftovers()[0]).toMatch('are equal so far');
});

test('a repeated first request begins a new conversation after the first one went on', async () => {
  const clients = new Clients([callTool('look_up'), callTool('look_up'), say('found')]);
  const asked = await clients.ask([{ role: 'user', content: 'a' }]);
  expect((await clients.goOn([{ role: 'user', content: 'a' }], asked, 'x')).conversation).toBe('1');
  const other = await clients.ask([{ role: 'user', content: 'a' }]);
  expect(other.conversation).toBe('2');
});

test('a retry after a failure belongs to the conversation that failed', async () => {
  const clients = new Clients([
    modelFails({ kind: 'status', status: 503 }),
    callTool('look_up'),
    say('found'),
  ]);
  expect((await clients.ask(hi)).status).toBe(503);
  const asked = await clients.ask(hi);
  expect(asked.conversation).toBe('1');
  expect((await clients.goOn(hi, asked)).message.content).toBe('found');
  expect(clients.served.leftovers()).toEqual([]);
});

test('a corrected request belongs to the conversation whose request was refused', async () => {
  const clients = new Clients([say('hello')]);
  const wrong = [...hi, { role: 'tool', tool_call_id: 'x', content: 'y' }];
  expect((await clients.ask(wrong, 'ann')).status).toBe(400);
  expect((await clients.ask(hi, 'ann')).status).toBe(200);
  expect(clients.served.leftovers()).toEqual([]);
});

test('instructions may change within a conversation', async () => {
  const clients = new Clients([callTool('look_up'), say('found')]);
  const asked = await clients.ask([{ role: 'system', content: 'It is 12:00.' }, ...hi]);
  const { conversation } = await clients.goOn([{ role: 'system', content: 'It is 12:01.' }, ...hi], asked);
  expect(conversation).toBe('1');
});

test('a mistake in the script is reported at the end, with its conversation', async () => {
  const clients = new Clients([callTool('nothing')]);
  expect((await clients.ask(hi, 'ann')).status).toBe(500);
  expect(clients.served.leftovers()).toEqual([
    expect.stringMatching(/^Conversation ann: Step 1 .* calls the tool "nothing"/),
  ]);
});

test('a request beyond the script is reported at the end', async () => {
  const clients = new Clients([say('hello')]);
  await clients.ask(hi, 'ann');
  expect((await clients.ask(hi, 'ann')).status).toBe(500);
  expect(clients.served.leftovers()).toEqual([
    expect.stringMatching(/^Conversation ann: Completion 2 was requested/),
  ]);
});

test('of several mistakes in a conversation, the first is reported, with their number', async () => {
  const clients = new Clients([say('hello')]);
  for (let count = 0; count < 3; count++) await clients.ask(hi, 'ann');
  expect(clients.served.leftovers()).toEqual([
    expect.stringMatching(
      /^Conversation ann: Completion 2 .*\n.*the first of 2 requests that did not fit\.$/s,
    ),
  ]);
});

test('leftover steps are reported for each conversation', async () => {
  const clients = new Clients(steps);
  await clients.ask(hi, 'ann');
  await clients.ask(hi, 'bob');
  expect(clients.served.leftovers()).toEqual([
    expect.stringMatching(/^Conversation ann: .*1 step is left over/),
    expect.stringMatching(/^Conversation bob: .*1 step is left over/),
  ]);
});

test('a script without any request is reported', () => {
  expect(new Clients(steps).served.leftovers()).toEqual([
    'No request arrived, so no step of the script was played.',
  ]);
});

test('a user step is compared with the message of the user', async () => {
  const clients = new Clients(steps);
  const { status, message } = await clients.ask([{ role: 'user', content: 'ho' }]);
  expect([status, message]).toEqual([500, expect.stringContaining('expects the user to have said "hi"')]);
});

// A client may send anything; other clients must not be affected.
test.for([
  [null],
  ['hi'],
  [[]],
  [{ role: 7 }],
  [{ role: 'user' }],
  [{ role: 'assistant', tool_calls: [null] }],
  { length: 1 },
  'hi',
  null,
])('malformed messages are refused, and do not affect later requests: %j', async (messages) => {
  const clients = new Clients([callTool('look_up'), say('found')]);
  expect((await clients.ask(messages)).status).toBe(400);
  expect((await clients.ask(messages)).status).toBe(400);
  const asked = await clients.ask(hi);
  expect(asked.status).toBe(200);
  expect((await clients.goOn(hi, asked)).status).toBe(200);
});

test.for([null, [null], [...hi, { role: 'tool', tool_call_id: 'x', content: 'y' }]])(
  'a refused request does not begin a conversation: %j',
  async (messages) => {
    const clients = new Clients([say('hello')]);
    expect((await clients.ask(messages)).status).toBe(400);
    expect((await clients.ask(hi)).conversation).toBe('1');
    expect(clients.served.leftovers()).toEqual([]);
  },
);

test.for([
  ['GET', '/v1/models', 404],
  ['GET', '/', 404],
  ['POST', '/v1/embeddings', 404],
  ['POST', '/v1/responses', 404],
  ['POST', '/v1/chat/completions', 400],
] as const)('%s %s without a valid body does not begin a conversation', async ([method, path, status]) => {
  const { served } = new Clients([say('hello')]);
  const init = method === 'POST' ? { method, body: '{' } : { method };
  const response = await served.choose(new Request(`http://127.0.0.1${path}`, init));
  expect(response).toHaveProperty('status', status);
  expect(served.all).toEqual([]);
});

test.for([
  ['POST', '/v1/chat/completion'],
  ['POST', '/v1/messages'],
  ['PUT', '/v1/chat/completions'],
] as const)('%s %s with a valid body does not begin a conversation', async ([method, path]) => {
  const { served } = new Clients([say('hello')]);
  const init = { method, body: JSON.stringify({ model: 'm', messages: hi }) };
  const response = await served.choose(new Request(`http://127.0.0.1${path}`, init));
  expect(response).toHaveProperty('status', 404);
  expect(served.all).toEqual([]);
});

test.for(['__proto__', 'constructor', '', ' ', 'ä'.slice(0, 1), 'a'.repeat(5000)])(
  'a conversation may have any name: %j',
  async (name) => {
    const clients = new Clients(steps);
    const asked = await clients.ask(hi, name);
    expect((await clients.goOn(hi, asked, 'ok', name)).status).toBe(200);
    expect(clients.served.leftovers()).toEqual([]);
  },
);

test('the given wait function waits for latency, with the signal of the request', async () => {
  const waited: unknown[] = [];
  const clients = new Clients([say('a', { latencyMs: 250 }), say('b')], async (latencyMs, signal) => {
    waited.push([latencyMs, signal instanceof AbortSignal]);
  });
  await clients.ask(hi, 'ann');
  await clients.ask(hi, 'ann');
  expect(waited).toEqual([[250, true]]);
});
