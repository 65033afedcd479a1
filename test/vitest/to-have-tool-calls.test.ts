import { expect, test } from 'vitest';
import 'swarmcheck/vitest';
import { everySource, interruptedDesk, playDesk } from './desk.ts';
import { factsOfMistake } from '../support/facts-of.ts';
import { failureOf, reasonOf } from '../support/failures.ts';

const sources = await everySource();
const run = await playDesk();

test.for(sources)('the matcher takes %s', ([, source]) => {
  expect(source).toHaveToolCalls(['transfer_to_refunds', 'look_up', 'look_up', 'issue_refund']);
  expect(source).not.toHaveToolCalls(['transfer_to_refunds']);
});

test('the matcher takes every form of a trajectory', () => {
  expect(run).toHaveToolCalls({ sequence: ['issue_refund'], allowOthers: true, never: ['close_ticket'] });
  expect(run).toHaveToolCalls([
    'transfer_to_refunds',
    'look_up',
    { turn: ['look_up', { tool: 'issue_refund', argsContain: { amount: 5 } }] },
  ]);
  expect(run).toHaveToolCalls(['transfer_to_refunds', 'look_up', { anyOrder: ['issue_refund', 'look_up'] }]);
});

test('pending calls count', async () => {
  expect(await interruptedDesk()).toHaveToolCalls(['transfer_to_refunds']);
});

test('different calls fail, with the calls found and missing', ({ expect }) => {
  expect(
    failureOf(() =>
      expect(run).toHaveToolCalls([
        'transfer_to_refunds',
        { tool: 'issue_refund', args: { orderId: 'A-17', amount: 5 } },
        'close_ticket',
      ]),
    ),
  ).toMatchInlineSnapshot(`
    "The tool calls are not as expected (✓ found, ✗ missing, + extra, ! forbidden):
      ✓ transfer_to_refunds
      ✓ issue_refund({"orderId":"A-17","amount":5})
      ✗ close_ticket
      + look_up({"order":17}), which was not expected
      + look_up({"orderId":"A-17"}), which was not expected
    None of the agents that ran has a tool "close_ticket". The offered tools: transfer_to_refunds, look_up, issue_refund.
    What happened:
        turn 1  Triage: transfer_to_refunds() → {"assistant":"Refunds"}
        turn 1  Triage hands off to Refunds
      ❯ turn 2  Refunds: look_up({"order":17}) → Error: Invalid arguments for tool look_up. "order" is not an argument of this tool. "orderId" is missing (string). Argum… (153 characters)
        turn 3  Refunds: look_up({"orderId":"A-17"}) → {"orderId":"A-17","paid":true}
        turn 3  Refunds: issue_refund({"orderId":"A-17","amount":5}) → refunded A-17
        turn 3  context: sets {"refunded":["A-17"]}
        turn 4  Refunds: says "Done: A-17 is refunded."
        ended: completed"
  `);
});

test('not: calls that match fail, and the failure names them', () => {
  const reason = reasonOf(() =>
    expect(run).not.toHaveToolCalls({ sequence: ['issue_refund'], allowOthers: true }),
  );
  expect(reason).toMatch('should not:');
  expect(reason).toMatch('issue_refund');
});

test('not: a forbidden call passes', () => {
  expect(run).not.toHaveToolCalls({ sequence: [], allowOthers: true, never: ['issue_refund'] });
});

test('a value that is not a trajectory fails in both directions', async () => {
  const text = 'look_up' as unknown as [];
  const mistyped = [{ tol: 'look_up' } as unknown as string];
  for (const mistake of [
    () => expect(run).toHaveToolCalls(text),
    () => expect(run).not.toHaveToolCalls(text),
  ])
    expect(await factsOfMistake(mistake)).toEqual({
      error: 'UsageError',
      given: 'the string "look_up"',
    });
  for (const mistake of [
    () => expect(run).toHaveToolCalls(mistyped),
    () => expect(run).not.toHaveToolCalls(mistyped),
  ])
    expect(await factsOfMistake(mistake)).toEqual({
      error: 'UsageError',
      field: 'tool',
    });
});
