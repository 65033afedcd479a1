import { expect, test } from 'vitest';
import { Agent, tool, type Hooks } from 'swarmcheck';
import { callTool, callTools, say, scriptedProvider, traceOf } from 'swarmcheck/testing';
import { answeredBy, completing, saying } from '../support/completions.ts';
import { bothWays, unstreamed } from '../support/runs.ts';

const hookNames = ['beforeModel', 'afterModel', 'beforeTool', 'afterTool'] as const;

/** Hooks that log their name and turn. */
function logging(log: string[], as = ''): Hooks {
  return Object.fromEntries(
    hookNames.map((name) => [name, ({ turn }: { turn: number }) => void log.push(`${as}${name} ${turn}`)]),
  );
}

const order = tool({
  name: 'order',
  parameters: { type: 'object', properties: { item: { type: 'string' } }, required: ['item'] },
  execute: ({ item }) => {
    if (item === 'nothing') throw new Error('out of stock');
    return `ordered ${item}`;
  },
});
const agent = new Agent({ name: 'Shop', functions: [order] });
const pen = callTool('order', { item: 'pen' });

test.for(bothWays)(
  'hooks run around every model call and every tool call, once each and in order, %s',
  async ([, run]) => {
    const log: string[] = [];
    await run({ agent, hooks: logging(log), steps: [callTools([pen, pen]), say('ok')] });
    expect(log).toEqual([
      'beforeModel 1',
      'afterModel 1',
      'beforeTool 1',
      'afterTool 1',
      'beforeTool 1',
      'afterTool 1',
      'beforeModel 2',
      'afterModel 2',
    ]);
  },
);

test.for(bothWays)('several hooks are called in the order given, %s', async ([, run]) => {
  const log: string[] = [];
  await run({
    agent,
    hooks: [logging(log, 'a '), {}, logging(log, 'b ')],
    steps: [pen, say('ok')],
    maxTurns: 1,
  }).catch(() => {});
  expect(log).toEqual(hookNames.flatMap((name) => [`a ${name} 1`, `b ${name} 1`]));
});

test.for(bothWays)('asynchronous hooks are awaited, one after another, %s', async ([, run]) => {
  const log: string[] = [];
  const slow: Hooks = Object.fromEntries(
    hookNames.map((name) => [
      name,
      async () => {
        log.push(`${name} starts`);
        await new Promise(setImmediate);
        log.push(`${name} ends`);
      },
    ]),
  );
  const provider = scriptedProvider([pen, say('ok')]);
  await run({ agent, hooks: [slow, logging(log)], provider, maxTurns: 1 });
  expect(log).toEqual(hookNames.flatMap((name) => [`${name} starts`, `${name} ends`, `${name} 1`]));
});

test.for(bothWays)(
  'the request waits for beforeModel, and the tool waits for beforeTool, %s',
  async ([, run]) => {
    const log: string[] = [];
    const later = (word: string) => async () => {
      await new Promise(setImmediate);
      log.push(word);
    };
    const provider = answeredBy(() => {
      log.push('model');
      return saying('ok');
    });
    await run({ provider, hooks: { beforeModel: later('before model'), afterModel: later('after model') } });
    const noted = tool({ name: 'note', execute: () => void log.push('tool') });
    const hooks: Hooks = { beforeTool: later('before tool'), afterTool: later('after tool') };
    await run({ agent: new Agent({ functions: [noted] }), hooks, steps: [callTool('note'), say('ok')] });
    expect(log).toEqual(['before model', 'model', 'after model', 'before tool', 'tool', 'after tool']);
  },
);

test.for(bothWays)('a hook method keeps its this, %s', async ([, run]) => {
  class Counter implements Hooks {
    requests = 0;
    beforeModel(): void {
      this.requests++;
    }
  }
  const counter = new Counter();
  await run({ hooks: counter, steps: [say('ok')] });
  expect(counter.requests).toBe(1);
});

test.for(bothWays)('beforeModel receives the request that the provider gets, %s', async ([, run]) => {
  const seen: unknown[] = [];
  const provider = scriptedProvider([pen, say('ok')]);
  await run({ agent, provider, hooks: { beforeModel: (event) => void seen.push(event) } });
  expect(seen).toEqual(provider.requests.map((request, index) => ({ agent, request, turn: index + 1 })));
});

test.for(bothWays)(
  'afterModel receives the whole completion, folded if it was streamed, %s',
  async ([, run]) => {
    const seen: unknown[] = [];
    const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 };
    const steps = [callTool('order', { item: 'pen' }, { say: 'One moment.', usage }), say('ok')];
    await run({ agent, steps, hooks: { afterModel: ({ completion }) => void seen.push(completion) } });
    expect(seen[0]).toMatchObject({
      id: 'chatcmpl-1',
      object: 'chat.completion',
      model: 'gpt-4o',
      usage,
      choices: [
        {
          finish_reason: 'tool_calls',
          message: {
            content: 'One moment.',
            tool_calls: [
              { id: 'call_1', type: 'function', function: { name: 'order', arguments: '{"item":"pen"}' } },
            ],
          },
        },
      ],
    });
  },
);

test.for(bothWays)(
  'beforeTool receives the arguments of a call, and afterTool receives its answer, %s',
  async ([, run]) => {
    const seen: object[] = [];
    const note = (event: object): void => void seen.push(event);
    await run({ agent, steps: [pen, say('ok')], hooks: { beforeTool: note, afterTool: note } });
    const about = { agent, name: 'order', toolCallId: 'call_1', turn: 1 };
    expect(seen).toEqual([
      { ...about, args: { item: 'pen' } },
      { ...about, content: 'ordered pen' },
    ]);
  },
);

test.for(bothWays)(
  'afterTool receives the error object that a tool threw, and no error otherwise, %s',
  async ([, run]) => {
    const seen: object[] = [];
    const error = new Error('out of stock');
    const fail = tool({ name: 'fail', execute: () => Promise.reject(error) });
    const steps = [callTools([callTool('fail'), callTool('order', { item: 'pen' })]), say('ok')];
    const hooks: Hooks = { afterTool: (event) => void seen.push(event) };
    await run({ agent: new Agent({ functions: [fail, order] }), steps, hooks });
    expect(seen[0]).toMatchObject({ content: 'Error: Tool fail failed: out of stock' });
    expect((seen[0] as { error: unknown }).error).toBe(error);
    expect(seen[1]).not.toHaveProperty('error');
  },
);

test.for(bothWays)(
  'afterTool receives an error field even if a tool threw undefined, %s',
  async ([, run]) => {
    const seen: object[] = [];
    const fail = tool({ name: 'fail', execute: () => Promise.reject(undefined) });
    const hooks: Hooks = { afterTool: (event) => void seen.push(event) };
    await run({ agent: new Agent({ functions: [fail] }), steps: [callTool('fail'), say('ok')], hooks });
    expect(Object.keys(seen[0]!)).toContain('error');
  },
);

test.for(bothWays)('tool hooks run only for tools that are executed, %s', async ([, run]) => {
  const log: string[] = [];
  const unknown = callTool('odrer', {}, { hallucinated: true });
  const steps = [
    callTools([unknown, callTool('order', '{'), callTool('order', '{}'), callTool('order', '[]'), pen]),
    say('ok'),
  ];
  await run({
    agent,
    steps,
    hooks: {
      beforeTool: ({ toolCallId }) => void log.push(toolCallId),
      afterTool: ({ toolCallId }) => void log.push(toolCallId),
    },
  });
  expect(log).toEqual(['call_5', 'call_5']);
});

test.for(bothWays)('executeTools: false calls no tool hook, %s', async ([, run]) => {
  const log: string[] = [];
  await run({ agent, hooks: logging(log), executeTools: false, steps: [pen] });
  expect(log).toEqual(['beforeModel 1', 'afterModel 1']);
});

test.for(bothWays)('the return value of a hook is ignored, %s', async ([, run]) => {
  // For example, TypeScript accepts `(event) => list.push(event)` as a hook, although it returns a number.
  for (const returned of [7, null, 'text', { type: 'run-end' }]) {
    const hook = (() => returned) as () => void;
    const hooks: Hooks = { beforeModel: hook, afterModel: hook, beforeTool: hook, afterTool: hook };
    const plain = await run({ agent, steps: [pen, say('ok')] });
    const hooked = await run({ agent, steps: [pen, say('ok')], hooks });
    expect(traceOf(hooked).toJSON()).toEqual(traceOf(plain).toJSON());
  }
});

test('a hook that returns a value works with debug', async () => {
  const hooks: Hooks = { beforeModel: (() => 7) as () => void };
  expect(await unstreamed({ hooks, debug: true, log: () => {}, steps: [say('ok')] })).toMatchObject({
    stopReason: 'completed',
  });
});

test('an invalid completion does not reach afterModel', async () => {
  const log: string[] = [];
  await unstreamed({ hooks: logging(log), provider: completing({}) }).catch(() => {});
  expect(log).toEqual(['beforeModel 1']);
});
