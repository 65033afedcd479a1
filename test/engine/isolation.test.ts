import { expect, test } from 'vitest';
import { Agent, Result, type Message, type Response } from 'swarmcheck';
import { callTool, callTools, say, scriptedProvider, traceOf } from 'swarmcheck/testing';
import { salesTeam } from '../support/agents.ts';
import { bothWays, eventsOf, streamOf } from '../support/runs.ts';

/** Inputs with values at every depth, created anew for every test. */
function inputs(): { messages: Message[]; contextVariables: Record<string, unknown> } {
  return {
    messages: [
      { role: 'user', content: [{ type: 'text', text: 'hi' }] },
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'x', type: 'function', function: { name: 'read', arguments: '{}' } }],
        sender: 'Sales',
      },
      { role: 'tool', tool_call_id: 'x', content: 'ok', tool_name: 'read' },
      { role: 'user', content: 'go on' },
    ],
    contextVariables: {
      cart: { items: [{ id: 1 }] },
      seen: new Map([['a', { n: 1 }]]),
      tags: new Set(['x']),
      since: new Date(0),
    },
  };
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(deepFreeze);
  return value;
}

interface Deep {
  cart: { items: { id: number }[] };
  seen: Map<string, { n: number }>;
  tags: Set<string>;
  since: Date;
  added?: boolean;
}

const scribbler = (): Agent =>
  new Agent({
    functions: [
      function scribble(context: Deep) {
        context.cart.items[0]!.id = 7;
        context.cart.items.push({ id: 2 });
        context.seen.get('a')!.n = 7;
        context.tags.add('y');
        context.since.setTime(7);
        context.added = true;
        return new Result({ contextVariables: { cart: { items: [] } } });
      },
    ],
  });

test.for(bothWays)(
  'inputs are unchanged after tools change the context at every depth, %s',
  async ([, run]) => {
    const given = inputs();
    const clone = structuredClone(given);
    const response = await run({ agent: scribbler(), ...given, steps: [callTool('scribble'), say('ok')] });
    expect(given).toEqual(clone);
    expect(response.contextVariables).toEqual({
      cart: { items: [] },
      seen: new Map([['a', { n: 7 }]]),
      tags: new Set(['x', 'y']),
      since: new Date(7),
      added: true,
    });
  },
);

test.for(bothWays)(
  'deeply frozen inputs are accepted, and tools can still change the context, %s',
  async ([, run]) => {
    const given = deepFreeze(inputs());
    const response = await run({ agent: scribbler(), ...given, steps: [callTool('scribble'), say('ok')] });
    expect(response.contextVariables.added).toBe(true);
  },
);

test.for(bothWays)('a run does not freeze its inputs, %s', async ([, run]) => {
  const given = inputs();
  await run({ ...given, steps: [say('ok')] });
  expect(Object.isFrozen(given.messages[0])).toBe(false);
  expect(Object.isFrozen((given.messages[0]!.content as object[])[0])).toBe(false);
});

test('a stream copies its inputs when run is called, not when it is read', async () => {
  const { messages, contextVariables } = inputs();
  const before = structuredClone({ messages, contextVariables });
  const provider = scriptedProvider([say('ok')]);
  const stream = streamOf({ messages, contextVariables, provider });
  messages.pop();
  contextVariables['more'] = true;
  const [last] = (await eventsOf(stream)).slice(-1) as [{ response: Response }];
  expect(last.response.contextVariables).toEqual(before.contextVariables);
  expect(provider.requests[0]?.messages).toHaveLength(1 + before.messages.length);
});

class ChatMessage {
  readonly role = 'user';
  content: string;
  constructor(content: string) {
    this.content = content;
  }
}

test.for(bothWays)('a message that is a class instance is copied and not frozen, %s', async ([, run]) => {
  const message = new ChatMessage('hi');
  const provider = scriptedProvider([say('ok')]);
  await run({ messages: [message], provider });
  expect(Object.isFrozen(message)).toBe(false);
  message.content = 'changed';
  expect(provider.requests[0]?.messages[1]).toMatchObject({ role: 'user', content: 'hi' });
});

test.for(bothWays)('a class instance within a message is not frozen, %s', async ([, run]) => {
  const text = new (class Text {
    readonly type = 'text';
    text = 'hi';
  })();
  await run({ messages: [{ role: 'user', content: [text] }], steps: [say('ok')] });
  expect(Object.isFrozen(text)).toBe(false);
});

test.for(bothWays)('changing the messages of a response does not change its trace, %s', async ([, run]) => {
  const agent = new Agent({
    functions: [
      function ping() {
        return 'pong';
      },
    ],
  });
  const response = await run({
    agent,
    steps: [callTools([callTool('ping')], { say: 'One moment.' }), say('ok')],
  });
  const before = structuredClone(traceOf(response).toJSON());
  for (const message of response.messages) {
    if ('tool_calls' in message && message.tool_calls?.[0]?.type === 'function')
      message.tool_calls[0].function.arguments = 'scribbled';
    message.content = 'scribbled';
    Object.assign(message, { more: true });
  }
  response.messages.length = 0;
  response.contextVariables.more = true;
  expect(traceOf(response).toJSON()).toEqual(before);
});

test.for(bothWays)(
  'a run leaves a cyclic graph of agents unchanged, even in the context, %s',
  async ([, run]) => {
    const { triage, sales } = salesTeam();
    const before = { sales: [...sales.functions], triage: [...triage.functions] };
    const response = await run({
      agent: triage,
      contextVariables: { start: triage },
      steps: [callTool('to_sales'), callTool('to_triage'), say('ok')],
    });
    expect(response.agent).toBe(triage);
    expect(response.contextVariables.start).toBe(triage);
    expect({ sales: sales.functions, triage: triage.functions }).toEqual(before);
    expect([sales, sales.functions, triage.functions].map(Object.isFrozen)).toEqual([false, false, false]);
  },
);
