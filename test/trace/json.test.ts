import { expect, test } from 'vitest';
import { callTool, modelFails, say } from 'swarmcheck/testing';
import { traceDesk, type DeskRun } from './desk.ts';

const runs: [what: string, run: DeskRun][] = [
  ['with tools, a handoff and usage', {}],
  ['that fails', { steps: [callTool('look_up'), modelFails({ kind: 'status', status: 500 })] }],
  ['that is aborted', { signal: AbortSignal.abort() }],
  ['that is interrupted', { executeTools: false }],
  [
    'with failed tool calls',
    { steps: [callTool('look_up', '{'), callTool('nothing', {}, { hallucinated: true }), say('hm')] },
  ],
  [
    'with an undefined context variable',
    { contextVariables: { a: undefined, b: [undefined], c: { d: undefined } } },
  ],
  [
    'with a context that JSON cannot hold',
    { contextVariables: { f: () => 1, n: NaN, d: new Date(0), m: new Map([[{}, 1n]]), bad: new Date(NaN) } },
  ],
  ['with a context that contains itself', { contextVariables: circular() }],
  [
    'with a context variable named __proto__',
    { contextVariables: JSON.parse('{"__proto__": {"x": 1}}') as object },
  ],
];

test.for(runs)('the trace of a run %s is plain JSON', async ([, run]) => {
  const json = (await traceDesk(run)).toJSON();
  expect(JSON.parse(JSON.stringify(json))).toStrictEqual(json);
});

test('an undefined field of a message counts as absent', async () => {
  const message = { role: 'user' as const, content: 'x', ...({ name: undefined } as object) };
  const json = (await traceDesk({ messages: [message] })).toJSON();
  expect(JSON.parse(JSON.stringify(json))).toEqual(json);
});

test('toJSON returns version 1 and the events', async () => {
  const trace = await traceDesk();
  expect(trace.toJSON()).toStrictEqual({ version: 1, events: trace.events });
});

test('JSON.stringify uses toJSON', async () => {
  const trace = await traceDesk();
  expect(JSON.parse(JSON.stringify(trace))).toStrictEqual(trace.toJSON());
});

test('toJSON returns a new list of events', async () => {
  const trace = await traceDesk();
  trace.toJSON().events.length = 0;
  expect(trace.toJSON().events).toHaveLength(13);
});

function circular(): object {
  const context: Record<string, unknown> = { name: 'ring' };
  context['self'] = context;
  return context;
}
