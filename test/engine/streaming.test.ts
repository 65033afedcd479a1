import { expect, test } from 'vitest';
import { Agent, type StreamEvent } from 'swarmcheck';
import { callTool, callTools, modelFails, say, scriptedProvider } from 'swarmcheck/testing';
import { salesTeam } from '../support/agents.ts';
import { asking, chunk, chunking, completing, completion, saying } from '../support/completions.ts';
import { eventsOf, streamed, streamOf, toolContents, unstreamed } from '../support/runs.ts';
import { rejectedWith } from '../support/failures.ts';

const { triage, sales } = salesTeam({ handsBack: false });

test('each completion gives delim start, its deltas and delim end, and the last event is the response', async () => {
  const events = await eventsOf(streamOf({ agent: triage, steps: [callTool('to_sales'), say('ok')] }));
  expect(events).toEqual([
    { delim: 'start' },
    { role: 'assistant', content: null, sender: 'Triage' },
    {
      tool_calls: [
        { index: 0, id: 'call_1', type: 'function', function: { name: 'to_sales', arguments: '' } },
      ],
    },
    { tool_calls: [{ index: 0, function: { arguments: '{}' } }] },
    {},
    { delim: 'end' },
    { delim: 'start' },
    { role: 'assistant', content: '', sender: 'Sales' },
    { content: 'ok' },
    {},
    { delim: 'end' },
    {
      response: { messages: expect.any(Array), agent: sales, contextVariables: {}, stopReason: 'completed' },
    },
  ]);
});

test('a streamed run has the same response as an unstreamed run', async () => {
  const steps = [
    callTools([callTool('to_sales'), callTool('to_sales')], { say: 'One moment.' }),
    say('Hello.'),
  ];
  expect(await streamed({ agent: triage, steps })).toEqual(await unstreamed({ agent: triage, steps }));
});

test('nothing happens until iteration starts', async () => {
  const provider = scriptedProvider([say('ok')]);
  let evaluated = 0;
  const stream = streamOf({ agent: new Agent({ instructions: () => `${++evaluated}` }), provider });
  await Promise.resolve();
  expect([provider.requests.length, evaluated]).toEqual([0, 0]);
  await eventsOf(stream);
  expect([provider.requests.length, evaluated]).toEqual([1, 1]);
});

test('the stream of a run without turns has only the response', async () => {
  const events = await eventsOf(streamOf({ maxTurns: 0 }));
  expect(events).toEqual([{ response: expect.objectContaining({ messages: [], stopReason: 'max_turns' }) }]);
});

test('the reader gets a piece before the next one is requested', async () => {
  const log: string[] = [];
  const provider = {
    ...completing(),
    async *stream() {
      log.push('gives a');
      yield chunk({ role: 'assistant', content: 'a' });
      log.push('gives b');
      yield chunk({ content: 'b' }, 'stop');
    },
  };
  for await (const event of streamOf({ provider })) if ('content' in event) log.push(`got ${event.content}`);
  expect(log).toEqual(['gives a', 'got a', 'gives b', 'got b']);
});

test('every delta with the role assistant has the active agent as its sender, and other deltas have no sender', async () => {
  const provider = chunking([
    chunk({ role: 'assistant', content: 'a' }),
    chunk({ role: 'assistant', content: 'b' }),
    chunk({ content: 'c' }, 'stop'),
  ]);
  const deltas = (await eventsOf(streamOf({ agent: sales, provider }))).filter((event) => 'content' in event);
  expect(deltas).toEqual([
    { role: 'assistant', content: 'a', sender: 'Sales' },
    { role: 'assistant', content: 'b', sender: 'Sales' },
    { content: 'c' },
  ]);
});

test('a stored message has the agent that was active as its sender', async () => {
  const { messages } = await streamed({ agent: triage, steps: [callTool('to_sales'), say('ok')] });
  expect(messages).toMatchObject([{ sender: 'Triage' }, { role: 'tool' }, { sender: 'Sales' }]);
});

test("the stored content is concatenated, or '' without content", async () => {
  const provider = chunking(
    [chunk({ role: 'assistant' }), chunk({ content: 'He' }), chunk({ content: 'llo' }), chunk({}, 'stop')],
    [chunk({ role: 'assistant' }), chunk({}, 'stop')],
  );
  expect(await streamed({ provider })).toMatchObject({ messages: [{ content: 'Hello' }] });
  expect(await streamed({ provider })).toMatchObject({ messages: [{ content: '' }] });
});

test('a refusal is concatenated and stored like an unstreamed one', async () => {
  const provider = chunking([
    chunk({ role: 'assistant', content: null }),
    chunk({ refusal: 'I ' }),
    chunk({ refusal: 'won’t.' }),
    chunk({}, 'stop'),
  ]);
  const { messages } = await streamed({ provider });
  expect(messages).toEqual([{ role: 'assistant', content: null, refusal: 'I won’t.', sender: 'Agent' }]);
  const whole = await unstreamed({
    provider: completing(completion({ role: 'assistant', content: null, refusal: 'I won’t.' })),
  });
  expect(messages).toEqual(whole.messages);
});

test('a legacy function_call does not fail the run', async () => {
  const provider = chunking([
    chunk({ role: 'assistant', content: 'ok', function_call: { name: 'f', arguments: '' } }),
    chunk({ function_call: { arguments: '{}' } }),
    chunk({}, 'stop'),
  ]);
  expect(await streamed({ provider })).toMatchObject({
    stopReason: 'completed',
    messages: [{ content: 'ok' }],
  });
});

test('a legacy function_call is left out of the message, streamed or not', async () => {
  const function_call = { name: 'f', arguments: '{}' };
  const message = { role: 'assistant', content: 'ok', function_call };
  const whole = await unstreamed({ provider: completing(completion(message)) });
  const pieces = await streamed({ provider: chunking([chunk(message), chunk({}, 'stop')]) });
  expect(pieces.messages).toEqual([{ role: 'assistant', content: 'ok', sender: 'Agent' }]);
  expect(whole.messages).toEqual(pieces.messages);
});

test('chunks without choices are accepted and give no event', async () => {
  const empty = {
    ...chunk({}),
    choices: [],
    usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
  };
  const provider = chunking([empty, chunk({ role: 'assistant', content: 'ok' }), chunk({}, 'stop'), empty]);
  const events = await eventsOf(streamOf({ provider }));
  expect(events.slice(0, -1)).toEqual([
    { delim: 'start' },
    { role: 'assistant', content: 'ok', sender: 'Agent' },
    {},
    { delim: 'end' },
  ]);
});

test('an error in the middle of a stream follows the events so far, without delim end and response', async () => {
  const error = new Error('cut');
  const provider = {
    ...completing(),
    async *stream() {
      yield chunk({ role: 'assistant', content: 'He' });
      throw error;
    },
  };
  const events: StreamEvent[] = [];
  const read = async () => {
    for await (const event of streamOf({ provider })) events.push(event);
  };
  expect(await rejectedWith(read())).toBe(error);
  expect(events).toEqual([{ delim: 'start' }, { role: 'assistant', content: 'He', sender: 'Agent' }]);
});

test('a request that fails at once gives no event', async () => {
  const events: StreamEvent[] = [];
  const read = async () => {
    for await (const event of streamOf({ steps: [modelFails({ kind: 'status', status: 429 })] }))
      events.push(event);
  };
  expect(await rejectedWith(read())).toMatchObject({ status: 429 });
  expect(events).toEqual([]);
});

test('an event does not change after the reader gets it', async () => {
  const steps = [
    callTools([callTool('to_sales', {}, {}), callTool('to_sales')], { say: 'One moment.' }),
    say('ok'),
  ];
  const events: unknown[] = [];
  const copies: unknown[] = [];
  for await (const event of streamOf({ agent: triage, steps })) {
    if ('response' in event) continue;
    events.push(event);
    copies.push(structuredClone(event));
  }
  expect(events).toEqual(copies);
});

test("changing an event changes neither the run nor the provider's chunk", async () => {
  const piece = chunk({ role: 'assistant', content: 'ok' });
  let messages: unknown;
  for await (const event of streamOf({ provider: chunking([piece, chunk({}, 'stop')]) })) {
    if ('content' in event) event.content = 'scribbled';
    if ('response' in event) messages = event.response.messages;
  }
  expect(messages).toMatchObject([{ content: 'ok' }]);
  expect(piece.choices[0]?.delta).toEqual({ role: 'assistant', content: 'ok' });
});

test('a stream can be read only once', async () => {
  const stream = streamOf({ steps: [say('ok')] });
  await eventsOf(stream);
  await expect(eventsOf(stream)).rejects.toThrow(/can be iterated only once/);
});

test('invalid options reject a streamed run when it is read', async () => {
  const stream = streamOf({ maxTurns: NaN });
  await expect(eventsOf(stream)).rejects.toThrow(RangeError);
});

test('an unstreamed run returns a promise of its response', async () => {
  const provider = completing(
    completion(asking({ id: 'a', function: { name: 'to_sales', arguments: '' } })),
    saying('ok'),
  );
  expect(toolContents(await unstreamed({ agent: triage, provider }))).toEqual(['{"assistant":"Sales"}']);
});
