import { expect, test } from 'vitest';
import { callTool, modelFails, runScenario, say, user } from 'swarmcheck/testing';
import 'swarmcheck/vitest';
import { everySource, playDesk, triage } from './desk.ts';
import { factsOfMistake } from '../support/facts-of.ts';
import { failureOf, reasonOf } from '../support/failures.ts';

const sources = await everySource();
const run = await playDesk();

test.for(sources)('the matcher takes %s', ([, source]) => {
  expect(source).toHaveContextVariables({ refunded: ['A-17'] });
  expect(source).not.toHaveContextVariables({ refunded: [] });
});

test('other variables are ignored, at every depth', async () => {
  const deep = await runScenario({
    agent: triage,
    contextVariables: { user: { name: 'Ann', age: 40 } },
    steps: [user('x'), say('y')],
  });
  expect(deep).toHaveContextVariables({ user: { name: 'Ann' } });
  for (const mistake of [
    () => expect(deep).toHaveContextVariables({}),
    () => expect(deep).not.toHaveContextVariables({}),
  ])
    expect(await factsOfMistake(mistake)).toEqual({
      error: 'UsageError',
      given: '{}',
    });
  expect(deep).not.toHaveContextVariables({ user: { name: 'Bob' } });
});

test('asymmetric matchers can replace the variables and values in them', () => {
  expect(run).toHaveContextVariables({ refunded: [expect.stringMatching(/^A-/)] });
  expect(run).toHaveContextVariables(expect.objectContaining({ user: 'Ann' }));
});

test('values that are not JSON are compared if there is a response', async () => {
  const steps = [user('x'), say('y')];
  const rich = await runScenario({
    agent: triage,
    contextVariables: { seen: new Set(['A-17']), at: new Date(5) },
    steps,
  });
  expect(rich).toHaveContextVariables({ seen: new Set(['A-17']), at: new Date(5) });
  expect(rich.response).toHaveContextVariables({ at: expect.any(Date) });
});

test('if the run failed, the variables are those it had reached', async () => {
  const steps = [
    user('x'),
    callTool('transfer_to_refunds'),
    callTool('issue_refund', { orderId: 'A-17' }),
    modelFails({ kind: 'reset' }),
  ];
  const failed = await runScenario({ agent: triage, contextVariables: { user: 'Ann' }, steps });
  expect(failed).toHaveContextVariables({ user: 'Ann', refunded: ['A-17'] });
});

test('a different value fails, with its path and all variables', ({ expect }) => {
  expect(failureOf(() => expect(run).toHaveContextVariables({ refunded: ['A-18'] }))).toMatchInlineSnapshot(`
    "Expected the context variable refunded[0] to be "A-18", but it is "A-17". All context variables: {"user":"Ann","refunded":["A-17"]}.
    What happened:
        turn 1  Triage: transfer_to_refunds() → {"assistant":"Refunds"}
        turn 1  Triage hands off to Refunds
        turn 2  Refunds: look_up({"order":17}) → Error: Invalid arguments for tool look_up. "order" is not an argument of this tool. "orderId" is missing (string). Argum… (153 characters)
        turn 3  Refunds: look_up({"orderId":"A-17"}) → {"orderId":"A-17","paid":true}
        turn 3  Refunds: issue_refund({"orderId":"A-17","amount":5}) → refunded A-17
      ❯ turn 3  context: sets {"refunded":["A-17"]}
        turn 4  Refunds: says "Done: A-17 is refunded."
        ended: completed"
  `);
});

test('a missing variable fails', ({ expect }) => {
  expect(reasonOf(() => expect(run).toHaveContextVariables({ closed: true }))).toMatchInlineSnapshot(
    `"Expected the context variable closed to be true, but it is undefined. All context variables: {"user":"Ann","refunded":["A-17"]}."`,
  );
});

test('an asymmetric matcher for all variables fails without a path', () => {
  expect(
    reasonOf(() => expect(run).toHaveContextVariables(expect.objectContaining({ closed: true }))),
  ).not.toMatch('variable  to be');
});

test('values that JSON cannot represent are shown as source code', async ({ expect }) => {
  const loop: Record<string, unknown> = { size: 1n };
  loop['itself'] = loop;
  const rich = await runScenario({
    agent: triage,
    contextVariables: {
      read: new Set(['Dune']),
      fees: new Map([['Ann', 4]]),
      at: new Date(0),
      pattern: /"\d"/,
      loop,
    },
    steps: [user('x'), say('y')],
  });
  expect(
    reasonOf(() => expect(rich).toHaveContextVariables({ at: '1970-01-01T00:00:00.000Z' })),
  ).toMatchInlineSnapshot(
    `"Expected the context variable at to be "1970-01-01T00:00:00.000Z", but it is new Date("1970-01-01T00:00:00.000Z"). All context variables: {"read":new Set(["Dune"]),"fees":new Map([["Ann",4]]),"at":new Date("1970-01-01T00:00:00.000Z"),"pattern":/"\\d"/,"loop":{"size":1n,"itself":"[Circular: 1]"}}."`,
  );
});

test('not: variables that match fail', ({ expect }) => {
  expect(reasonOf(() => expect(run).not.toHaveContextVariables({ user: 'Ann' }))).toMatchInlineSnapshot(
    `"Expected the context variables not to contain {"user":"Ann"}, but they do."`,
  );
});
