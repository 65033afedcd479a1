/** Relations for unusual agents: odd values, tools that hang, and factories. */
import { Agent, Result, tool, type Message } from 'swarmcheck';
import { relations, type RelationName } from 'swarmcheck/fast-check';
import { callTool, say, ScenarioTimeoutError, user, type Scenario } from 'swarmcheck/testing';
import { expect, test } from 'vitest';

class Cart {
  items: string[] = [];
}

const shop = () =>
  new Agent({
    name: 'Shop',
    functions: [
      tool({ name: 'begin', execute: () => new Result({ contextVariables: { cart: new Cart() } }) }),
      tool({
        name: 'note',
        parameters: { type: 'object', properties: { toolCallId: { type: 'string' } } },
        execute: ({ toolCallId }) => `noted ${toolCallId}`,
      }),
    ],
  });
const history = [
  { role: 'user', content: 'Before.' },
  {
    role: 'assistant',
    content: null,
    tool_calls: [{ id: 'c', type: 'function', function: { name: 'begin', arguments: '{}' } }],
  },
  { role: 'tool', tool_call_id: 'c', content: '' },
] satisfies Message[];
const sound: Scenario = {
  agent: shop,
  messages: history,
  steps: [user('hi'), callTool('begin'), callTool('note', { toolCallId: 'x' }), say('ok')],
};

test.for(Object.keys(relations) as RelationName[])(
  'objects of a class, ids in the history, and arguments named like ids break no relation: %s',
  async (name) => {
    await expect(relations[name](sound)).resolves.toBeUndefined();
  },
);

test.for(['cut-and-resumed-equals-uninterrupted', 'equals-oracle', 'stream-events-are-in-order'] as const)(
  'a relation is rejected at the time limit if a tool never ends: %s',
  async (name) => {
    const agent = new Agent({
      functions: [tool({ name: 'hang', execute: () => new Promise<string>(() => {}) })],
    });
    const check = relations[name]({ agent, steps: [user('hi'), callTool('hang'), say('ok')], timeoutMs: 5 });
    await expect(check).rejects.toThrow(ScenarioTimeoutError);
  },
);

test.for(Object.keys(relations) as RelationName[])(
  'a relation disposes of every agent that a factory makes for it: %s',
  async (name) => {
    let open = 0;
    let made = 0;
    const agent = () => {
      made++;
      open++;
      return new Agent({ name: 'Shop', dispose: () => void open-- });
    };
    await relations[name]({ agent, steps: [user('hi'), say('ok')] });
    expect(made).toBeGreaterThan(0);
    expect(open).toBe(0);
  },
);
