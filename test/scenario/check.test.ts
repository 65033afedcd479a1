import { expect, test } from 'vitest';
import { callTool, modelFails, user, type ScenarioRun } from 'swarmcheck/testing';
import { playRefund } from '../support/agents.ts';
import { reasonsOf } from '../support/failures.ts';

test('a check that throws nothing passes', async () => {
  expect((await playRefund({ check: () => {} })).passed).toBe(true);
});

test('a check receives the run, with its response and its trace', async () => {
  let seen: ScenarioRun | undefined;
  const run = await playRefund({ check: (each) => void (seen = each) });
  expect(seen).toBe(run);
  expect(seen?.response?.stopReason).toBe('completed');
  expect(seen?.trace.toolCalls).toHaveLength(2);
});

test('a check that throws is a failure with its message', async ({ expect }) => {
  const run = await playRefund({
    check: () => {
      throw new Error('Two refunds were issued.');
    },
  });
  expect(run.passed).toBe(false);
  expect(run.failures.map(({ message }) => message)).toMatchInlineSnapshot(`
    [
      "The check failed: Two refunds were issued.
    What happened:
        turn 1  Triage: transfer_to_refunds() → {"assistant":"Refunds"}
        turn 1  Triage hands off to Refunds
        turn 2  Refunds: issue_refund({"orderId":"A-17","amount":5}) → refunded A-17
        turn 2  context: sets {"refunded":["A-17"]}
        turn 3  Refunds: says "Done: A-17 is refunded."
        ended: completed",
    ]
  `);
  expect(run).not.toHaveProperty('error');
});

test('the error that a check threw is the cause of the failure', async () => {
  const cause = new Error('Two refunds were issued.');
  const run = await playRefund({ check: () => Promise.reject(cause) });
  expect(run.failures[0]?.cause).toBe(cause);
});

test('an async check is awaited', async () => {
  const run = await playRefund({
    check: async ({ trace }) => {
      await Promise.resolve();
      throw new Error(`There were ${trace.toolCalls.length} calls.`);
    },
  });
  expect(reasonsOf(run)).toEqual(['The check failed: There were 2 calls.']);
});

test('a failed assertion in a check is a failure with its message', async () => {
  const run = await playRefund({ check: ({ trace }) => expect(trace.agents).toHaveLength(3) });
  expect(reasonsOf(run)).toMatchObject([expect.stringContaining('to have a length of 3 but got 2')]);
});

test('a string thrown by a check is shown', async () => {
  const run = await playRefund({ check: () => Promise.reject('nothing') });
  expect(reasonsOf(run)).toEqual(['The check failed: "nothing"']);
});

test('an object thrown by a check is shown', async () => {
  const run = await playRefund({ check: () => Promise.reject({ code: 7 }) });
  expect(reasonsOf(run)[0]).toMatch('7');
});

test('failed expectations are reported before the failure of the check', async () => {
  const run = await playRefund({
    expect: { stopReason: 'max_turns' },
    check: () => {
      throw new Error('The check.');
    },
  });
  expect(reasonsOf(run)).toEqual([
    'Expected the run to end with max_turns, but it ended with completed.',
    'The check failed: The check.',
  ]);
});

test('a check sees the failed expectations', async () => {
  let seen = -1;
  await playRefund({
    expect: { stopReason: 'max_turns' },
    check: ({ failures }) => void (seen = failures.length),
  });
  expect(seen).toBe(1);
});

test('a check is called after a run that failed with the expected error', async () => {
  let seen: unknown;
  const steps = [user('x'), callTool('transfer_to_refunds'), modelFails({ kind: 'reset' })];
  const check = (run: ScenarioRun) => void (seen = [run.error instanceof Error, run.trace.agents]);
  await playRefund({ steps, check, expect: { error: { name: 'APIConnectionError' } } });
  expect(seen).toEqual([true, ['Triage', 'Refunds']]);
});

test('a check is not called after a run that failed with an unexpected error', async () => {
  let asked = false;
  await playRefund({ steps: [user('x'), modelFails({ kind: 'reset' })], check: () => void (asked = true) });
  expect(asked).toBe(false);
});
