import { expect, test } from 'vitest';
import { Swarm } from 'swarmcheck';
import { callTool, callTools, runScenario, scriptedProvider, user } from 'swarmcheck/testing';
import 'swarmcheck/vitest';
import { everySource, interruptedDesk, playDesk, triage } from './desk.ts';
import { factsOfMistake } from '../support/facts-of.ts';
import { failureOf, reasonOf } from '../support/failures.ts';

const sources = await everySource();
const run = await interruptedDesk();

test('the matcher takes a ScenarioRun, its Trace and a Response', async () => {
  expect(run).toBeInterrupted();
  expect(run.trace).toBeInterrupted({ pending: ['transfer_to_refunds'] });
  const swarm = new Swarm({ provider: scriptedProvider([callTool('transfer_to_refunds')]) });
  expect(await swarm.run({ agent: triage, messages: [], executeTools: false })).toBeInterrupted({
    pending: ['transfer_to_refunds'],
  });
});

test.for(sources)('not: %s of a run that completed passes', ([, source]) => {
  expect(source).not.toBeInterrupted();
});

test('pending is a trajectory of the calls in the last answer', async () => {
  const steps = [
    user('x'),
    callTools([
      callTool('transfer_to_refunds'),
      callTool('escalate', { why: 'late' }, { hallucinated: true }),
    ]),
  ];
  const two = await runScenario({ agent: triage, executeTools: false, steps });
  expect(two).toBeInterrupted({
    pending: [{ anyOrder: [{ tool: 'escalate', args: { why: expect.any(String) } }, 'transfer_to_refunds'] }],
  });
  expect(two).not.toBeInterrupted({ pending: ['transfer_to_refunds'] });
  expect(two).toBeInterrupted({ pending: { sequence: [], allowOthers: true, never: ['issue_refund'] } });
});

test('a run that completed fails, and the failure asks about executeTools', async ({ expect }) => {
  const completed = await playDesk();
  expect(reasonOf(() => expect(completed).toBeInterrupted())).toMatchInlineSnapshot(
    `"Expected the run to be interrupted, but it ended with completed. Did the run have executeTools: false?"`,
  );
});

test('different pending calls fail, with the calls found and missing', ({ expect }) => {
  expect(failureOf(() => expect(run).toBeInterrupted({ pending: ['issue_refund'] }))).toMatchInlineSnapshot(`
    "The pending tool calls are not as expected (✓ found, ✗ missing, + extra, ! forbidden):
      ✗ issue_refund
      + transfer_to_refunds(), which was not expected
    None of the agents that ran has a tool "issue_refund". The offered tools: transfer_to_refunds.
    What happened:
        turn 1  Triage: asks for transfer_to_refunds()
      ❯ ended: interrupted"
  `);
});

test('not: an interrupted run fails', ({ expect }) => {
  expect(reasonOf(() => expect(run).not.toBeInterrupted())).toMatchInlineSnapshot(
    `"Expected the run not to be interrupted, but it was."`,
  );
  expect(reasonOf(() => expect(run).not.toBeInterrupted({ pending: ['transfer_to_refunds'] }))).toMatch(
    'not to be interrupted',
  );
});

test('not: a malformed trajectory fails, even for a run that completed', async () => {
  const completed = await playDesk();
  const pending = { pending: 'transfer_to_refunds' as unknown as [] };
  for (const mistake of [
    () => expect(completed).toBeInterrupted(pending),
    () => expect(completed).not.toBeInterrupted(pending),
  ])
    expect(await factsOfMistake(mistake)).toEqual({
      error: 'UsageError',
      field: 'pending',
      given: 'the string "transfer_to_refunds"',
    });
});
