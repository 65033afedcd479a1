import { expect, test } from 'vitest';
import { Agent, Result, Swarm, type ContextVariables } from 'swarmcheck';
import {
  callTool,
  callTools,
  modelFails,
  runScenario,
  say,
  scriptedProvider,
  traceOf,
  user,
  type TraceEvent,
} from 'swarmcheck/testing';
import { traceDesk } from './desk.ts';

const typesOf = (events: readonly TraceEvent[]) => events.map(({ type }) => type);

/** The context-change events of a run whose first turn calls these tools. */
async function contextEvents(
  contextVariables: object,
  ...tools: ((context: ContextVariables) => unknown)[]
): Promise<TraceEvent[]> {
  const functions = tools.map((each, index) =>
    Object.defineProperty((context: ContextVariables) => each(context), 'name', { value: `tool_${index}` }),
  );
  const [first, ...rest] = tools.map((_tool, index) => callTool(`tool_${index}`));
  const provider = scriptedProvider([callTools([first!, ...rest]), say('done')]);
  const response = await new Swarm({ provider }).run({
    agent: new Agent({ functions }),
    messages: [],
    contextVariables,
  });
  return traceOf(response).events.filter(({ type }) => type === 'context-change');
}

test('a run without tool calls has four events', async () => {
  expect(typesOf((await traceDesk({ steps: [say('hi')] })).events)).toEqual([
    'run-start',
    'model-request',
    'model-response',
    'run-end',
  ]);
});

test('the run-start event has the limit on turns, or null without a limit', async () => {
  expect((await traceDesk({ maxTurns: 7 })).events[0]).toMatchObject({ type: 'run-start', maxTurns: 7 });
  expect((await traceDesk()).events[0]).toMatchObject({ maxTurns: null });
  expect((await traceDesk({ maxTurns: Infinity })).events[0]).toMatchObject({ maxTurns: null });
});

test('the run-start event has the messages as given, with their senders', async () => {
  const messages = [{ role: 'assistant' as const, content: 'hi', sender: 'Desk' }];
  const { events } = await traceDesk({ messages });
  expect(events[0]).toMatchObject({ messages });
  expect(events[1]).toHaveProperty('request.messages', [
    { role: 'system', content: 'Help the user.' },
    { role: 'assistant', content: 'hi' },
  ]);
});

test('usage is in the event of the answer that reported it', async () => {
  const answers = (await traceDesk()).events.filter(({ type }) => type === 'model-response');
  expect(answers.map((event) => 'usage' in event)).toEqual([false, false, true]);
});

test("a model-error event has the status, but not the client's message", async () => {
  const { events } = await traceDesk({ steps: [modelFails({ kind: 'status', status: 429 })] });
  expect(events.slice(-2)).toEqual([
    {
      type: 'model-error',
      run: 1,
      turn: 1,
      agent: 'Desk',
      error: { name: 'RateLimitError', message: 'status 429', status: 429 },
    },
    { type: 'run-end', run: 1, agent: 'Desk', outcome: 'failed' },
  ]);
});

test("a model-error event describes a broken connection without the client's message", async () => {
  const { events } = await traceDesk({ steps: [modelFails({ kind: 'reset' })] });
  expect(events.at(-2)).toEqual({
    type: 'model-error',
    run: 1,
    turn: 1,
    agent: 'Desk',
    error: { name: 'APIConnectionError', message: 'connection error' },
  });
});

test('an aborted run has the outcome aborted and no model-error event', async () => {
  const { events } = await traceDesk({ signal: AbortSignal.abort(new Error('stopped')) });
  expect(typesOf(events)).toEqual(['run-start', 'run-end']);
  expect(events.at(-1)).toMatchObject({ outcome: 'aborted' });
});

test('a tool-result event keeps arguments that are not valid JSON as a string', async () => {
  const { events } = await traceDesk({ steps: [callTool('look_up', '{"orderId": '), say('hm')] });
  expect(events.find(({ type }) => type === 'tool-result')).toMatchObject({
    args: '{"orderId": ',
    error: 'invalid-json',
  });
});

test('a tool-result event keeps JSON arguments that are not an object', async () => {
  const { events } = await traceDesk({ steps: [callTool('look_up', '[1, 2]'), say('hm')] });
  expect(events.find(({ type }) => type === 'tool-result')).toMatchObject({
    args: [1, 2],
    error: 'invalid-arguments',
  });
});

test('a tool-result event shows blank arguments as {}', async () => {
  const { events } = await traceDesk({ steps: [callTool('close_ticket', ' '), say('hm')] });
  expect(events.find(({ type }) => type === 'tool-result')).toMatchObject({ args: {}, content: 'closed' });
});

test('the events of a run without failures have no error field', async () => {
  const { events } = await traceDesk();
  expect(events.filter((event) => 'error' in event)).toEqual([]);
});

test.for([
  ['unknown-tool', callTool('nothing', {}, { hallucinated: true })],
  ['invalid-json', callTool('look_up', '{')],
  ['invalid-arguments', callTool('look_up', { orderId: 1 }, { hallucinated: true })],
] as const)('a failed call has the error kind %s', async ([kind, step]) => {
  expect((await traceDesk({ steps: [step, say('hm')] })).toolCalls).toMatchObject([{ error: kind }]);
});

test('the changes that several tools of a turn make to the context are one event', async () => {
  const change = (contextVariables: object) => () => new Result({ contextVariables });
  expect(await contextEvents({ a: 1 }, change({ b: 2 }), change({ c: 3 }))).toEqual([
    { type: 'context-change', run: 1, turn: 1, set: { b: 2, c: 3 }, deleted: [] },
  ]);
});

test('a context-change event has the value that a tool changed in place', async () => {
  const write = (context: ContextVariables) => {
    context['list'].push('b');
  };
  expect(await contextEvents({ list: ['a'] }, write)).toMatchObject([{ set: { list: ['a', 'b'] } }]);
});

test('a context-change event has the name of a variable that a tool deleted', async () => {
  const remove = (context: ContextVariables) => {
    delete context['a'];
  };
  expect(await contextEvents({ a: 1, b: 2 }, remove)).toMatchObject([{ set: {}, deleted: ['a'] }]);
});

test('setting an equal value is not a change', async () => {
  expect(
    await contextEvents({ a: { b: [1] } }, () => new Result({ contextVariables: { a: { b: [1] } } })),
  ).toEqual([]);
});

test('values that JSON cannot hold are converted or shown by name', async () => {
  class Database {
    readonly url = 'db://';
  }
  const context = {
    when: new Date(0),
    set: new Set([1]),
    map: new Map([['k', 1]]),
    db: new Database(),
    run: function go() {},
    big: 1n,
    none: undefined,
  };
  const { events } = await traceDesk({ contextVariables: context });
  expect(events[0]).toMatchObject({
    contextVariables: {
      when: '1970-01-01T00:00:00.000Z',
      set: [1],
      map: [['k', 1]],
      db: '[Database]',
      run: '[Function go]',
      big: '[BigInt 1]',
    },
  });
});

test('the context-change event of a turn comes before its handoff event', async () => {
  const types = typesOf((await traceDesk()).events);
  expect(types.slice(types.indexOf('context-change'), types.indexOf('context-change') + 2)).toEqual([
    'context-change',
    'handoff',
  ]);
});

test('a handoff that a later one of the same turn replaces is not recorded', async () => {
  const [one, other] = [new Agent({ name: 'One' }), new Agent({ name: 'Other' })];
  const agent = new Agent({
    name: 'Start',
    functions: [
      function to_one() {
        return one;
      },
      function to_other() {
        return other;
      },
    ],
  });
  const provider = scriptedProvider([callTools([callTool('to_one'), callTool('to_other')]), say('hi')]);
  const trace = traceOf(await new Swarm({ provider }).run({ agent, messages: [] }));
  expect(trace.handoffs).toEqual([{ run: 1, turn: 1, from: 'Start', to: 'Other', tool: 'to_other' }]);
});

test('the run-end event of an interrupted run follows its last answer', async () => {
  const { events } = await traceDesk({ executeTools: false });
  expect(typesOf(events)).toEqual(['run-start', 'model-request', 'model-response', 'run-end']);
  expect(events.at(-1)).toMatchObject({ outcome: 'interrupted' });
});

test('runs are counted from 1, and so are the turns of each run', async () => {
  const run = await runScenario({ agent: new Agent(), steps: [user('a'), say('1'), user('b'), say('2')] });
  const requests = run.trace.events.filter((event) => event.type === 'model-request');
  expect(requests.map(({ run, turn }) => [run, turn])).toEqual([
    [1, 1],
    [2, 1],
  ]);
});
