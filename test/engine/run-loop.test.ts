import { expect, test } from 'vitest';
import { Agent, Result, tool, type Message } from 'swarmcheck';
import { callTool, callTools, modelFails, say, scriptedProvider, traceOf } from 'swarmcheck/testing';
import { answeredBy, asking, completion, saying } from '../support/completions.ts';
import { bothWays, toolContents } from '../support/runs.ts';
import { rejectedWith } from '../support/failures.ts';

test.for(bothWays)(
  "a run does not change the caller's messages and context variables, %s",
  async ([, run]) => {
    const messages: Message[] = [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }];
    const contextVariables = { cart: { items: ['pen'] } };
    const before = structuredClone({ messages, contextVariables });
    const agent = new Agent({
      functions: [
        tool({
          name: 'add',
          execute: (_args, { contextVariables: { cart } }) => void cart.items.push('ink'),
        }),
      ],
    });

    const response = await run({ agent, messages, contextVariables, steps: [callTool('add'), say('ok')] });

    expect({ messages, contextVariables }).toEqual(before);
    expect(response.contextVariables).toEqual({ cart: { items: ['pen', 'ink'] } });
  },
);

test.for(bothWays)(
  'two runs with one provider share no messages and no context variables, %s',
  async ([, run]) => {
    const provider = scriptedProvider([say('one'), say('two')]);
    await run({ provider, messages: [{ role: 'user', content: 'first' }], contextVariables: { a: 1 } });
    const second = await run({ provider, messages: [{ role: 'user', content: 'second' }] });
    expect(provider.requests[1]?.messages.map(({ content }) => content)).toEqual([
      'You are a helpful agent.',
      'second',
    ]);
    expect(second.contextVariables).toEqual({});
  },
);

test.for(bothWays)(
  'each turn asks the model, runs its tools, updates the context and hands off, until an answer has no calls, %s',
  async ([, run]) => {
    const sales = new Agent({ name: 'Sales', instructions: ({ vip }: { vip?: boolean }) => `vip: ${vip}` });
    const triage = new Agent({
      name: 'Triage',
      functions: [
        tool({
          name: 'to_sales',
          execute: () => new Result({ value: 'moved', agent: sales, contextVariables: { vip: true } }),
        }),
      ],
    });
    const provider = scriptedProvider([callTool('to_sales'), say('Hello.')]);

    const response = await run({ agent: triage, provider });

    expect(traceOf(response).events.map(({ type }) => type)).toEqual([
      'run-start',
      'model-request',
      'model-response',
      'tool-result',
      'context-change',
      'handoff',
      'model-request',
      'model-response',
      'run-end',
    ]);
    expect(provider.requests[1]?.messages).toMatchObject([
      { role: 'system', content: 'vip: true' },
      { role: 'user' },
      { role: 'assistant', tool_calls: [{ id: 'call_1' }] },
      { role: 'tool', tool_call_id: 'call_1', content: 'moved' },
    ]);
    expect(response.stopReason).toBe('completed');
  },
);

for (const tool_calls of [undefined, null, []]) {
  test.for(bothWays)(`tool_calls of ${JSON.stringify(tool_calls)} end the run, %s`, async ([, run]) => {
    const provider = answeredBy(() => completion({ role: 'assistant', content: 'bye', tool_calls }, 'stop'));
    const response = await run({ provider });
    expect(response).toMatchObject({ stopReason: 'completed', messages: [{ content: 'bye' }] });
    expect(response.messages[0]).not.toHaveProperty('tool_calls');
  });
}

for (const content of [null, '', 'One moment.']) {
  test.for(bothWays)(`content ${JSON.stringify(content)} beside tool calls is kept, %s`, async ([, run]) => {
    const call = { id: 'a', function: { name: 'look_up', arguments: '{}' } };
    const requests: unknown[] = [];
    const provider = answeredBy((request, _options, count) => {
      requests.push(request.messages[2]);
      return count === 1 ? completion({ ...asking(call), content }) : saying('ok');
    });
    const agent = new Agent({
      functions: [
        function look_up() {
          return 'found';
        },
      ],
    });

    const response = await run({ agent, provider });

    expect(response.messages[0]).toMatchObject({ content, tool_calls: [call] });
    expect(requests[1]).toMatchObject({ content, tool_calls: [call] });
  });
}

test.for(bothWays)('an error of the provider rejects the run without a retry, %s', async ([, run]) => {
  const provider = scriptedProvider([modelFails({ kind: 'status', status: 500 }), say('not asked for')]);
  await expect(run({ provider })).rejects.toMatchObject({ status: 500 });
  expect(provider.requests).toHaveLength(1);
});

test.for(bothWays)('an error of the provider in a later turn rejects the run, too, %s', async ([, run]) => {
  const agent = new Agent({
    functions: [
      function look_up() {
        return 'found';
      },
    ],
  });
  const error = await rejectedWith(
    run({ agent, steps: [callTool('look_up'), modelFails({ kind: 'reset' })] }),
  );
  expect(error).toMatchObject({ message: 'Connection error.' });
});

test.for(bothWays)(
  'a response has only the new messages, the last agent and all context variables, %s',
  async ([, run]) => {
    const sales = new Agent({ name: 'Sales' });
    const agent = new Agent({
      name: 'Triage',
      functions: [
        function to_sales() {
          return new Result({ agent: sales, contextVariables: { b: 2 } });
        },
      ],
    });
    const response = await run({
      agent,
      contextVariables: { a: 1 },
      steps: [callTool('to_sales'), say('Hello.')],
    });
    expect(response.messages.map(({ role }) => role)).toEqual(['assistant', 'tool', 'assistant']);
    expect(response.agent).toBe(sales);
    expect(response.contextVariables).toEqual({ a: 1, b: 2 });
  },
);

test.for(bothWays)(
  'after a handoff in the last allowed turn, the response has the new agent, %s',
  async ([, run]) => {
    const sales = new Agent({ name: 'Sales' });
    const agent = new Agent({
      functions: [
        function to_sales() {
          return sales;
        },
      ],
    });
    const response = await run({ agent, maxTurns: 1, steps: [callTool('to_sales')] });
    expect(response.agent).toBe(sales);
  },
);

test.for(bothWays)(
  'the next run can continue from the agent, the context and the messages of a response, %s',
  async ([, run]) => {
    const sales = new Agent({
      name: 'Sales',
      instructions: ({ user }: { user?: string }) => `Sell to ${user}.`,
    });
    const triage = new Agent({
      name: 'Triage',
      functions: [
        function to_sales() {
          return new Result({ value: 'ok', agent: sales, contextVariables: { user: 'Ann' } });
        },
      ],
    });
    const provider = scriptedProvider([
      callTools([callTool('to_sales')], { say: 'One moment.' }),
      say('Hello.'),
      say('Bye.'),
    ]);
    const first: Message[] = [{ role: 'user', content: 'hi' }];

    const one = await run({ agent: triage, provider, messages: first });
    const two = await run({
      provider,
      agent: one.agent,
      contextVariables: one.contextVariables,
      messages: [...first, ...one.messages, { role: 'user', content: 'bye' }],
    });

    expect(provider.requests[2]?.messages).toEqual([
      { role: 'system', content: 'Sell to Ann.' },
      { role: 'user', content: 'hi' },
      {
        role: 'assistant',
        content: 'One moment.',
        tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'to_sales', arguments: '{}' } }],
      },
      { role: 'tool', tool_call_id: 'call_1', content: 'ok' },
      { role: 'assistant', content: 'Hello.' },
      { role: 'user', content: 'bye' },
    ]);
    expect(toolContents(one)).toEqual(['ok']);
    expect(two.messages).toEqual([{ role: 'assistant', content: 'Bye.', sender: 'Sales' }]);
  },
);
