import { expect, test } from 'vitest';
import { runScenario, user } from 'swarmcheck/testing';
import 'swarmcheck/vitest';
import { everySource, playDesk, triage } from './desk.ts';
import { factsOfMistake } from '../support/facts-of.ts';
import { failureOf, reasonOf } from '../support/failures.ts';

const sources = await everySource();
const run = await playDesk();

test.for(sources)('the matcher takes %s', ([, source]) => {
  expect(source).toHaveSeen({
    agent: 'Refunds',
    instructions: 'Ann',
    tools: ['look_up', 'issue_refund'],
    message: 'Refund A-17',
  });
  expect(source).not.toHaveSeen({ agent: 'Triage', tools: ['look_up'] });
});

test('a text has to be a part of the value, and a pattern has to match it', () => {
  expect(run).toHaveSeen({ instructions: 'what Ann paid' });
  expect(run).toHaveSeen({ instructions: /^Refund .* paid\.$/ });
  expect(run).not.toHaveSeen({ instructions: /^Ann/ });
  expect(run).toHaveSeen({ message: /refunded A-\d+/ });
});

test('the list of tools has to be complete, in any order', () => {
  expect(run).toHaveSeen({ tools: ['issue_refund', 'look_up'] });
  expect(run).not.toHaveSeen({ tools: ['issue_refund'] });
  expect(run).not.toHaveSeen({ tools: [] });
});

test('all fields have to match the same request', () => {
  expect(run).not.toHaveSeen({ agent: 'Triage', instructions: 'Ann' });
  expect(run).not.toHaveSeen({ agent: 'Triage', message: 'refunded A-17' });
});

test('instructions do not count as a message', () => {
  expect(run).not.toHaveSeen({ message: 'Find out what the user needs' });
});

test('the name of an agent has to match completely', () => {
  expect(run).not.toHaveSeen({ agent: 'Ref' });
});

test('asymmetric matchers can replace every value', () => {
  expect(run).toHaveSeen({ agent: expect.stringMatching(/^Ref/) });
  expect(run).toHaveSeen({ instructions: expect.stringContaining('Ann') });
  expect(run).toHaveSeen({ message: expect.stringContaining('refunded A-17') });
  expect(run).toHaveSeen({ tools: expect.arrayContaining(['look_up']) });
});

test('an asymmetric matcher that does not match finds no request', () => {
  expect(run).not.toHaveSeen({ instructions: expect.stringContaining('Bob') });
  expect(run).not.toHaveSeen({ message: expect.stringContaining('refunded B-1') });
});

test('a request that was not made fails, with the nearest request', ({ expect }) => {
  expect(
    failureOf(() =>
      expect(run).toHaveSeen({ agent: 'Refunds', instructions: /Bob/, tools: ['look_up', 'issue_refund'] }),
    ),
  ).toMatchInlineSnapshot(`
    "Expected a request with agent "Refunds", instructions containing /Bob/, exactly the tools look_up, issue_refund, but none fits (requests: 4). The nearest one, of Refunds in turn 2:
      ✓ agent "Refunds"
      ✗ instructions containing /Bob/
      ✓ exactly the tools look_up, issue_refund
      instructions: "Refund what Ann paid."
      tools: look_up, issue_refund
    What happened:
        turn 1  Triage: transfer_to_refunds() → {"assistant":"Refunds"}
        turn 1  Triage hands off to Refunds
        turn 2  Refunds: look_up({"order":17}) → Error: Invalid arguments for tool look_up. "order" is not an argument of this tool. "orderId" is missing (string). Argum… (153 characters)
        turn 3  Refunds: look_up({"orderId":"A-17"}) → {"orderId":"A-17","paid":true}
        turn 3  Refunds: issue_refund({"orderId":"A-17","amount":5}) → refunded A-17
        turn 3  context: sets {"refunded":["A-17"]}
        turn 4  Refunds: says "Done: A-17 is refunded."
        ended: completed"
  `);
});

test('a message that was not shown fails, with the messages of the nearest request', ({ expect }) => {
  expect(reasonOf(() => expect(run).toHaveSeen({ message: 'close the ticket' }))).toMatchInlineSnapshot(`
    "Expected a request with a message containing "close the ticket", but none fits (requests: 4). The nearest one, of Triage in turn 1:
      ✗ a message containing "close the ticket"
      instructions: "Find out what the user needs."
      tools: transfer_to_refunds
      messages:
        user       Refund A-17, please."
  `);
});

test('a model that was never asked has seen nothing', async ({ expect }) => {
  const silent = await runScenario({ agent: triage, maxTurns: 0, steps: [user('x')] });
  expect(silent).not.toHaveSeen({ agent: 'Triage' });
  expect(reasonOf(() => expect(silent).toHaveSeen({ agent: 'Triage' }))).toMatchInlineSnapshot(
    `"Expected a request with agent "Triage", but the model was never asked."`,
  );
});

test('not: a request that matches fails', ({ expect }) => {
  expect(
    reasonOf(() => expect(run).not.toHaveSeen({ tools: ['look_up', 'issue_refund'] })),
  ).toMatchInlineSnapshot(
    `"Expected no request with exactly the tools look_up, issue_refund, but there is one."`,
  );
});

test('a mistyped field throws, because any request would match', async () => {
  const mistyped = { instruction: /Bob/ } as { instructions?: RegExp };
  for (const mistake of [() => expect(run).toHaveSeen(mistyped), () => expect(run).not.toHaveSeen(mistyped)])
    expect(await factsOfMistake(mistake)).toEqual({
      error: 'UsageError',
      field: 'instruction',
      suggestion: 'instructions',
    });
});

test('an empty object throws, because any request would match', async () => {
  for (const mistake of [() => expect(run).toHaveSeen({}), () => expect(run).not.toHaveSeen({})])
    expect(await factsOfMistake(mistake)).toEqual({ error: 'UsageError' });
});
