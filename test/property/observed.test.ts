/** Runs that are observed from outside, and runs that are not. */
import { Agent, tool } from 'swarmcheck';
import { invariants, relations } from 'swarmcheck/fast-check';
import { callTool, callTools, externalAgent, runScenario, say, stubTools, user } from 'swarmcheck/testing';
import { expect, test } from 'vitest';
import { observedInvariantNames } from '../../src/property/invariants/invariants.ts';
import { observationOf } from '../../src/property/observed/observation.ts';
import { observedPlay } from '../../src/property/observed/observed-play.ts';

const desk = new Agent({
  name: 'Desk',
  functions: [
    tool({
      name: 'look_up',
      parameters: { type: 'object', properties: { order: { type: 'string' } } },
      execute: ({ order }) => `${order} is paid`,
    }),
    function status() {
      return 0;
    },
  ],
});
const scenario = {
  agent: desk,
  steps: [
    user('Hi.'),
    callTools([callTool('look_up', { order: 'A-17' }), callTool('status')]),
    say('It is paid.'),
  ],
};

test('a run that was not observed is refused', async () => {
  const run = await runScenario(scenario);
  for (const name of observedInvariantNames) expect(() => invariants[name](run)).toThrow(TypeError);
  expect(() => invariants['hooks-are-called'](run)).toThrow(
    'The invariant hooks-are-called takes a run that was observed from outside, but was given another run. Call relations["seen-from-outside"](scenario), which plays and observes a scenario.',
  );
});

test('an app of another SDK cannot be observed', async () => {
  const app = externalAgent(async () => {});
  await expect(relations['seen-from-outside']({ agent: app, steps: [user('Hi.')] })).rejects.toThrow(
    TypeError,
  );
});

test('everything that happens is noted in order', async () => {
  const run = await observedPlay(scenario, { stream: false, hooks: 1, abortAt: 0 });
  const [seen] = observationOf(run.trace)!.runs;
  const edges = seen!.moments.flatMap((moment) =>
    moment.what === 'begin' && 'of' in moment
      ? [moment.of.kind === 'request' ? 'request' : moment.of.name]
      : [],
  );
  expect(edges.join(' ')).toBe(
    'beforeModel request afterModel beforeTool look_up afterTool beforeTool status afterTool beforeModel request afterModel',
  );
  expect(seen!.calls).toMatchObject([
    { name: 'look_up', args: { order: 'A-17' }, toolCallId: 'call_1', end: { content: 'A-17 is paid' } },
    { name: 'status', args: {}, toolCallId: 'call_2', end: { content: '0' } },
  ]);
});

test('a play is aborted at the given moment', async () => {
  // The moments are: the request begins and ends, look_up begins.
  const run = await observedPlay(scenario, { stream: false, hooks: 0, abortAt: 3 });
  const { runs, reason } = observationOf(run.trace)!;
  expect(run.error).toBe(reason);
  expect(runs[0]!.calls.map(({ name, signal }) => [name, signal.aborted])).toEqual([['look_up', true]]);
  expect(run.trace.outcome).toBe('aborted');
  for (const name of observedInvariantNames) invariants[name](run);
  // The caller aborted the run, so nothing else failed it.
  invariants['only-the-model-fails-a-run'](run);
});

test('a stub in a copy of a stubbed agent gets the whole context of its call', async () => {
  const stubbed = stubTools(desk, { status: (_args, { toolCallId }) => toolCallId });
  const run = await observedPlay({ ...scenario, agent: stubbed }, { stream: false, hooks: 0, abortAt: 0 });
  expect(run.trace.toolCalls.map(({ content }) => content)).toEqual(['A-17 is paid', 'call_2']);
});

test('after calls that were cut off, the conversation continues from before the failed run', async () => {
  const steps = [
    user('Hi.'),
    callTool('look_up', { order: 'A' }, { finishReason: 'length' }),
    user('Again.'),
    say('Hello.'),
  ];
  const { trace, passed } = await runScenario({ agent: desk, steps });
  expect(trace.toolCalls).toEqual([]);
  expect(trace.events.flatMap((event) => (event.type === 'run-end' ? [event.outcome] : []))).toEqual([
    'failed',
    'completed',
  ]);
  expect(passed).toBe(true);
});
