import { expect, test } from 'vitest';
import { Agent } from 'swarmcheck';
import { callTool, say, traceOf } from 'swarmcheck/testing';
import { bothWays } from '../support/runs.ts';

test.for(bothWays)(
  'class instances and functions in the context pass by reference, and the trace shows their names, %s',
  async ([, run]) => {
    class Database {
      rows = 1;
    }
    const database = new Database();
    const now = () => 0;
    const response = await run({ contextVariables: { nested: { database, now } }, steps: [say('ok')] });
    expect(response.contextVariables.nested.database).toBe(database);
    expect(response.contextVariables.nested.now).toBe(now);
    expect(Object.isFrozen(database)).toBe(false);
    expect(traceOf(response).events[0]).toMatchObject({
      contextVariables: { nested: { database: '[Database]', now: '[Function now]' } },
    });
  },
);

test.for(bothWays)(
  "a run never changes the caller's context object, not even a class instance, %s",
  async ([, run]) => {
    class Session {
      user = 'Ann';
    }
    const session = new Session();
    const agent = new Agent({
      functions: [
        function rename(context: Session) {
          context.user = 'Eve';
        },
      ],
    });
    // Rejecting such a context would also be correct.
    await run({ agent, contextVariables: session, steps: [callTool('rename'), say('ok')] }).catch(() => {});
    expect(session.user).toBe('Ann');
  },
);

test.for(bothWays)(
  'a context that refers to itself is copied, and the trace shows [Circular], %s',
  async ([, run]) => {
    const node: { name: string; self?: object; list: unknown[] } = { name: 'a', list: [] };
    node.self = node;
    node.list.push(node, new Map([['node', node]]), new Set([node]));
    const response = await run({ contextVariables: { node }, steps: [say('ok')] });
    const copy = response.contextVariables.node as typeof node;
    expect(copy).not.toBe(node);
    expect(copy.self).toBe(copy);
    expect(copy.list[0]).toBe(copy);
    expect((copy.list[1] as Map<string, unknown>).get('node')).toBe(copy);
    expect((copy.list[2] as Set<unknown>).has(copy)).toBe(true);
    expect(traceOf(response).events[0]).toMatchObject({
      contextVariables: { node: { name: 'a', self: '[Circular]' } },
    });
  },
);

test.for(bothWays)('variables that share an object share one copy of it, %s', async ([, run]) => {
  const shared = { n: 1 };
  const { contextVariables } = await run({
    contextVariables: { a: shared, b: [shared] },
    steps: [say('ok')],
  });
  expect(contextVariables.a).toBe(contextVariables.b[0]);
  expect(contextVariables.a).not.toBe(shared);
});

test.for(bothWays)(
  'a context whose objects all refer to each other does not blow up the trace, %s',
  async ([, run]) => {
    const people = Array.from({ length: 7 }, (_, id) => ({ id, friends: [] as object[] }));
    for (const person of people) person.friends = people.filter((other) => other !== person);
    const response = await run({ contextVariables: { people }, steps: [say('ok')] });
    // Showing every path would take 7! copies, and a run with 12 people would never finish.
    expect(JSON.stringify(traceOf(response).events[0]).length).toBeLessThan(100_000);
  },
);
