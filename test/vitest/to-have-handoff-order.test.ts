import { expect, test } from 'vitest';
import 'swarmcheck/vitest';
import { everySource, playDesk } from './desk.ts';
import { failureOf, reasonOf } from '../support/failures.ts';

const sources = await everySource();
const run = await playDesk();

test.for(sources)('the matcher takes %s', ([, source]) => {
  expect(source).toHaveHandoffOrder(['Triage', 'Refunds']);
  expect(source).not.toHaveHandoffOrder(['Refunds', 'Triage']);
});

test('the list is the whole order', () => {
  expect(run).not.toHaveHandoffOrder(['Triage']);
  expect(run).not.toHaveHandoffOrder(['Triage', 'Refunds', 'Triage']);
  expect(run).not.toHaveHandoffOrder([]);
});

test('asymmetric matchers can replace names and the list', () => {
  expect(run).toHaveHandoffOrder(['Triage', expect.stringMatching(/^Ref/)]);
  expect(run).toHaveHandoffOrder(expect.arrayContaining(['Refunds']));
});

test('a different order fails, and the failure points to the handoff that differs', ({ expect }) => {
  expect(failureOf(() => expect(run).toHaveHandoffOrder(['Triage', 'Sales']))).toMatchInlineSnapshot(`
    "Expected the agents Triage → Sales, but they were Triage → Refunds.
    What happened:
        turn 1  Triage: transfer_to_refunds() → {"assistant":"Refunds"}
      ❯ turn 1  Triage hands off to Refunds
        turn 2  Refunds: look_up({"order":17}) → Error: Invalid arguments for tool look_up. "order" is not an argument of this tool. "orderId" is missing (string). Argum… (153 characters)
        turn 3  Refunds: look_up({"orderId":"A-17"}) → {"orderId":"A-17","paid":true}
        turn 3  Refunds: issue_refund({"orderId":"A-17","amount":5}) → refunded A-17
        turn 3  context: sets {"refunded":["A-17"]}
        turn 4  Refunds: says "Done: A-17 is refunded."
        ended: completed"
  `);
});

test('a different first agent fails', ({ expect }) => {
  expect(reasonOf(() => expect(run).toHaveHandoffOrder(['Sales']))).toMatchInlineSnapshot(
    `"Expected the agents Sales, but they were Triage → Refunds."`,
  );
});

test('an empty list fails', ({ expect }) => {
  expect(reasonOf(() => expect(run).toHaveHandoffOrder([]))).toMatchInlineSnapshot(
    `"Expected the agents (none), but they were Triage → Refunds."`,
  );
});

test('asymmetric matchers are shown by name', () => {
  expect(reasonOf(() => expect(run).toHaveHandoffOrder(['Triage', expect.stringMatching(/^Sal/)]))).toMatch(
    /Triage → StringMatching/,
  );
});

test('not: the same order fails', ({ expect }) => {
  expect(reasonOf(() => expect(run).not.toHaveHandoffOrder(['Triage', 'Refunds']))).toMatchInlineSnapshot(
    `"Expected the agents not to be Triage → Refunds, but they were."`,
  );
});
