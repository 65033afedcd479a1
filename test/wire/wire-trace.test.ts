import { beforeAll, expect, test } from 'vitest';
import type { ChatCompletion, CompletionRequest } from 'swarmcheck';
import type { Trace } from 'swarmcheck/testing';
import { problemsBySchema } from '../../src/engine/tools/arguments.ts';
import { RunTrace } from '../../src/trace/trace.ts';
import type { Exchange } from '../../src/wire/exchange.ts';
import { WireTracer } from '../../src/wire/wire-trace.ts';

type WireMessage = CompletionRequest['messages'][number];

// As it is loaded before the first request is answered.
beforeAll(async () => void (await problemsBySchema('', {}, {})));

const system = (content: string) => ({ role: 'system', content }) as const;
const developer = (content: string) => ({ role: 'developer', content }) as const;
const user = (content: string) => ({ role: 'user', content }) as const;
const text = (content: string) => ({ role: 'assistant', content }) as const;
const answer = (id: string, content = `${id} is done`) =>
  ({ role: 'tool', tool_call_id: id, content }) as const;

/** An assistant's calls, by their ids; arguments in order, {} where there are none. */
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

/** A request with these messages, and what it was answered with. */
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

/** The kinds of the events, run by run. */
const kindsOf = ({ events }: Trace) => {
  const runs: string[][] = [];
  for (const event of events) (runs[event.run - 1] ??= []).push(event.type);
  return runs.map((kinds) => kinds.join(' '));
};

const start = [system('Triage.'), user('hi')];

test('an answer is a run', () => {
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

test('a call is answered in the turn that asked for it', () => {
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

test('parallel calls stand in the order they were asked for, however they are answered', () => {
  const asked = calls({ a: 'look_up', b: 'search', c: 'look_up' }, ['{}', '{"q":"x"}']);
  const answers = [answer('c'), answer('a'), answer('b')];
  const trace = traceOf(exchange(start, asked), exchange([...start, asked, ...answers], text('ok')));
  expect(trace.toolCalls.map(({ tool, args, content }) => [tool, args, content])).toEqual([
    ['look_up', {}, 'a is done'],
    ['search', { q: 'x' }, 'b is done'],
    ['look_up', {}, 'c is done'],
  ]);
});

test('a call that was not answered has no result', () => {
  const asked = calls({ a: 'look_up', b: 'look_up' });
  const trace = traceOf(exchange(start, asked), exchange([...start, asked, answer('b')], text('ok')));
  expect(trace.toolCalls.map(({ toolCallId }) => toolCallId)).toEqual(['b']);
});

test('an answer in parts is their text', () => {
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
] as const)('a call of %s with %s is one of the kind %s', ([tool, args, error]) => {
  const asked = calls({ a: tool }, [args]);
  const trace = traceOf(exchange(start, asked), exchange([...start, asked, answer('a')], text('ok')));
  expect(trace.toolCalls[0]?.error).toBe(error);
});

test('calls at the end that nobody answered are an interruption', () => {
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
] as const)('%s, and other instructions after it, is a handoff to %s', ([tool, to]) => {
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
  '%s is no handoff, whatever the instructions after it',
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

test('a transfer after which the instructions stay is no handoff', () => {
  const asked = calls({ a: 'transfer_to_refunds' });
  const trace = traceOf(exchange(start, asked), exchange([...start, asked, answer('a')], text('ok')));
  expect(trace.handoffs).toEqual([]);
  expect(trace.toolCalls).toHaveLength(1);
});

test('instructions that change without a transfer are no handoff', () => {
  const asked = calls({ a: 'look_up' });
  const trace = traceOf(
    exchange(start, asked),
    exchange([system('It is 12:01.'), ...start.slice(1), asked, answer('a')], text('ok')),
  );
  expect(trace.agents).toEqual(['Agent']);
});

test('of two transfers in a turn the last counts', () => {
  const asked = calls({ a: 'transfer_to_refunds', b: 'transfer_to_sales' });
  const trace = traceOf(
    exchange(start, asked),
    exchange([system('Sales.'), ...start.slice(1), asked, answer('a'), answer('b')], text('ok')),
  );
  expect(trace.agents).toEqual(['Agent', 'sales']);
});

test('the handoff stands after the results of its turn', () => {
  const asked = calls({ a: 'transfer_to_refunds', b: 'look_up' });
  const trace = traceOf(
    exchange(start, asked),
    exchange([system('Refunds.'), ...start.slice(1), asked, answer('a'), answer('b')], text('ok')),
  );
  expect(kindsOf(trace)).toEqual([
    'run-start model-request model-response tool-result tool-result handoff model-request model-response run-end',
  ]);
});

test('instructions under their new name hand over as well', () => {
  const asked = calls({ a: 'transfer_to_refunds' });
  const trace = traceOf(
    exchange([developer('Triage.'), user('hi')], asked),
    exchange([developer('Refunds.'), user('hi'), asked, answer('a')], text('ok')),
  );
  expect(trace.agents).toEqual(['Agent', 'refunds']);
  expect(trace.events[0]).toMatchObject({ messages: [user('hi')] });
});

test('without instructions there are calls and results, and no handoff', () => {
  const asked = calls({ a: 'transfer_to_refunds' });
  const trace = traceOf(
    exchange([user('hi')], asked),
    exchange([user('hi'), asked, answer('a')], text('ok')),
  );
  expect(trace.handoffs).toEqual([]);
  expect(trace.toolCalls).toHaveLength(1);
  expect(trace.requests[0]?.request.messages).toEqual([user('hi')]);
});

test('a handoff back is one to the agent of that name', () => {
  const [there, back] = [calls({ a: 'transfer_to_refunds' }), calls({ b: 'transfer_to_triage' })];
  const second = [system('Refunds.'), user('hi'), there, answer('a')];
  const third = [system('Triage.'), ...second.slice(1), back, answer('b')];
  const trace = traceOf(exchange(start, there), exchange(second, back), exchange(third, text('ok')));
  expect(trace.agents).toEqual(['Agent', 'refunds', 'triage']);
});

test('who was active stays so in the next run', () => {
  const asked = calls({ a: 'transfer_to_refunds' });
  const second = [system('Refunds.'), user('hi'), asked, answer('a')];
  const third = [...second, text('ok'), user('and now?')];
  const trace = traceOf(exchange(start, asked), exchange(second, text('ok')), exchange(third, text('done')));
  expect(trace.events.filter(({ type }) => type === 'run-start')).toMatchObject([
    { run: 1, agent: 'Agent' },
    { run: 2, agent: 'refunds' },
  ]);
});

test('a fresh conversation with known instructions is of the agent who had them', () => {
  const asked = calls({ a: 'transfer_to_refunds' });
  const second = [system('Refunds.'), user('hi'), asked, answer('a')];
  const trace = traceOf(
    exchange(start, asked),
    exchange(second, text('ok')),
    exchange([system('Refunds.'), user('something else')], text('ok')),
    exchange([system('Triage.'), user('once more')], text('ok')),
    exchange([system('Others.'), user('who are you?')], text('ok')),
  );
  expect(trace.requests.map(({ agent }) => agent)).toEqual(['Agent', 'refunds', 'refunds', 'Agent', 'Agent']);
});

// ── Runs ──

test('more from the user is another run, which begins with all that was said', () => {
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

test('a failure that is tried again is two turns of one run', () => {
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

test('a failure after a call that is tried again has the result of the call once', () => {
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

test('a failure at the end is a run that failed', () => {
  expect(traceOf(failing(start)).outcome).toBe('failed');
});

test('an answer that is damaged is a failure', () => {
  const trace = traceOf(exchange(start, text('x'), { completion: { choices: [] } }));
  expect(trace.events[2]).toMatchObject({
    error: { name: 'InvalidCompletionError', message: 'no usable completion' },
  });
  expect(trace.outcome).toBe('failed');
});

test('a run whose client left at the end is aborted', () => {
  const trace = traceOf(exchange(start, text('hello'), { isLeft: true }));
  expect(trace.outcome).toBe('aborted');
});

test('a run whose client left and went on is one run', () => {
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

test('a known outcome is that of a run whose client left, too', () => {
  const tracer = new WireTracer();
  tracer.add(exchange(start, text('hello'), { isLeft: true }));
  tracer.end('completed', [user('hi')]);
  const trace = new RunTrace(tracer.runs);
  expect(trace.outcome).toBe('completed');
  expect(kindsOf(trace)).toHaveLength(1);
});

test('conversations that have nothing in common are runs of their own', () => {
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

test('an agent that is a tool has a run of its own, within that of its caller', () => {
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

test('what was said last stands last', () => {
  const trace = traceOf(...interleaved);
  expect(trace.events.findLast(({ type }) => type === 'model-response')).toMatchObject({
    message: { content: 'A duck, they say.' },
  });
});

test('the outcome that is known is that of the run in which something happened last', () => {
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

test('agents that are tools of one turn, asked at once, are told apart', () => {
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

test('calls of one id in two conversations are told apart by what was said before', () => {
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

// ── Histories that are rewritten ──

const asked = calls({ a: 'look_up' });
const again = calls({ b: 'search' }, ['{"q":"x"}']);

test('a history without its beginning still shows what the calls were answered with', () => {
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

test('a reminder that moves along with the end of the history hides no call, and doubles none', () => {
  const reminder = system('Be brief.');
  const trace = traceOf(
    exchange([...start, reminder], asked),
    exchange([...start, asked, answer('a'), reminder], again),
    exchange([...start, asked, answer('a'), again, answer('b'), reminder], text('ok')),
  );
  expect(trace.toolCalls.map(({ toolCallId }) => toolCallId)).toEqual(['a', 'b']);
  expect(trace.events.filter(({ type }) => type === 'run-start')).toHaveLength(1);
});

test('two requests that go on from one answer show its results once', () => {
  const trace = traceOf(
    exchange(start, asked),
    exchange([...start, asked, answer('a'), system('Summarize.')], text('short')),
    exchange([...start, asked, answer('a')], text('ok')),
  );
  expect(trace.toolCalls).toHaveLength(1);
});

test('two requests that go on from one transfer show one handoff', () => {
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

test('of two results for one call the first counts', () => {
  const trace = traceOf(
    exchange(start, asked),
    exchange([...start, asked, answer('a', 'first'), answer('a', 'second')], text('ok')),
  );
  expect(trace.toolCalls.map(({ content }) => content)).toEqual(['first']);
});

test('results that come with what the user says next belong to the run that asked', () => {
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

test('results that come after the run was ended stand in it before its end', () => {
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

// ── Told from outside ──

test('the end of a run that asked nothing is told with what the user said', () => {
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

test('what was ended is not ended again', () => {
  const tracer = new WireTracer();
  tracer.add(exchange(start, text('ok')));
  tracer.end();
  tracer.end();
  expect(kindsOf(new RunTrace(tracer.runs))).toEqual(['run-start model-request model-response run-end']);
});

test('no messages at all are a run', () => {
  expect(traceOf(exchange([], text('ok'))).requests[0]?.request.messages).toEqual([
    { role: 'system', content: '' },
  ]);
});
