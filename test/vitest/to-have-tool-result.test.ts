import { expect, test } from 'vitest';
import 'swarmcheck/vitest';
import { everySource, playDesk } from './desk.ts';
import { factsOfMistake } from '../support/facts-of.ts';
import { failureOf, reasonOf } from '../support/failures.ts';

const sources = await everySource();
const run = await playDesk();

test.for(sources)('the matcher takes %s', ([, source]) => {
  expect(source).toHaveToolResult('issue_refund', 'refunded A-17');
  expect(source).not.toHaveToolResult('issue_refund', 'refunded');
});

test('a text is compared with the whole result', () => {
  expect(run).toHaveToolResult('look_up', '{"orderId":"A-17","paid":true}');
  expect(run).not.toHaveToolResult('look_up', '{"orderId":"A-17"');
});

test('a pattern is searched for in the result', () => {
  expect(run).toHaveToolResult('issue_refund', /^refunded A-\d+$/);
  expect(run).not.toHaveToolResult('issue_refund', /^A/);
});

test('a pattern with the flag g matches each time', () => {
  const pattern = /refunded/g;
  expect(run).toHaveToolResult('issue_refund', pattern);
  expect(run).toHaveToolResult('issue_refund', pattern);
});

test('a value is compared with the JSON of the result', () => {
  expect(run).toHaveToolResult('look_up', { paid: true, orderId: 'A-17' });
  expect(run).not.toHaveToolResult('look_up', { paid: true });
});

test('asymmetric matchers can replace the text, the JSON and values in it', () => {
  expect(run).toHaveToolResult('issue_refund', expect.stringContaining('A-17'));
  expect(run).toHaveToolResult('look_up', expect.objectContaining({ paid: true }));
  expect(run).toHaveToolResult('look_up', { paid: expect.any(Boolean), orderId: 'A-17' });
});

test('one matching result of several is enough', () => {
  expect(run).toHaveToolResult('look_up', /^Error: Invalid arguments/);
});

test('a different result fails, with the difference', ({ expect }) => {
  expect(failureOf(() => expect(run).toHaveToolResult('issue_refund', 'refunded A-18')))
    .toMatchInlineSnapshot(`
    "Expected issue_refund to answer "refunded A-18", but it answered "refunded A-17".
    -refunded A-18
    +refunded A-17
    What happened:
        turn 1  Triage: transfer_to_refunds() → {"assistant":"Refunds"}
        turn 1  Triage hands off to Refunds
        turn 2  Refunds: look_up({"order":17}) → Error: Invalid arguments for tool look_up. "order" is not an argument of this tool. "orderId" is missing (string). Argum… (153 characters)
        turn 3  Refunds: look_up({"orderId":"A-17"}) → {"orderId":"A-17","paid":true}
      ❯ turn 3  Refunds: issue_refund({"orderId":"A-17","amount":5}) → refunded A-17
        turn 3  context: sets {"refunded":["A-17"]}
        turn 4  Refunds: says "Done: A-17 is refunded."
        ended: completed"
  `);
});

test('several different results fail, with all of them', ({ expect }) => {
  expect(reasonOf(() => expect(run).toHaveToolResult('look_up', 'nothing'))).toMatchInlineSnapshot(
    `"Expected look_up to answer "nothing", but it answered "Error: Invalid arguments for tool look_up. \\"order\\" is not an argument of this tool. \\"orderId\\" is missing (string). Arguments: orderId (string, required).", "{\\"orderId\\":\\"A-17\\",\\"paid\\":true}"."`,
  );
});

test('the failure shows the expected value or pattern', ({ expect }) => {
  expect(reasonOf(() => expect(run).toHaveToolResult('issue_refund', { ok: true }))).toMatchInlineSnapshot(
    `"Expected issue_refund to answer {"ok":true}, but it answered "refunded A-17"."`,
  );
  expect(reasonOf(() => expect(run).toHaveToolResult('issue_refund', /B-\d/))).toMatchInlineSnapshot(
    `"Expected issue_refund to answer /B-\\d/, but it answered "refunded A-17"."`,
  );
});

test('a tool that was not called fails, with the tools that were offered', ({ expect }) => {
  expect(reasonOf(() => expect(run).toHaveToolResult('close_ticket', 'x'))).toMatchInlineSnapshot(
    `"Expected close_ticket to answer "x", but the tool was not called. None of the agents that ran has a tool "close_ticket". The offered tools: transfer_to_refunds, look_up, issue_refund."`,
  );
});

test('not: a result that matches fails', ({ expect }) => {
  expect(reasonOf(() => expect(run).not.toHaveToolResult('issue_refund', /A-17/))).toMatchInlineSnapshot(
    `"Expected issue_refund not to answer /A-17/, but it did."`,
  );
});

test('an undefined result, as from a missing import, throws', async () => {
  for (const mistake of [
    () => expect(run).toHaveToolResult('issue_refund', undefined),
    () => expect(run).not.toHaveToolResult('issue_refund', undefined),
  ])
    expect(await factsOfMistake(mistake)).toEqual({
      error: 'UsageError',
      given: 'undefined',
    });
});
