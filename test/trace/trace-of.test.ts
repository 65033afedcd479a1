import { expect, test } from 'vitest';
import { Agent, Swarm } from 'swarmcheck';
import { modelFails, runScenario, say, scriptedProvider, traceOf, user } from 'swarmcheck/testing';
import { runDesk, traceDesk } from './desk.ts';

test('a response has the trace of its run', async () => {
  expect(traceOf(await runDesk()).outcome).toBe('completed');
});

test('the response at the end of a stream has a trace, too', async () => {
  expect(traceOf(await runDesk({ stream: true })).requests).toHaveLength(3);
});

test('traceOf returns the same trace each time', async () => {
  const response = await runDesk();
  expect(traceOf(response)).toBe(traceOf(response));
});

test('an error has the trace of the run it ended', async () => {
  const error: unknown = await runDesk({ steps: [modelFails({ kind: 'status', status: 429 })] }).catch(
    (each: unknown) => each,
  );
  expect(traceOf(error as Error).events.at(-1)).toMatchObject({ outcome: 'failed' });
});

test('an error that ended a stream has a trace, too', async () => {
  const error: unknown = await runDesk({ stream: true, steps: [modelFails({ kind: 'reset' })] }).catch(
    (each: unknown) => each,
  );
  expect(traceOf(error as Error).outcome).toBe('failed');
});

test('an object that ended a run has a trace, even if it is not an Error', async () => {
  const reason = { because: 'closing time' };
  const thrown: unknown = await runDesk({ signal: AbortSignal.abort(reason) }).catch((each: unknown) => each);
  expect(thrown).toBe(reason);
  expect(traceOf(reason).outcome).toBe('aborted');
});

test('an error that ended two runs has no trace', async () => {
  const failure = new Error('down');
  const fail = () => {
    throw failure;
  };
  const swarm = new Swarm({ provider: scriptedProvider([fail, fail]) });
  await swarm.run({ agent: new Agent({ name: 'First' }), messages: [] }).catch(() => {});
  expect(traceOf(failure).agents).toEqual(['First']);
  await swarm.run({ agent: new Agent({ name: 'Second' }), messages: [] }).catch(() => {});
  expect(() => traceOf(failure)).toThrow(TypeError);
});

test('a scenario run has the trace of all its runs', async () => {
  const run = await runScenario({ agent: new Agent(), steps: [user('a'), say('1'), user('b'), say('2')] });
  expect(traceOf(run)).toBe(run.trace);
  expect(traceOf(run).requests).toHaveLength(2);
});

test('the response of a scenario run has the trace of the last run only', async () => {
  const run = await runScenario({ agent: new Agent(), steps: [user('a'), say('1'), user('b'), say('2')] });
  expect(traceOf(run.response!).requests).toHaveLength(1);
});

test('traceOf returns a given trace unchanged', async () => {
  const trace = await traceDesk();
  expect(traceOf(trace)).toBe(trace);
});

test('a copy of a response has no trace', async ({ expect }) => {
  const response = await runDesk();
  expect(() => traceOf({ ...response })).toThrow(TypeError);
  expect(() => traceOf({ ...response })).toThrowErrorMatchingInlineSnapshot(
    `[TypeError: This value has no trace. traceOf takes the response of run() (not a copy), the error that run() rejected with, a ScenarioRun, a MockModel or a Trace. It was given an object. It is a copy. Pass the response of run() itself.]`,
  );
});

test('an error that ended no run has no trace', () => {
  expect(() => traceOf(new Error('nothing to do with it'))).toThrow(TypeError);
});

test.for([
  ['an object', {}],
  ['an agent', new Agent()],
  ['an array', []],
  ['a function', () => {}],
  ['a promise', Promise.resolve()],
  ['null', null],
  ['undefined', undefined],
  ['a string', 'completed'],
  ['an object with the events of a trace', { events: [], toolCalls: [] }],
  ['an object with an invalid trace', { trace: { events: [] } }],
] as const)('%s has no trace', ([, value]) => {
  expect(() => traceOf(value as object)).toThrow(TypeError);
});

test('a response that is changed afterwards keeps its trace', async () => {
  const response = await runDesk();
  const before = JSON.stringify(traceOf(response));
  response.messages.length = 0;
  expect(JSON.stringify(traceOf(response))).toBe(before);
});
