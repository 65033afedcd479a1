import { expect, test } from 'vitest';
import { Agent } from 'swarmcheck';
import { callTool, callTools, runScenario, say, user, type Step } from 'swarmcheck/testing';
import 'swarmcheck/vitest';
import { everySource, interruptedDesk, playDesk } from './desk.ts';
import { factsOfMistake } from '../support/facts-of.ts';
import { failureOf, messageOf, reasonOf } from '../support/failures.ts';

const sources = await everySource();
const run = await playDesk();
const smooth = await playDesk({
  steps: [user('Refund A-17, please.'), callTool('transfer_to_refunds'), say('Done.')],
});

/** Plays calls of tools that fail, each in its own way, and of one that does not. */
function playFailures(...steps: Step[]) {
  const agent = new Agent({
    name: 'Desk',
    functions: [
      function close() {
        throw new Error('locked');
      },
      function count() {
        return 1n;
      },
      function open() {
        return 'Error: this is only a text';
      },
    ],
  });
  return runScenario({ agent, steps: [user('Close it.'), ...steps, say('Done.')] });
}

test.for(sources)('the matcher takes %s', ([, source]) => {
  expect(source).not.toHaveNoToolErrors();
});

test.for([
  ['threw', callTool('close')],
  ['unknown-tool', callTool('weigh', {}, { hallucinated: true })],
  ['invalid-json', callTool('open', '{')],
  ['invalid-arguments', callTool('open', { door: 1 }, { hallucinated: true })],
  ['not-serializable', callTool('count')],
] as const)('a call that was answered with %s is an error', async ([kind, step]) => {
  const played = await playFailures(step);
  expect(played).toHaveRecoveredFrom({ kind });
  expect(played).not.toHaveNoToolErrors();
});

test('a run whose calls succeed has no errors', () => {
  expect(smooth).toHaveNoToolErrors();
  expect(smooth.trace).toHaveNoToolErrors();
});

test('a text that looks like an error is a result', async () => {
  expect(await playFailures(callTool('open'))).toHaveNoToolErrors();
});

test('a run without calls has no errors', async () => {
  expect(await playFailures()).toHaveNoToolErrors();
});

test('a call that is pending has not failed', async () => {
  expect(await interruptedDesk()).toHaveNoToolErrors();
});

test('an error in an earlier run counts', async () => {
  const later = await playFailures(callTool('close'), say('It is locked.'), user('And now?'));
  expect(later).not.toHaveNoToolErrors();
});

test('a call that failed fails, with a mark at the first one', ({ expect }) => {
  expect(failureOf(() => expect(run).toHaveNoToolErrors())).toMatchInlineSnapshot(`
    "Expected no tool call to fail, but 1 did: look_up (invalid-arguments).
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

test('all calls that failed are listed', async ({ expect }) => {
  const played = await playFailures(
    callTools([callTool('open'), callTool('close')]),
    callTool('weigh', {}, { hallucinated: true }),
  );
  expect(reasonOf(() => expect(played).toHaveNoToolErrors())).toMatchInlineSnapshot(
    `"Expected no tool call to fail, but 2 did: close (threw), weigh (unknown-tool)."`,
  );
});

test('not: a run without errors fails', ({ expect }) => {
  expect(failureOf(() => expect(smooth).not.toHaveNoToolErrors())).toMatchInlineSnapshot(`
    "Expected a tool call to fail, but none did.
    What happened:
        turn 1  Triage: transfer_to_refunds() → {"assistant":"Refunds"}
        turn 1  Triage hands off to Refunds
        turn 2  Refunds: says "Done."
      ❯ ended: completed"
  `);
});

test('an argument throws, because it would be ignored', async ({ expect }) => {
  const mistakes = [
    // @ts-expect-error the matcher is about all tools
    () => expect(smooth).toHaveNoToolErrors('close'),
    // @ts-expect-error the matcher is about all tools
    () => expect(run).not.toHaveNoToolErrors({ tool: 'close' }),
  ];
  for (const mistake of mistakes)
    expect(await factsOfMistake(mistake, 'where', 'expected')).toEqual({
      error: 'UsageError',
      where: 'toHaveNoToolErrors',
      expected: 'no argument',
    });
  expect(await messageOf(mistakes[0]!)).toMatchInlineSnapshot(
    `"toHaveNoToolErrors takes no argument, because it is about all tools. To allow some errors, write { toolErrors: [{ tool, kind }] } in the "expect" of a scenario."`,
  );
});
