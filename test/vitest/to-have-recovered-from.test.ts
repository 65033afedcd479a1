import { expect, test } from 'vitest';
import { Agent } from 'swarmcheck';
import { callTool, modelFails, runScenario, say, user } from 'swarmcheck/testing';
import 'swarmcheck/vitest';
import { everySource, playDesk, triage } from './desk.ts';
import { failureOf, reasonOf } from '../support/failures.ts';

const sources = await everySource();
const run = await playDesk();
const wrong = callTool('transfer_to_refunds', '{');

test.for(sources)('the matcher takes %s', ([, source]) => {
  expect(source).toHaveRecoveredFrom({ tool: 'look_up', kind: 'invalid-arguments', content: /orderId/ });
  expect(source).not.toHaveRecoveredFrom({ kind: 'threw' });
});

test('each field is optional', () => {
  expect(run).toHaveRecoveredFrom({});
  expect(run).toHaveRecoveredFrom({ tool: 'look_up' });
  expect(run).toHaveRecoveredFrom({ kind: 'invalid-arguments' });
  expect(run).toHaveRecoveredFrom({ content: '"order" is not an argument' });
});

test('all fields have to match the same call', () => {
  expect(run).not.toHaveRecoveredFrom({ tool: 'issue_refund', kind: 'invalid-arguments' });
});

test('an asymmetric matcher can replace the content', () => {
  expect(run).toHaveRecoveredFrom({ content: expect.stringContaining('orderId') });
});

test('a run that reached its turn limit did not recover', async ({ expect }) => {
  const cutOff = await runScenario({ agent: triage, maxTurns: 1, steps: [user('x'), wrong] });
  expect(cutOff).not.toHaveRecoveredFrom({ kind: 'invalid-json' });
  expect(failureOf(() => expect(cutOff).toHaveRecoveredFrom({ kind: 'invalid-json' })))
    .toMatchInlineSnapshot(`
      "Expected the run to recover from an error of kind invalid-json, but its run did not complete: it ended with max_turns.
      What happened:
          turn 1  Triage: transfer_to_refunds({) → Error: Invalid arguments for tool transfer_to_refunds. They are not valid JSON. This tool takes no arguments: call it wi… (231 characters)
        ❯ ended: max_turns"
    `);
});

test('a run that failed did not recover', async () => {
  const failed = await runScenario({
    agent: triage,
    steps: [user('x'), wrong, modelFails({ kind: 'reset' })],
  });
  expect(failed).not.toHaveRecoveredFrom({});
});

test('the run that has the error must complete, and a later run does not count', async () => {
  const steps = [user('x'), wrong, user('y'), say('Hello again.')];
  const later = await runScenario({ agent: triage, maxTurns: 1, steps });
  expect(later.trace.outcome).toBe('completed');
  expect(later).not.toHaveRecoveredFrom({});
  expect(reasonOf(() => expect(later).toHaveRecoveredFrom({}))).toMatch('ended with max_turns');
});

test('a different error fails, with the errors that happened', ({ expect }) => {
  expect(
    reasonOf(() => expect(run).toHaveRecoveredFrom({ tool: 'issue_refund', kind: 'threw', content: /bank/ })),
  ).toMatchInlineSnapshot(
    `"Expected the run to recover from an error of kind threw of the tool issue_refund with /bank/, but the errors were invalid-arguments (look_up({"order":17}))."`,
  );
});

test('a run without an error fails', async ({ expect }) => {
  const smooth = await runScenario({ agent: new Agent(), steps: [user('x'), say('y')] });
  expect(reasonOf(() => expect(smooth).toHaveRecoveredFrom({ tool: 'look_up' }))).toMatchInlineSnapshot(
    `"Expected the run to recover from an error of the tool look_up, but no tool call was answered with an error. None of the agents that ran has a tool."`,
  );
});

test('not: a run that recovered fails', ({ expect }) => {
  expect(reasonOf(() => expect(run).not.toHaveRecoveredFrom({ tool: 'look_up' }))).toMatchInlineSnapshot(
    `"Expected the run not to recover from an error of the tool look_up, but it did."`,
  );
});
