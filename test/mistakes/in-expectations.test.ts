import { test } from 'vitest';
import { callTool, runScenario, say, user, type Expectations } from 'swarmcheck/testing';
import { desk } from './desk.ts';
import { failureOf, messageOf } from './message-of.ts';

const scenario = {
  name: 'an order is looked up',
  agent: desk,
  steps: [user('Where is A-17?'), callTool('look_up', { orderId: 'A-17' }), say('It is paid.')],
};

/** The message with which a scenario is refused that expects this. */
function refusalOf(expect: Expectations): Promise<string> {
  return messageOf(() => runScenario({ ...scenario, expect }));
}

test('a misspelt expectation', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await refusalOf({ toolcalls: ['look_up'] })).toMatchInlineSnapshot(
    `"The scenario "an order is looked up", in "expect", has an unknown field "toolcalls". Did you mean "toolCalls"? Fields: toolCalls, agents, stopReason, error, contextVariables, finalMessage."`,
  );
});

test('an expectation that there is not', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await refusalOf({ toolResults: ['A-17 is paid'] })).toMatchInlineSnapshot(
    `"The scenario "an order is looked up", in "expect", has an unknown field "toolResults". Fields: toolCalls, agents, stopReason, error, contextVariables, finalMessage."`,
  );
});

test('a stop reason that there is not', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await refusalOf({ stopReason: 'stop' })).toMatchInlineSnapshot(
    `"The scenario "an order is looked up", in "expect", has a field "stopReason" that must be one of completed, max_turns, interrupted (a rejected run has none: use "error"), but is the string "stop"."`,
  );
});

test('a stop reason of a run that was rejected', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await refusalOf({ stopReason: 'failed' })).toMatchInlineSnapshot(
    `"The scenario "an order is looked up", in "expect", has a field "stopReason" that must be one of completed, max_turns, interrupted (a rejected run has none: use "error"), but is the string "failed"."`,
  );
});

test('the name of an error in place of the error', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await refusalOf({ error: 'RateLimitError' })).toMatchInlineSnapshot(
    `"The scenario "an order is looked up", in "expect", has a field "error" that must be an object with the name of the error, a part of its message, or both, but is the string "RateLimitError"."`,
  );
});

test('a pattern in place of the final message', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await refusalOf({ finalMessage: /paid/ })).toMatchInlineSnapshot(
    `"The scenario "an order is looked up", in "expect", has a field "finalMessage" that must be a string, but is a RegExp."`,
  );
});

test('a call that was made with other arguments', async ({ expect }) => {
  const toolCalls = [{ tool: 'look_up', args: { orderId: 'A-18' } }];
  expect(await failureOf({ ...scenario, expect: { toolCalls } })).toMatchInlineSnapshot(`
    "The tool calls are not as expected (✓ found, ✗ missing, + extra, ! forbidden):
      ✗ look_up({"orderId":"A-18"}), but in look_up({"orderId":"A-17"}) "orderId" is "A-17", not "A-18"
      + look_up({"orderId":"A-17"}), which was not expected
    What happened:
      ❯ turn 1  Desk: look_up({"orderId":"A-17"}) → A-17 is paid
        turn 2  Desk: says "It is paid."
        ended: completed"
  `);
});

test('an error that does not come', async ({ expect }) => {
  const error = { name: 'RateLimitError' };
  expect(await failureOf({ ...scenario, expect: { error } })).toMatchInlineSnapshot(`
    "The last run was expected to be rejected with RateLimitError, but it ended with completed.
    What happened:
        turn 1  Desk: look_up({"orderId":"A-17"}) → A-17 is paid
        turn 2  Desk: says "It is paid."
      ❯ ended: completed"
  `);
});
