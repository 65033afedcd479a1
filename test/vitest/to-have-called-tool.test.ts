import { expect, test } from 'vitest';
import { callTool, say, user } from 'swarmcheck/testing';
import 'swarmcheck/vitest';
import { everySource, interruptedDesk, playDesk } from './desk.ts';
import { factsOfMistake } from '../support/facts-of.ts';
import { failureOf, reasonOf } from '../support/failures.ts';

const sources = await everySource();
const run = await playDesk();

test.for(sources)('the matcher takes %s', ([, source]) => {
  expect(source).toHaveCalledTool('issue_refund', { orderId: 'A-17', amount: 5 });
  expect(source).not.toHaveCalledTool('close_ticket');
});

test('a name without arguments matches any call of the tool', () => {
  expect(run).toHaveCalledTool('look_up');
});

test('arguments have to be equal', () => {
  expect(run).not.toHaveCalledTool('issue_refund', { orderId: 'A-17' });
  expect(run).not.toHaveCalledTool('issue_refund', {});
  expect(run).toHaveCalledTool('transfer_to_refunds', {});
});

test('one matching call of several is enough', () => {
  expect(run).toHaveCalledTool('look_up', { orderId: 'A-17' });
  expect(run).toHaveCalledTool('look_up', { order: 17 });
});

test('asymmetric matchers can replace the arguments and values in them', () => {
  expect(run).toHaveCalledTool('issue_refund', {
    orderId: expect.stringMatching(/^A-/),
    amount: expect.any(Number),
  });
  expect(run).toHaveCalledTool('issue_refund', expect.objectContaining({ amount: 5 }));
  expect(run).not.toHaveCalledTool('issue_refund', expect.objectContaining({ amount: 6 }));
});

test('a pending call does not count', async () => {
  expect(await interruptedDesk()).not.toHaveCalledTool('transfer_to_refunds');
});

test('a tool that was not called fails, with the tools that were offered', ({ expect }) => {
  expect(failureOf(() => expect(run).toHaveCalledTool('close_ticket'))).toMatchInlineSnapshot(`
    "Expected a call of close_ticket, but the tool was not called. None of the agents that ran has a tool "close_ticket". The offered tools: transfer_to_refunds, look_up, issue_refund.
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

test('a call with different arguments fails, with the field that differs', ({ expect }) => {
  expect(failureOf(() => expect(run).toHaveCalledTool('issue_refund', { orderId: 'A-17', amount: 50 })))
    .toMatchInlineSnapshot(`
    "Expected the call issue_refund({"orderId":"A-17","amount":50}), but the tool was called as issue_refund({"orderId":"A-17","amount":5}).
      "amount": expected 50, was 5
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

test('several calls with different arguments fail, with all of the calls', ({ expect }) => {
  expect(reasonOf(() => expect(run).toHaveCalledTool('look_up', { orderId: 'B-1' }))).toMatchInlineSnapshot(
    `"Expected the call look_up({"orderId":"B-1"}), but the tool was called as look_up({"order":17}), look_up({"orderId":"A-17"})."`,
  );
});

test('asymmetric matchers are shown by name', ({ expect }) => {
  expect(
    reasonOf(() => expect(run).toHaveCalledTool('issue_refund', { orderId: expect.any(Number), amount: 5 })),
  ).toMatchInlineSnapshot(`
    "Expected the call issue_refund({"orderId":Any<Number>,"amount":5}), but the tool was called as issue_refund({"orderId":"A-17","amount":5}).
      "orderId": expected Any<Number>, was "A-17""
  `);
});

test('if no tool was called, the failure says so', async ({ expect }) => {
  const silent = await interruptedDesk();
  expect(reasonOf(() => expect(silent).toHaveCalledTool('look_up'))).toMatchInlineSnapshot(
    `"Expected a call of look_up, but no tool was called. None of the agents that ran has a tool "look_up". The offered tools: transfer_to_refunds."`,
  );
});

test('not: a call that was made fails', ({ expect }) => {
  expect(failureOf(() => expect(run).not.toHaveCalledTool('issue_refund'))).toMatchInlineSnapshot(`
    "Expected no call of issue_refund, but there was one.
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
  expect(
    reasonOf(() => expect(run).not.toHaveCalledTool('issue_refund', { orderId: 'A-17', amount: 5 })),
  ).toMatchInlineSnapshot(
    `"Expected no call issue_refund({"orderId":"A-17","amount":5}), but there was one."`,
  );
});

test('the failure points to the call', () => {
  expect(failureOf(() => expect(run).toHaveCalledTool('issue_refund', {}))).toMatch(
    /❯ turn 3 {2}Refunds: issue_refund/,
  );
});

test('an undefined tool, as from a missing import, fails with an error that says so', async () => {
  const missing = undefined as unknown as string;
  for (const mistake of [
    () => expect(run).toHaveCalledTool(missing),
    () => expect(run).not.toHaveCalledTool(missing),
  ])
    expect(await factsOfMistake(mistake)).toEqual({
      error: 'UsageError',
      given: 'undefined',
    });
});

test('not: a name similar to a tool passes, because an agent that was not reached may have it', () => {
  for (const name of ['issue_refunds', 'issue_refund_2', 'tissue_refund', 'look_down', 'transfer_to_friends'])
    expect(run).not.toHaveCalledTool(name);
});

test('not: a name that is clearly a misspelt tool fails', async () => {
  for (const [tool, suggestion] of [
    ['lookup', 'look_up'],
    ['lookUp', 'look_up'],
    ['Look-Up', 'look_up'],
    ['isue_refund', 'issue_refund'],
    ['transferToRefunds', 'transfer_to_refunds'],
    ['transfer_to_reefunds', 'transfer_to_refunds'],
  ] as const)
    expect(await factsOfMistake(() => expect(run).not.toHaveCalledTool(tool))).toEqual({
      error: 'UsageError',
      tool,
      suggestion,
    });
});

test('a misspelt call that the model made counts as a call', async () => {
  const steps = [user('x'), callTool('lookup', {}, { hallucinated: true }), say('y')];
  expect(await playDesk({ steps })).toHaveCalledTool('lookup');
});
