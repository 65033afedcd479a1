import { expect, test } from 'vitest';
import { runScenario, say, traceOf, user } from 'swarmcheck/testing';
import 'swarmcheck/vitest';
import { playDesk, runDesk, triage } from './desk.ts';
import { factsOfMistake } from '../support/facts-of.ts';
import { reasonOf } from '../support/failures.ts';

const run = await playDesk();

test('the matcher takes a ScenarioRun, a Trace and a Response, and compares it with a ScenarioRun or a Trace', async () => {
  const [again, response] = [await playDesk(), await runDesk()];
  expect(run).toHaveSameTraceAs(again);
  expect(run.trace).toHaveSameTraceAs(again.trace);
  expect(run).toHaveSameTraceAs(again.trace);
  expect(traceOf(response)).toHaveSameTraceAs(traceOf(response));
});

test('a response of a run without a turn limit differs from a scenario, which has one', async () => {
  const response = await runDesk();
  expect(reasonOf(() => expect(response).toHaveSameTraceAs(run))).toMatch('in maxTurns:');
});

test('a streamed run has the same trace as an unstreamed one', async () => {
  const scenario = { agent: triage, steps: [user('x'), say('Hello there.')] };
  expect(await runScenario(scenario, { stream: true })).toHaveSameTraceAs(await runScenario(scenario));
});

test('a different trace fails, with the place where the traces differ', async () => {
  const other = await playDesk({ contextVariables: { user: 'Bob' } });
  expect(run).not.toHaveSameTraceAs(other);
  expect(reasonOf(() => expect(run).toHaveSameTraceAs(other))).toMatch(
    'The traces differ at event 0 (run-start, run 1), in contextVariables.user:',
  );
});

test('in a diff, minus is expected and plus is received, as in the other matchers and in Vitest', async () => {
  const other = await playDesk({ contextVariables: { user: 'Bob' } });
  expect(reasonOf(() => expect(run).toHaveToolResult('issue_refund', 'done'))).toMatch(
    '-done\n+refunded A-17',
  );
  expect(reasonOf(() => expect(run).toHaveSameTraceAs(other))).toMatch('-Bob\n+Ann');
});

test('not: equal traces fail', ({ expect }) => {
  expect(reasonOf(() => expect(run).not.toHaveSameTraceAs(run))).toMatchInlineSnapshot(
    `"Expected the traces to differ, but they are the same."`,
  );
});

test('not: a comparison with a value that has no trace fails', async () => {
  const nothing = undefined as unknown as typeof run;
  for (const mistake of [
    () => expect(run).toHaveSameTraceAs(nothing),
    () => expect(run).not.toHaveSameTraceAs(nothing),
  ])
    expect(await factsOfMistake(mistake)).toEqual({
      error: 'UsageError',
      given: 'undefined',
    });
});
