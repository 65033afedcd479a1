/** `pendingCalls` and `answerPending`: an interrupted run goes on. */
import { expect, test } from 'vitest';
import { z } from 'zod';
import {
  Agent,
  answerPending,
  partialResponse,
  pendingCalls,
  Result,
  Swarm,
  tool,
  type Hooks,
  type Message,
  type PendingCall,
  type Response,
} from 'swarmcheck';
import {
  callTool,
  callTools,
  say,
  scriptedProvider,
  traceOf,
  type Step,
  type Trace,
  type TraceEvent,
} from 'swarmcheck/testing';
import { bothWays } from '../support/runs.ts';

interface Desk {
  log: string[];
  paid?: number;
}

const night = new Agent<Desk>({ name: 'Night desk' });
const desk = new Agent<Desk>({
  name: 'Desk',
  functions: [
    tool({
      name: 'pay',
      parameters: z.object({ euros: z.number() }),
      execute: ({ euros }, { contextVariables }: { contextVariables: Desk }) => {
        contextVariables.log.push(`pay ${euros}`);
        return new Result({ value: 'paid', contextVariables: { paid: euros } });
      },
    }),
    tool({
      name: 'crash',
      execute: () => {
        throw new Error('no paper');
      },
    }),
    function to_night() {
      return night;
    },
  ],
});
const asked: Message = { role: 'user', content: 'Pay.' };
const twoPayments = callTools([callTool('pay', { euros: 1 }), callTool('pay', { euros: 2 })]);
/** Calls of every kind that a run answers in its own way. */
const allKinds: Step = callTools([
  callTool('pay', { euros: 1 }),
  callTool('pay', { euros: '1 €' }, { hallucinated: true }),
  callTool('crash'),
  callTool('nobody', {}, { hallucinated: true }),
  callTool('pay', '{"euros":', { hallucinated: true }),
  callTool('to_night'),
]);

interface Swarms {
  hooks?: Hooks;
  signal?: AbortSignal;
}

async function interruptedAt(step: Step, { hooks, signal }: Swarms = {}): Promise<Response<Desk>> {
  const swarm = new Swarm({ provider: scriptedProvider([step]), hooks });
  const contextVariables: Desk = { log: [] };
  return await swarm.run({ agent: desk, messages: [asked], contextVariables, executeTools: false, signal });
}

/** The events without the bounds of runs and the numbers of runs and turns. */
function within(...traces: Trace[]): object[] {
  return traces
    .flatMap(({ events }) => events)
    .filter(({ type }) => type !== 'run-start' && type !== 'run-end')
    .map((event: TraceEvent) => ({ ...event, run: 0, turn: 0 }));
}

test.for(bothWays)('an interrupted run and the next one equal an uninterrupted run, %s', async ([, run]) => {
  const log: unknown[] = [];
  const hooks: Hooks = {
    beforeTool: ({ agent, turn: _turn, ...event }) => void log.push(['before', agent.name, event]),
    afterTool: ({ agent, turn: _turn, ...event }) => void log.push(['after', agent.name, event]),
  };
  const start = { agent: desk, messages: [asked], hooks };
  const whole = await run({ ...start, contextVariables: { log: [] }, steps: [allKinds, say('Done.')] });
  const logOfWhole = log.splice(0);

  const asks = await run({ ...start, contextVariables: { log: [] }, executeTools: false, steps: [allKinds] });
  const answered = await answerPending(asks);
  const next = await run({ ...answered, hooks, steps: [say('Done.')] });

  expect(log).toEqual(logOfWhole);
  expect(logOfWhole).toHaveLength(6);
  expect(within(traceOf(asks), traceOf(next))).toEqual(within(traceOf(whole)));
  expect([...asks.messages, ...answered.messages.slice(2), ...next.messages]).toEqual(whole.messages);
  expect(next.contextVariables).toEqual(whole.contextVariables);
  expect(next.agent).toBe(whole.agent);
  expect(traceOf(next).agents).toEqual(['Desk', 'Night desk']);
  expect(traceOf(next).toolCalls.map(({ turn }) => turn)).toEqual([0, 0, 0, 0, 0, 0]);
  expect(traceOf(next).events[0]).toMatchObject({ agent: 'Desk', contextVariables: { log: [] } });
});

test('hooks get the turn of the interrupted run', async () => {
  const turns: number[] = [];
  const hooks: Hooks = { beforeTool: ({ turn }) => void turns.push(turn) };
  await answerPending(await interruptedAt(twoPayments, { hooks }));
  expect(turns).toEqual([1, 1]);
});

test('each pending call is shown with its arguments, which cannot be changed', async () => {
  const calls = pendingCalls(await interruptedAt(allKinds));
  expect(calls.map(({ tool: name, args }) => [name, args])).toEqual([
    ['pay', { euros: 1 }],
    ['pay', { euros: '1 €' }],
    ['crash', {}],
    ['nobody', {}],
    ['pay', '{"euros":'],
    ['to_night', {}],
  ]);
  expect(calls[0]).toEqual({ id: 'call_1', tool: 'pay', args: { euros: 1 } });
  expect([calls[0], calls[0]?.args].every(Object.isFrozen)).toBe(true);
});

test('a response that was not interrupted has no pending calls', async () => {
  const response = await new Swarm({ provider: scriptedProvider([say('Hi.')]) }).run({
    agent: desk,
    messages: [asked],
    contextVariables: { log: [] },
  });
  expect(pendingCalls(response)).toEqual([]);
});

test.for([
  ['synchronously', (decision: 'execute' | { answer: string }) => decision],
  ['later', async (decision: 'execute' | { answer: string }) => decision],
] as const)('a call is refused with a reason, and the others run in order, decided %s', async ([, give]) => {
  const response = await interruptedAt(
    callTools([
      callTool('pay', { euros: 1 }),
      callTool('pay', { euros: 900 }),
      callTool('pay', { euros: 2 }),
    ]),
  );
  const order: string[] = [];
  const { messages, contextVariables } = await answerPending(response, (call) => {
    const { euros } = call.args as { euros: number };
    order.push(`decide ${euros}`);
    return give(euros > 100 ? { answer: 'Too much.' } : 'execute');
  });
  expect(order).toEqual(['decide 1', 'decide 900', 'decide 2']);
  expect(contextVariables).toEqual({ log: ['pay 1', 'pay 2'], paid: 2 });
  expect(messages).toEqual([
    asked,
    ...response.messages,
    { role: 'tool', tool_call_id: 'call_1', tool_name: 'pay', content: 'paid' },
    { role: 'tool', tool_call_id: 'call_2', tool_name: 'pay', content: 'Too much.' },
    { role: 'tool', tool_call_id: 'call_3', tool_name: 'pay', content: 'paid' },
  ]);
});

test('an answer may be anything that a tool returns, also a promise', async () => {
  const response = await interruptedAt(twoPayments);
  const answers = [
    new Result({ value: { refused: true }, agent: night, contextVariables: { paid: 0 } }),
    Promise.resolve(['later']),
  ];
  const answered = await answerPending(response, () => ({ answer: answers.shift() }));
  expect(answered.messages.slice(-2).map(({ content }) => content)).toEqual([
    '{"refused":true}',
    '["later"]',
  ]);
  expect(answered.agent).toBe(night);
  expect(answered.contextVariables).toEqual({ log: [], paid: 0 });
});

test('a call whose tool is unknown can be answered', async () => {
  const response = await interruptedAt(callTool('nobody', {}, { hallucinated: true }));
  const { messages } = await answerPending(response, () => ({ answer: 'by hand' }));
  expect(messages.at(-1)).toMatchObject({ content: 'by hand' });
});

test('calls with the same id are answered one by one', async () => {
  const response = await interruptedAt(
    callTools([callTool('pay', { euros: 1 }, { id: 'same' }), callTool('pay', { euros: 2 }, { id: 'same' })]),
  );
  const { messages } = await answerPending(response, ({ args }) => ({ answer: JSON.stringify(args) }));
  expect(messages.slice(-2).map(({ content }) => content)).toEqual(['{"euros":1}', '{"euros":2}']);
});

test('the response and the messages of the caller are not changed', async () => {
  const response = await interruptedAt(twoPayments);
  const before = structuredClone({ ...response, agent: '' });
  const { messages } = await answerPending(response);
  Object.assign(messages[0]!, { content: 'changed' });
  expect({ ...response, agent: '' }).toEqual(before);
  expect(asked.content).toBe('Pay.');
  expect(traceOf(response).events.at(-1)).toMatchObject({ type: 'run-end', outcome: 'interrupted' });
});

test('the next run has the answered calls in its trace, also behind a new message of the user', async () => {
  const answered = await answerPending(await interruptedAt(callTool('pay', { euros: 1 })));
  const provider = scriptedProvider([say('Done.')]);
  const messages: Message[] = [...answered.messages, { role: 'user', content: 'Done?' }];
  const contextVariables = { ...answered.contextVariables, paid: 7 };
  const next = await new Swarm({ provider }).run({ ...answered, messages, contextVariables });
  expect(traceOf(next).toolCalls).toEqual([
    {
      run: 1,
      turn: 0,
      agent: 'Desk',
      tool: 'pay',
      toolCallId: 'call_1',
      args: { euros: 1 },
      content: 'paid',
    },
  ]);
  expect(traceOf(next).events).toContainEqual({
    type: 'context-change',
    run: 1,
    turn: 0,
    set: { log: ['pay 1'], paid: 7 },
    deleted: [],
  });
  expect(next.messages).toEqual([{ role: 'assistant', content: 'Done.', sender: 'Desk' }]);
});

test('the run of another agent does not have the answered calls in its trace', async () => {
  const answered = await answerPending(await interruptedAt(callTool('pay', { euros: 1 })));
  const provider = scriptedProvider([say('Done.')]);
  const next = await new Swarm({ provider }).run({ ...answered, agent: night });
  expect(traceOf(next).toolCalls).toEqual([]);
  expect(traceOf(next).agents).toEqual(['Night desk']);
});

test('what decide throws rejects, nothing has run, and the response can be answered again', async () => {
  const response = await interruptedAt(twoPayments);
  const gone = new Error('the person is gone');
  let count = 0;
  const rejected = answerPending(response, () => {
    if (++count === 2) throw gone;
    return 'execute';
  });
  await expect(rejected).rejects.toBe(gone);
  expect(partialResponse(gone)).toMatchObject({ contextVariables: { log: [] }, outcome: 'failed' });
  expect(pendingCalls(response)).toHaveLength(2);
  expect((await answerPending(response)).contextVariables.log).toEqual(['pay 1', 'pay 2']);
});

test('a hook that throws rejects, and the partial response has the results before it', async () => {
  const full = new Error('the disk is full');
  const hooks: Hooks = {
    afterTool: ({ toolCallId }) => {
      if (toolCallId === 'call_1') throw full;
    },
  };
  const response = await interruptedAt(twoPayments, { hooks });
  await expect(answerPending(response)).rejects.toBe(full);
  expect(partialResponse(full)?.messages.map(({ role }) => role)).toEqual(['assistant', 'tool']);
  expect(traceOf(full).outcome).toBe('failed');
});

test('an abort rejects at once while a person decides, and no tool starts', async () => {
  const stop = new AbortController();
  const response = await interruptedAt(twoPayments, { signal: stop.signal });
  const answering = answerPending(response, () => new Promise<'execute'>(() => {}));
  stop.abort(new Error('closed'));
  await expect(answering).rejects.toThrow('closed');
  expect(traceOf(stop.signal.reason as Error).outcome).toBe('aborted');
  expect(response.contextVariables.log).toEqual([]);
});

test('a tool gets the signal of the interrupted run, and an abort between two calls ends the answers', async () => {
  const stop = new AbortController();
  const seen: AbortSignal[] = [];
  const agent = new Agent({
    functions: [
      tool({
        name: 'stop',
        execute: (_args, { signal }) => {
          seen.push(signal);
          stop.abort(new Error('closed'));
        },
      }),
    ],
  });
  const swarm = new Swarm({ provider: scriptedProvider([callTools([callTool('stop'), callTool('stop')])]) });
  const response = await swarm.run({ agent, messages: [], executeTools: false, signal: stop.signal });
  await expect(answerPending(response)).rejects.toThrow('closed');
  expect(seen).toEqual([stop.signal]);
});

const decisions: [what: string, decision: unknown, words: string][] = [
  ['nothing', undefined, 'undefined'],
  ['a boolean', true, 'the boolean true'],
  ['another word', 'approve', 'the string "approve"'],
  ['a Result', new Result({ value: 'x' }), 'a Result'],
  ['an empty object', {}, 'an empty object'],
  ['an answer that is undefined', { answer: undefined }, 'an object with answer: undefined'],
  [
    'another field',
    { answer: 'no', reason: 1 },
    'an object with answer: the string "no", reason: the number 1',
  ],
];
test.for(decisions)('a decision that is %s is refused', async ([, decision, given]) => {
  const response = await interruptedAt(twoPayments);
  const answering = answerPending(response, () => decision as 'execute');
  await expect(answering).rejects.toMatchObject({ name: 'TypeError', field: 'decide', given, tool: 'pay' });
  expect(response.contextVariables.log).toEqual([]);
});

const copied = (response: Response<Desk>): Response<Desk> => JSON.parse(JSON.stringify(response)) as never;
const messagesOfErrors: [what: string, answer: () => Promise<unknown>, message: string][] = [
  [
    'a wrong decision',
    async () => answerPending(await interruptedAt(twoPayments), () => ({}) as 'execute'),
    'The decide of answerPending must return "execute" or { answer }, but returned an empty object for the call of "pay". To refuse a call, answer it with the reason.',
  ],
  [
    'something else in place of decide',
    async () => answerPending(await interruptedAt(twoPayments), 'execute' as never),
    'The decide of answerPending must be a function that takes a call, but is the string "execute".',
  ],
  [
    'a response that was stored as JSON',
    async () => answerPending(copied(await interruptedAt(twoPayments))),
    'answerPending takes the response that run() returned, but was given a copy of one. A copy, for example from JSON, does not have the tools. Answer the response itself, or hold the conversation in a Conversation, which can be stored: Conversation.restore(…).resume(…).',
  ],
  [
    'a promise',
    async () => answerPending(interruptedAt(twoPayments) as never),
    'answerPending takes the response of a run, but was given a Promise. Is an "await" missing?',
  ],
  [
    'a response that was not interrupted',
    async () => {
      const swarm = new Swarm({ provider: scriptedProvider([say('Hi.')]) });
      return answerPending(await swarm.run({ agent: night, messages: [], contextVariables: { log: [] } }));
    },
    'answerPending takes an interrupted response, but this run ended with completed, so no call is pending. A run is interrupted before its tools with executeTools: false.',
  ],
  [
    'a second answer',
    async () => {
      const response = await interruptedAt(twoPayments);
      await answerPending(response);
      expect(pendingCalls(response)).toEqual([]);
      return answerPending(response);
    },
    'The pending calls of this response were answered already. Continue from the result of the first answerPending(), so that no tool runs twice.',
  ],
  [
    'a second answer during the first',
    async () => {
      const response = await interruptedAt(twoPayments);
      const [, second] = await Promise.allSettled([answerPending(response), answerPending(response)]);
      throw (second as PromiseRejectedResult).reason;
    },
    'The pending calls of this response are being answered. Await the first answerPending().',
  ],
];
test.for(messagesOfErrors)('%s is a TypeError that says what to do', async ([, answer, message]) => {
  const error: unknown = await answer().catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(TypeError);
  expect((error as Error).message).toBe(message);
});

test('pendingCalls reads a copy, and refuses a value that is not a response', async () => {
  const response = await interruptedAt(twoPayments);
  expect(pendingCalls(copied(response))).toEqual(pendingCalls(response));
  expect(() => pendingCalls(null as never)).toThrow(
    'pendingCalls takes the response of a run, but was given null.',
  );
});

test('arguments called __proto__ are only a key', async () => {
  const response = await interruptedAt(callTool('nobody', '{"__proto__":{"a":1}}', { hallucinated: true }));
  const [call] = pendingCalls(response);
  expect(Object.keys((call as PendingCall).args as object)).toEqual(['__proto__']);
});

test('the answers keep the type of the context variables', async () => {
  const response = await interruptedAt(callTool('pay', { euros: 3 }));
  const answered: { agent: Agent<Desk>; messages: Message[]; contextVariables: Desk } =
    await answerPending(response);
  expect(answered.contextVariables.paid).toBe(3);
  // @ts-expect-error: a decision is "execute" or an answer.
  const refused = answerPending(await interruptedAt(twoPayments), () => 'approve');
  await expect(refused).rejects.toThrow(TypeError);
});
