import { expect, test } from 'vitest';
import { callTool, modelFails, runScenario, user } from 'swarmcheck/testing';
import 'swarmcheck/vitest';
import { everySource, interruptedDesk, playDesk, triage } from './desk.ts';
import { failureOf, reasonOf } from '../support/failures.ts';

const sources = await everySource();
const run = await playDesk();

test.for(sources)('the matcher takes %s', ([, source]) => {
  expect(source).toHaveStoppedBecause('completed');
  expect(source).not.toHaveStoppedBecause('max_turns');
});

test('every outcome of a run can be the reason', async () => {
  const start = [user('x'), callTool('transfer_to_refunds')];
  expect(await runScenario({ agent: triage, maxTurns: 1, steps: start })).toHaveStoppedBecause('max_turns');
  expect(await interruptedDesk()).toHaveStoppedBecause('interrupted');
  expect(
    await runScenario({ agent: triage, steps: [user('x'), modelFails({ kind: 'reset' })] }),
  ).toHaveStoppedBecause('failed');
  expect(
    await runScenario({ agent: triage, steps: start }, { signal: AbortSignal.abort() }),
  ).toHaveStoppedBecause('aborted');
});

test('a different reason fails', ({ expect }) => {
  expect(failureOf(() => expect(run).toHaveStoppedBecause('max_turns'))).toMatchInlineSnapshot(`
    "Expected the run to end with max_turns, but it ended with completed.
    What happened:
        turn 1  Triage: transfer_to_refunds() → {"assistant":"Refunds"}
        turn 1  Triage hands off to Refunds
        turn 2  Refunds: look_up({"order":17}) → Error: Invalid arguments for tool look_up. "order" is not an argument of this tool. "orderId" is missing (string). Argum… (153 characters)
        turn 3  Refunds: look_up({"orderId":"A-17"}) → {"orderId":"A-17","paid":true}
        turn 3  Refunds: issue_refund({"orderId":"A-17","amount":5}) → refunded A-17
        turn 3  context: sets {"refunded":["A-17"]}
        turn 4  Refunds: says "Done: A-17 is refunded."
      ❯ ended: completed"
  `);
});

test('not: the same reason fails', ({ expect }) => {
  expect(reasonOf(() => expect(run).not.toHaveStoppedBecause('completed'))).toMatchInlineSnapshot(
    `"Expected the run not to end with completed, but it did."`,
  );
});
