import { expect, test } from 'vitest';
import { Agent, tool, type ChatCompletionChunk, type CompletionRequest, type Message } from 'swarmcheck';
import { callTool, say, scriptedProvider } from 'swarmcheck/testing';
import { bothWays, streamed, unstreamed } from '../support/runs.ts';
import { chunk, saying } from '../support/completions.ts';

const ping = tool({ name: 'ping', execute: () => 'pong' });

test.for(bothWays)(
  'a request has the instructions of the active agent, then the history, %s',
  async ([, run]) => {
    const provider = scriptedProvider([say('ok')]);
    await run({ agent: new Agent({ instructions: 'Be brief.' }), provider });
    expect(provider.requests[0]?.messages).toEqual([
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'hi' },
    ]);
  },
);

test.for(bothWays)(
  'a handoff changes the system message, the tools and the model, but never the history, %s',
  async ([, run]) => {
    const sales = new Agent({ instructions: 'Sell.', model: 'large', functions: [ping] });
    const triage = new Agent({
      instructions: 'Sort.',
      model: 'small',
      functions: [
        function to_sales() {
          return sales;
        },
      ],
    });
    const provider = scriptedProvider([callTool('to_sales'), say('ok')]);

    await run({ agent: triage, provider });

    const [before, after] = provider.requests;
    expect(before).toMatchObject({
      model: 'small',
      messages: [{ content: 'Sort.' }, {}],
      tools: [{ function: { name: 'to_sales' } }],
    });
    expect(after).toMatchObject({ model: 'large', tools: [{ function: { name: 'ping' } }] });
    expect(after?.messages[0]).toEqual({ role: 'system', content: 'Sell.' });
    expect(after?.messages.slice(1, 2)).toEqual(before?.messages.slice(1));
  },
);

test.for(bothWays)('system messages within the history are kept, %s', async ([, run]) => {
  const provider = scriptedProvider([say('ok')]);
  const messages: Message[] = [
    { role: 'user', content: 'hi' },
    { role: 'system', content: 'It is late.' },
  ];
  await run({ provider, messages });
  expect(provider.requests[0]?.messages.slice(1)).toEqual(messages);
});

test.for(bothWays)('a request without messages has only the instructions, %s', async ([, run]) => {
  const provider = scriptedProvider([say('ok')]);
  await run({ provider, messages: [] });
  expect(provider.requests[0]?.messages.map(({ role }) => role)).toEqual(['system']);
});

test.for(bothWays)('a request names the model of the active agent, %s', async ([, run]) => {
  const provider = scriptedProvider([say('ok')]);
  await run({ agent: new Agent({ model: 'small' }), provider });
  expect(provider.requests[0]?.model).toBe('small');
});

test.for(bothWays)('modelOverride applies to every agent of the run, %s', async ([, run]) => {
  const sales = new Agent({ model: 'large' });
  const agent = new Agent({
    model: 'small',
    functions: [
      function to_sales() {
        return sales;
      },
    ],
  });
  const provider = scriptedProvider([callTool('to_sales'), say('ok')]);
  await run({ agent, provider, modelOverride: 'cheap' });
  expect(provider.requests.map(({ model }) => model)).toEqual(['cheap', 'cheap']);
});

test.for(bothWays)('a request has the tools of the active agent, in order, %s', async ([, run]) => {
  const provider = scriptedProvider([say('ok')]);
  await run({
    agent: new Agent({
      functions: [
        function zip() {
          return '';
        },
        ping,
        function abc() {
          return '';
        },
      ],
    }),
    provider,
  });
  expect(provider.requests[0]?.tools?.map((each) => each.function.name)).toEqual(['zip', 'ping', 'abc']);
});

test.for(bothWays)('without tools, a request has no field for tools, %s', async ([, run]) => {
  const provider = scriptedProvider([say('ok')]);
  await run({ provider });
  expect(Object.keys(provider.requests[0]!).toSorted()).toEqual(['messages', 'model']);
});

for (const toolChoice of [
  'auto',
  'none',
  'required',
  { type: 'function', function: { name: 'ping' } },
  { type: 'allowed_tools', allowed_tools: { mode: 'auto', tools: [] } },
] satisfies Agent['toolChoice'][]) {
  test.for(bothWays)(`tool_choice ${JSON.stringify(toolChoice)} is sent unchanged, %s`, async ([, run]) => {
    // A model that has to call a tool would not answer with a text.
    const provider = scriptedProvider([say('ok', { hallucinated: true })]);
    await run({ agent: new Agent({ functions: [ping], toolChoice }), provider });
    expect(provider.requests[0]?.tool_choice).toEqual(toolChoice);
  });
}

test.for(bothWays)('tool_choice is only sent together with tools, %s', async ([, run]) => {
  const provider = scriptedProvider([say('ok')]);
  await run({ agent: new Agent({ toolChoice: 'required' }), provider });
  expect(provider.requests[0]).not.toHaveProperty('tool_choice');
});

test.for(bothWays)('without a tool choice, a request has no field tool_choice, %s', async ([, run]) => {
  const provider = scriptedProvider([say('ok')]);
  await run({ agent: new Agent({ functions: [ping] }), provider });
  expect(provider.requests[0]).not.toHaveProperty('tool_choice');
});

for (const parallelToolCalls of [true, false]) {
  test.for(bothWays)(`parallel_tool_calls ${parallelToolCalls} is sent with tools, %s`, async ([, run]) => {
    const provider = scriptedProvider([say('ok')]);
    await run({ agent: new Agent({ functions: [ping], parallelToolCalls }), provider });
    expect(provider.requests[0]?.parallel_tool_calls).toBe(parallelToolCalls);
  });
}

test.for(bothWays)('parallel_tool_calls is only sent together with tools, %s', async ([, run]) => {
  const provider = scriptedProvider([say('ok')]);
  await run({ agent: new Agent({ parallelToolCalls: false }), provider });
  expect(provider.requests[0]).not.toHaveProperty('parallel_tool_calls');
});

test('a streamed run calls stream of the provider, and an unstreamed run calls complete', async () => {
  const asked: string[] = [];
  const provider = {
    complete: (request: CompletionRequest) => {
      asked.push(`complete ${'stream' in request}`);
      return Promise.resolve(saying('ok'));
    },
    async *stream(request: CompletionRequest): AsyncGenerator<ChatCompletionChunk> {
      asked.push(`stream ${'stream' in request}`);
      yield chunk({ role: 'assistant', content: 'ok' }, 'stop');
    },
  };
  await unstreamed({ provider });
  await streamed({ provider });
  expect(asked).toEqual(['complete false', 'stream false']);
});

test.for(bothWays)('unknown keys of messages are sent, %s', async ([, run]) => {
  const provider = scriptedProvider([say('ok')]);
  const message = { role: 'user' as const, content: 'hi', cache_control: { type: 'ephemeral' } };
  await run({ provider, messages: [message] });
  expect(provider.requests[0]?.messages[1]).toEqual(message);
});

test.for(bothWays)('sender and tool_name are not sent, %s', async ([, run]) => {
  const provider = scriptedProvider([callTool('ping'), say('ok')]);
  const messages: Message[] = [
    { role: 'assistant', content: 'Hello.', sender: 'Sales' },
    { role: 'tool', tool_call_id: 'x', content: 'pong', tool_name: 'ping' },
  ];
  await run({ agent: new Agent({ functions: [ping] }), provider, messages });
  for (const message of provider.requests.flatMap((request) => request.messages)) {
    expect(message).not.toHaveProperty('sender');
    expect(message).not.toHaveProperty('tool_name');
  }
});

test.for(bothWays)('the provider receives the name of the conversation, %s', async ([way, run]) => {
  const provider = scriptedProvider([say('ok')]);
  const method = way === 'streamed' ? 'stream' : 'complete';
  const seen: unknown[] = [];
  const listening = {
    ...provider,
    [method]: (request: CompletionRequest, options?: { conversation?: string | undefined }) => {
      seen.push(options?.conversation);
      return provider[method](request, options);
    },
  };
  await run({ provider: listening, conversation: 'ann-1' });
  expect(seen).toEqual(['ann-1']);
});
