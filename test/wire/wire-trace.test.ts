import { beforeAll, expect, test } from 'vitest';
import type { ChatCompletion, CompletionRequest } from 'swarmcheck';
import type { Trace } from 'swarmcheck/testing';
import { problemsBySchema } from '../../src/engine/tools/arguments.ts';
import { RunTrace } from '../../src/trace/trace.ts';
import type { Exchange } from '../../src/wire/exchange.ts';
import { WireTracer } from '../../src/wire/wire-trace.ts';

type WireMessage = CompletionRequest['messages'][number];

// The schema validator is loaded before the first request is answered.
beforeAll(async () => void (await problemsBySchema('', {}, {})));

const system = (content: string) => ({ role: 'system', content }) as const;
const developer = (content: string) => ({ role: 'developer', content }) as const;
const user = (content: string) => ({ role: 'user', content }) as const;
const text = (content: string) => ({ role: 'assistant', content }) as const;
const answer = (id: string, content = `${id} is done`) =>
  ({ role: 'tool', tool_call_id: id, content }) as const;

/** A message with tool calls, by their ids; `args` in the same order, {} by default. */
const calls = (names: Record<string, string>, args: string[] = []): WireMessage => ({
  role: 'assistant',
  content: null,
  tool_calls: Object.entries(names).map(([id, name], index) => ({
    id,
    type: 'function',
    function: { name, arguments: args[index] ?? '{}' },
  })),
});

const parameters = { type: 'object', properties: { q: { type: 'string' } }, required: ['q'] };
const offered = ['look_up', 'search', 'transfer_to_refunds', 'transfer_to_sales', 'ask_expert'].map(
  (name) => ({ type: 'function', function: { name, ...(name === 'search' ? { parameters } : {}) } }) as const,
);

/** A request with these messages, and its answer. */
function exchange(
  messages: readonly WireMessage[],
  message: object,
  different: Partial<Exchange> = {},
): Exchange {
  const finish_reason = 'tool_calls' in message ? 'tool_calls' : 'stop';
  const completion = { choices: [{ index: 0, message, finish_reason }] } as ChatCompletion;
  return { request: { model: 'm', messages: [...messages], tools: [...offered] }, completion, ...different };
}

const failing = (messages: readonly WireMessage[], status = 500): Exchange => ({
  request: { model: 'm', messages: [...messages] },
  error: { name: 'InternalServerError', message: `status ${status}`, status },
});

function traceOf(...exchanges: Exchange[]): Trace {
  const tracer = new WireTracer();
  for (const one of exchanges) tracer.add(one);
  tracer.end();
  return new RunTrace(tracer.runs);
}

/** The event types of each run. */
const kindsOf = ({ events }: Trace) => {
  const runs: string[][] = [];
  for (const event of events) (runs[event.run - 1] ??= []).push(event.type);
  return runs.map((kinds) => kinds.join(' '));
};

const start = [system('Triage.'), user('hi')];

test('an answer makes a run', () => {
  const trace = traceOf(exchange(start, text('hello')));
  expect(trace.events).toMatchObject([
    {
      type: 'run-start',
      run: 1,
      agent: 'Agent',
      messages: [user('hi')],
      contextVariables: {},
      maxTurns: null,
      executeTools: true,
    },
    { type: 'model-request', turn: 1, request: { model: 'm', messages: start } },
    { type: 'model-response', turn: 1, message: { content: 'hello' }, finishReason: 'stop' },
    { type: 'run-end', outcome: 'completed' },
  ]);
});

test('a result belongs to the turn of its call', () => {
  const asked = calls({ a: 'look_up' });
  const trace = traceOf(exchange(start, asked), exchange([...start, asked, answer('a')], text('ok')));
  expect(kindsOf(trace)).toEqual([
    'run-start model-request model-response tool-result model-request model-response run-end',
  ]);
  expect(trace.toolCalls).toEqual([
    { run: 1, turn: 1, agent: 'Agent', tool: 'look_up', toolCallId: 'a', args: {}, content: 'a is done' },
  ]);
  expect(trace.requests.map(({ turn }) => turn)).toEqual([1, 2]);
});

test('parallel calls keep their order, whatever the order of their results', () => {
  const asked = calls({ a: 'look_up', b: 'search', c: 'look_up' }, ['{}', '{"q":"x"}']);
  const answers = [answer('c'), answer('a'), answer('b')];
  const trace = traceOf(exchange(start, asked), exchange([...start, asked, ...answers], text('ok')));
  expect(trace.toolCalls.map(({ tool, args, content }) => [tool, args, content])).toEqual([
    ['look_up', {}, 'a is done'],
    ['search', { q: 'x' }, 'b is done'],
    ['look_up', {}, 'c is done'],
  ]);
});

test('a call without a result is not listed', () => {
  const asked = calls({ a: 'look_up', b: 'look_up' });
  const trace = traceOf(exchange(start, asked), exchange([...start, asked, answer('b')], text('ok')));
  expect(trace.toolCalls.map(({ toolCallId }) => toolCallId)).toEqual(['b']);
});

test('a result in parts becomes their text', () => {
  const asked = calls({ a: 'look_up' });
  const parts = { ...answer('a'), content: [{ type: 'text', text: 'found' } as const] };
  const trace = traceOf(exchange(start, asked), exchange([...start, asked, parts], text('ok')));
  expect(trace.toolCalls[0]?.content).toBe('found');
});

test.for([
  ['nothing', '{}', 'unknown-tool'],
  ['search', '{', 'invalid-json'],
  ['search', '[]', 'invalid-arguments'],
  ['search', '{"q":7}', 'invalid-arguments'],
  ['search', '{"q":"x"}', undefined],
  ['look_up', '{"anything":1}', undefined],
] as const)('a call of %s with %s has the error kind %s', ([tool, args, error]) => {
  const asked = calls({ a: tool }, [args]);
  const trace = traceOf(exchange(start, asked), exchange([...start, asked, answer('a')], text('ok')));
  expect(trace.toolCalls[0]?.error).toBe(error);
});

test('unanswered calls at the end are an interruption', () => {
  expect(traceOf(exchange(start, calls({ a: 'look_up' }))).outcome).toBe('interrupted');
});

// ── Handoffs ──

test.for([
  ['transfer_to_refunds', 'refunds'],
  ['transfer_to_Refunds_Agent', 'Refunds_Agent'],
  ['transfer-to-refunds', 'refunds'],
  ['handoff_to_refunds', 'refunds'],
  ['hand_off_to_refunds', 'refunds'],
  ['hand_over_to_refunds', 'refunds'],
  ['escalate_to_human', 'human'],
  ['TRANSFER_TO_refunds', 'refunds'],
] as const)('%s, followed by other instructions, is a handoff to %s', ([tool, to]) => {
  const asked = calls({ a: tool });
  const trace = traceOf(
    exchange(start, asked),
    exchange([system('Refunds.'), ...start.slice(1), asked, answer('a')], text('ok')),
  );
  expect(trace.handoffs).toEqual([{ run: 1, turn: 1, from: 'Agent', to, tool }]);
  expect(trace.agents).toEqual(['Agent', to]);
  expect(trace.requests.map(({ agent }) => agent)).toEqual(['Agent', to]);
});

test.for(['transfer_money', 'transfer_to', 'transfer_to_', 'do_transfer_to_refunds', 'look_up'])(
  '%s is not a handoff, even if other instructions follow',
  (tool) => {
    const asked = calls({ a: tool });
    const trace = traceOf(
      exchange(start, asked),
      exchange([system('Refunds.'), ...start.slice(1), asked, answer('a')], text('ok')),
    );
    expect(trace.handoffs).toEqual([]);
    expect(trace.agents).toEqual(['Agent']);
  },
);

test('a transfer followed by the same instructions is not a handoff', () => {
  const asked = calls({ a: 'transfer_to_refunds' });
  const trace = traceOf(exchange(start, asked), exchange([...start, asked, answer('a')], text('ok')));
  expect(trace.handoffs).toEqual([]);
  expect(trace.toolCalls).toHaveLength(1);
});

test('instructions that change without a transfer are not a handoff', () => {
  const asked = calls({ a: 'look_up' });
  const trace = traceOf(
    exchange(start, asked),
    exchange([system('It is 12:01.'), ...start.slice(1), asked, answer('a')], text('ok')),
  );
  expect(trace.agents).toEqual(['Agent']);
});

test('the last of two transfers in a turn counts', () => {
  const asked = calls({ a: 'transfer_to_refunds', b: 'transfer_to_sales' });
  const trace = traceOf(
    exchange(start, asked),
    exchange([system('Sales.'), ...start.slice(1), asked, answer('a'), answer('b')], text('ok')),
  );
  expect(trace.agents).toEqual(['Agent', 'sales']);
});

test('a handoff comes after the results of its turn', () => {
  const asked = calls({ a: 'transfer_to_refunds', b: 'look_up' });
  const trace = traceOf(
    exchange(start, asked),
    exchange([system('Refunds.'), ...start.slice(1), asked, answer('a'), answer('b')], text('ok')),
  );
  expect(kindsOf(trace)).toEqual([
    'run-start model-request model-response tool-result tool-result handoff model-request model-response run-end',
  ]);
});

test('instructions in the developer role mark a handoff too', () => {
  const asked = calls({ a: 'transfer_to_refunds' });
  const trace = traceOf(
    exchange([developer('Triage.'), user('hi')], asked),
    exchange([developer('Refunds.'), user('hi'), asked, answer('a')], text('ok')),
  );
  expect(trace.agents).toEqual(['Agent', 'refunds']);
  expect(trace.events[0]).toMatchObject({ messages: [user('hi')] });
});

test('without instructions there are calls and results, but no handoff', () => {
  const asked = calls({ a: 'transfer_to_refunds' });
  const trace = traceOf(
    exchange([user('hi')], asked),
    exchange([user('hi'), asked, answer('a')], text('ok')),
  );
  expect(trace.handoffs).toEqual([]);
  expect(trace.toolCalls).toHaveLength(1);
  expect(trace.requests[0]?.request.messages).toEqual([user('hi')]);
});

test('a handoff back leads to the first agent, which gets the name in the transfer', () => {
  const [there, back] = [calls({ a: 'transfer_to_refunds' }), calls({ b: 'transfer_to_triage' })];
  const second = [system('Refunds.'), user('hi'), there, answer('a')];
  const third = [system('Triage.'), ...second.slice(1), back, answer('b')];
  const trace = traceOf(exchange(start, there), exchange(second, back), exchange(third, text('ok')));
  expect(trace.agents).toEqual(['triage', 'refunds', 'triage']);
  expect(trace.requests.map(({ agent }) => agent)).toEqual(['triage', 'refunds', 'triage']);
  expect(trace.handoffs).toMatchObject([
    { from: 'triage', to: 'refunds' },
    { from: 'refunds', to: 'triage' },
  ]);
});

test('the active agent stays active in the next run', () => {
  const asked = calls({ a: 'transfer_to_refunds' });
  const second = [system('Refunds.'), user('hi'), asked, answer('a')];
  const third = [...second, text('ok'), user('and now?')];
  const trace = traceOf(exchange(start, asked), exchange(second, text('ok')), exchange(third, text('done')));
  expect(trace.events.filter(({ type }) => type === 'run-start')).toMatchObject([
    { run: 1, agent: 'Agent' },
    { run: 2, agent: 'refunds' },
  ]);
});

test('a fresh conversation with known instructions belongs to the agent that had them', () => {
  const asked = calls({ a: 'transfer_to_refunds' });
  const second = [system('Refunds.'), user('hi'), asked, answer('a')];
  const trace = traceOf(
    exchange(start, asked),
    exchange(second, text('ok')),
    exchange([system('Refunds.'), user('something else')], text('ok')),
    exchange([system('Triage.'), user('once more')], text('ok')),
    exchange([system('Others.'), user('who are you?')], text('ok')),
  );
  expect(trace.requests.map(({ agent }) => agent)).toEqual([
    'Agent',
    'refunds',
    'refunds',
    'Agent',
    'Agent 2',
  ]);
});

// ── Runs ──

test('a further user message begins another run with all messages so far', () => {
  const second = [...start, text('hello'), user('and?')];
  const trace = traceOf(exchange(start, text('hello')), exchange(second, text('done')));
  expect(kindsOf(trace)).toEqual(Array(2).fill('run-start model-request model-response run-end'));
  expect(trace.events[4]).toMatchObject({ type: 'run-start', run: 2, messages: second.slice(1) });
});

test('the first run has ended before the second begins', () => {
  const second = [...start, text('hello'), user('and?')];
  const trace = traceOf(exchange(start, text('hello')), exchange(second, text('done')));
  expect(trace.events.filter(({ type }) => type === 'run-end')).toMatchObject([
    { run: 1, outcome: 'completed' },
    { run: 2, outcome: 'completed' },
  ]);
});

test('a failure and its retry are two turns of one run', () => {
  const trace = traceOf(failing(start), exchange(start, text('ok')));
  expect(kindsOf(trace)).toEqual([
    'run-start model-request model-error model-request model-response run-end',
  ]);
  expect(trace.events[2]).toMatchObject({
    turn: 1,
    error: { name: 'InternalServerError', message: 'status 500', status: 500 },
  });
  expect(trace.outcome).toBe('completed');
});

test('a retry after a tool call lists the result of the call once', () => {
  const asked = calls({ a: 'look_up' });
  const second = [...start, asked, answer('a')];
  const trace = traceOf(
    exchange(start, asked),
    failing(second),
    failing(second),
    exchange(second, text('ok')),
  );
  expect(kindsOf(trace)).toEqual([
    'run-start model-request model-response tool-result model-request model-error model-request model-error model-request model-response run-end',
  ]);
});

test('a failure at the end makes the run fail', () => {
  expect(traceOf(failing(start)).outcome).toBe('failed');
});

test('a damaged answer is a failure', () => {
  const trace = traceOf(exchange(start, text('x'), { completion: { choices: [] } }));
  expect(trace.events[2]).toMatchObject({
    error: { name: 'InvalidCompletionError', message: 'no usable completion' },
  });
  expect(trace.outcome).toBe('failed');
});

test('a run whose client disconnects at the end is aborted', () => {
  const trace = traceOf(exchange(start, text('hello'), { isLeft: true }));
  expect(trace.outcome).toBe('aborted');
});

test('a run continues as one run after its client disconnected', () => {
  const asked = calls({ a: 'look_up' });
  const trace = traceOf(
    exchange(start, asked, { isLeft: true }),
    exchange([...start, asked, answer('a')], text('ok')),
  );
  expect(kindsOf(trace)).toEqual([
    'run-start model-request model-response tool-result model-request model-response run-end',
  ]);
  expect(trace.outcome).toBe('completed');
});

test('a known outcome also applies to a run whose client disconnected', () => {
  const tracer = new WireTracer();
  tracer.add(exchange(start, text('hello'), { isLeft: true }));
  tracer.end('completed', [user('hi')]);
  const trace = new RunTrace(tracer.runs);
  expect(trace.outcome).toBe('completed');
  expect(kindsOf(trace)).toHaveLength(1);
});

test('conversations without a common history are separate runs', () => {
  const other = [system('Triage.'), user('ho')];
  const asked = calls({ a: 'look_up' });
  const trace = traceOf(
    exchange(start, asked),
    exchange(other, text('ho!')),
    exchange([...start, asked, answer('a')], text('ok')),
  );
  expect(trace.toolCalls).toHaveLength(1);
  expect(trace.events.filter(({ type }) => type === 'run-start')).toHaveLength(2);
});

// ── An agent as a tool ──

const expert = [system('Expert.'), user('what is it?')];
const ask = calls({ a: 'ask_expert' });
const interleaved = [
  exchange(start, ask),
  exchange(expert, calls({ x: 'look_up' })),
  exchange([...expert, calls({ x: 'look_up' }), answer('x')], text('It is a duck.')),
  exchange([...start, ask, answer('a', 'It is a duck.')], text('A duck, they say.')),
];

test('an agent used as a tool has its own run, within the run of its caller', () => {
  const trace = traceOf(...interleaved);
  expect(trace.toolCalls.map(({ tool, content }) => `${tool}: ${content}`).toSorted()).toEqual([
    'ask_expert: It is a duck.',
    'look_up: x is done',
  ]);
  expect(trace.handoffs).toEqual([]);
  expect(trace.events.filter(({ type }) => type === 'run-end')).toMatchObject([
    { outcome: 'completed' },
    { outcome: 'completed' },
  ]);
});

test('the last answer of interleaved runs is the last response of the trace', () => {
  const trace = traceOf(...interleaved);
  expect(trace.events.findLast(({ type }) => type === 'model-response')).toMatchObject({
    message: { content: 'A duck, they say.' },
  });
});

test('a known outcome applies to the run with the latest exchange', () => {
  const tracer = new WireTracer();
  for (const one of interleaved.slice(0, 3)) tracer.add(one);
  tracer.add(failing([...start, ask, answer('a', 'It is a duck.')]));
  tracer.end('failed');
  const trace = new RunTrace(tracer.runs);
  expect(trace.outcome).toBe('failed');
  expect(
    trace.events.filter(({ type }) => type === 'run-end').map((end) => 'outcome' in end && end.outcome),
  ).toEqual(['completed', 'failed']);
});

test('two agents that are called as tools at once in a turn are kept apart', () => {
  const both = calls({ a: 'ask_expert', b: 'ask_expert' });
  const other = [system('Expert.'), user('and who?')];
  const [x, y] = [calls({ x: 'look_up' }), calls({ y: 'look_up' })];
  const trace = traceOf(
    exchange(start, both),
    exchange(expert, x),
    exchange(other, y),
    exchange([...other, y, answer('y')], text('A man.')),
    exchange([...expert, x, answer('x')], text('A duck.')),
    exchange([...start, both, answer('a', 'A duck.'), answer('b', 'A man.')], text('ok')),
  );
  expect(trace.toolCalls.map(({ toolCallId, content }) => `${toolCallId}: ${content}`).toSorted()).toEqual([
    'a: A duck.',
    'b: A man.',
    'x: x is done',
    'y: y is done',
  ]);
  expect(trace.events.filter(({ type }) => type === 'run-end')).toHaveLength(3);
});

test('equal call ids in two conversations are kept apart by the messages before them', () => {
  const other = [system('Triage.'), user('ho')];
  const same = calls({ a: 'look_up' });
  const trace = traceOf(
    exchange(start, same),
    exchange(other, same),
    exchange([...start, same, answer('a', 'of the first')], text('ok')),
    exchange([...other, same, answer('a', 'of the second')], text('ok')),
  );
  expect(trace.toolCalls.map(({ run, content }) => [run, content])).toEqual([
    [1, 'of the first'],
    [2, 'of the second'],
  ]);
});

// ── Rewritten histories ──

const asked = calls({ a: 'look_up' });
const again = calls({ b: 'search' }, ['{"q":"x"}']);

test('a shortened history still shows the results of its calls', () => {
  const trace = traceOf(
    exchange([system('Triage.'), user('hi'), text('hello'), user('find it')], asked),
    exchange([system('Triage.'), user('find it'), asked, answer('a')], again),
    exchange([system('Triage.'), user('find it'), asked, answer('a'), again, answer('b')], text('ok')),
  );
  expect(trace.toolCalls.map(({ toolCallId, content }) => [toolCallId, content])).toEqual([
    ['a', 'a is done'],
    ['b', 'b is done'],
  ]);
});

test('a reminder that stays at the end of the history neither hides nor doubles a call', () => {
  const reminder = system('Be brief.');
  const trace = traceOf(
    exchange([...start, reminder], asked),
    exchange([...start, asked, answer('a'), reminder], again),
    exchange([...start, asked, answer('a'), again, answer('b'), reminder], text('ok')),
  );
  expect(trace.toolCalls.map(({ toolCallId }) => toolCallId)).toEqual(['a', 'b']);
  expect(trace.events.filter(({ type }) => type === 'run-start')).toHaveLength(1);
});

test('two requests that continue one answer show its results once', () => {
  const trace = traceOf(
    exchange(start, asked),
    exchange([...start, asked, answer('a'), system('Summarize.')], text('short')),
    exchange([...start, asked, answer('a')], text('ok')),
  );
  expect(trace.toolCalls).toHaveLength(1);
});

test('two requests that continue one transfer show one handoff', () => {
  const there = calls({ a: 'transfer_to_refunds' });
  const second = [system('Refunds.'), user('hi'), there, answer('a')];
  const trace = traceOf(
    exchange(start, there),
    exchange([...second, system('Summarize.')], text('short')),
    exchange(second, text('ok')),
  );
  expect(trace.handoffs).toHaveLength(1);
  expect(trace.requests.map(({ agent }) => agent)).toEqual(['Agent', 'refunds', 'refunds']);
});

test('the first of two results for a call counts', () => {
  const trace = traceOf(
    exchange(start, asked),
    exchange([...start, asked, answer('a', 'first'), answer('a', 'second')], text('ok')),
  );
  expect(trace.toolCalls.map(({ content }) => content)).toEqual(['first']);
});

test('results sent with the next user message belong to the run of their calls', () => {
  const trace = traceOf(
    exchange(start, asked),
    exchange([...start, asked, answer('a'), user('go on')], text('ok')),
  );
  expect(trace.toolCalls).toMatchObject([{ run: 1, turn: 1, toolCallId: 'a' }]);
  expect(kindsOf(trace)).toEqual([
    'run-start model-request model-response tool-result run-end',
    'run-start model-request model-response run-end',
  ]);
});

test('results sent after the run ended come before its end', () => {
  const tracer = new WireTracer();
  tracer.add(exchange(start, asked));
  tracer.end('completed');
  tracer.add(exchange([...start, asked, answer('a'), user('go on')], text('ok')));
  tracer.end('completed');
  expect(kindsOf(new RunTrace(tracer.runs))).toEqual([
    'run-start model-request model-response tool-result run-end',
    'run-start model-request model-response run-end',
  ]);
});

// ── Ended from outside ──

test('a run that ends without a request is listed with the message of the user', () => {
  const tracer = new WireTracer();
  tracer.end('failed', [user('hi')]);
  expect(new RunTrace(tracer.runs).events).toEqual([
    {
      type: 'run-start',
      run: 1,
      agent: 'Agent',
      messages: [user('hi')],
      contextVariables: {},
      maxTurns: null,
      executeTools: true,
    },
    { type: 'run-end', run: 1, agent: 'Agent', outcome: 'failed' },
  ]);
});

test('ending a run twice has no further effect', () => {
  const tracer = new WireTracer();
  tracer.add(exchange(start, text('ok')));
  tracer.end();
  tracer.end();
  expect(kindsOf(new RunTrace(tracer.runs))).toEqual(['run-start model-request model-response run-end']);
});

test('a request without messages makes a run', () => {
  expect(traceOf(exchange([], text('ok'))).requests[0]?.request.messages).toEqual([
    { role: 'system', content: '' },
  ]);
});
