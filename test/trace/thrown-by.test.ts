/** A thrown value is kept beside its event: thrownBy returns it, and nothing else shows it. */
import { isDeepStrictEqual } from 'node:util';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { Agent, tool, type Response } from 'swarmcheck';
import {
  callTool,
  callTools,
  runScenario,
  say,
  thrownBy,
  traceOf,
  user,
  type Trace,
} from 'swarmcheck/testing';
import { thrown } from '../support/failures.ts';
import { bothWays, streamed, toolContents, unstreamed } from '../support/runs.ts';

const crash = new TypeError('x.get is not a function', { cause: new Error('the map is missing') });

/** An agent whose tool throws this value. */
function failing(value: unknown) {
  const execute = () => {
    throw value;
  };
  return new Agent({
    functions: [tool({ name: 'price', execute }), tool({ name: 'ok', execute: () => 'ok' })],
  });
}

const resultsIn = (trace: Trace) => trace.events.filter(({ type }) => type === 'tool-result');

test.for(bothWays)('thrownBy returns the very object, %s', async ([, run]) => {
  const response = await run({ agent: failing(crash), steps: [callTool('price'), say('Sorry.')] });
  const trace = traceOf(response);
  expect(thrownBy(trace.toolCalls[0]!)).toBe(crash);
  expect(thrownBy(resultsIn(trace)[0]!)).toBe(crash);
  // Each reading makes the calls again.
  expect(thrownBy(trace.toolCalls[0]!)).toBe(crash);
});

test('a call is matched by identity, because ids repeat', async () => {
  const first = new Error('first');
  let times = 0;
  const agent = new Agent({
    functions: [
      function price() {
        throw times++ === 0 ? first : new Error('second');
      },
    ],
  });
  const steps = [
    callTools([callTool('price', {}, { id: 'a' }), callTool('price', {}, { id: 'a' })]),
    say('ok'),
  ];
  const { trace } = await runScenario({ agent, steps: [user('hi'), ...steps] });
  const [one, other] = trace.toolCalls;
  expect(thrownBy(one!)).toBe(first);
  expect(thrownBy(other!)).toEqual(new Error('second'));
  expect(thrownBy({ ...one! })).toBeUndefined();
});

test('a call that succeeded, another event and the trace itself have no thrown value', async () => {
  const { trace } = await runScenario({
    agent: failing(crash),
    steps: [user('hi'), callTool('ok'), say('ok')],
  });
  for (const one of [...trace.toolCalls, ...trace.events, trace]) expect(thrownBy(one)).toBeUndefined();
});

test('a call that failed without running the tool has no thrown value', async () => {
  const { trace } = await runScenario({
    agent: failing(crash),
    steps: [user('hi'), callTool('prise', {}, { hallucinated: true }), say('ok')],
  });
  expect(trace.toolCalls[0]).toMatchObject({ error: 'unknown-tool' });
  expect(thrownBy(trace.toolCalls[0]!)).toBeUndefined();
});

test('the error of a stub and the error of a schema are kept too', async () => {
  const parameters = z.object({}).transform(() => {
    throw crash;
  });
  const agent = new Agent({
    functions: [
      tool({ name: 'price', parameters, execute: () => 'ok' }),
      tool({ name: 'ok', execute: () => 'ok' }),
    ],
  });
  const stub = new Error('no network');
  const { trace } = await runScenario({
    agent,
    steps: [user('hi'), callTools([callTool('price'), callTool('ok')]), say('ok')],
    tools: {
      ok: () => {
        throw stub;
      },
    },
  });
  expect(trace.toolCalls.map(thrownBy)).toEqual([crash, stub]);
  expect(thrownBy(trace.toolCalls[1]!)).toBe(stub);
});

test('the thrown value changes no JSON, hash, request or comparison', async () => {
  const play = async (value: unknown, run = unstreamed) =>
    await run({ agent: failing(value), steps: [callTool('price'), say('Sorry.')] });
  const [response, other] = [await play(crash), await play(new TypeError('another message'), streamed)];
  const [left, right] = [traceOf(response), traceOf(other)];
  expect(JSON.stringify(left)).not.toContain('x.get');
  expect(JSON.stringify(left)).toBe(JSON.stringify(right));
  expect(left.hash).toBe(right.hash);
  expect(left.diff(right)).toBeUndefined();
  expect(isDeepStrictEqual(left.events, right.events)).toBe(true);
  expect(Reflect.ownKeys(left.toolCalls[0]!)).toEqual([
    'run',
    'turn',
    'agent',
    'tool',
    'toolCallId',
    'args',
    'content',
    'error',
  ]);
  expect(JSON.stringify(left.requests)).not.toContain('x.get');
});

test.for([
  ['URIError', new URIError('secret words')],
  ['EvalError', new EvalError('secret words')],
  ['AggregateError', new AggregateError([], 'secret words')],
])('the model sees only the name of a native %s', async ([name, value]) => {
  const response: Response = await unstreamed({
    agent: failing(value),
    steps: [callTool('price'), say('ok')],
  });
  expect(toolContents(response)).toEqual([`Error: Tool price failed: ${name}`]);
});

test('thrownBy takes only objects', () => {
  expect(thrown(() => thrownBy(undefined as unknown as object)).message).toBe(
    'thrownBy takes a tool call or a tool-result event of a trace, but was given undefined.',
  );
});
