/** Mistakes in the expectations of a scenario. Each title names a mistake; the test shows its error. */
import { test } from 'vitest';
import { Agent } from 'swarmcheck';
import { callTool, runScenario, say, user, type Expectations } from 'swarmcheck/testing';
import { desk } from '../support/agents.ts';
import { errorOf, failuresOf } from '../support/failures.ts';
import { factsOf } from '../support/facts-of.ts';

const scenario = {
  name: 'an order is looked up',
  agent: desk,
  steps: [user('Where is A-17?'), callTool('look_up', { orderId: 'A-17' }), say('It is paid.')],
};

/** The error with which a scenario with these expectations is refused. */
function refusalOf(expect: Expectations): Promise<Error> {
  return errorOf(() => runScenario({ ...scenario, expect }));
}

test('a misspelt expectation', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect((await refusalOf({ toolcalls: ['look_up'] })).message).toMatchInlineSnapshot(
    `"The scenario "an order is looked up", in "expect", has an unknown field "toolcalls". Did you mean "toolCalls"? Its fields: toolCalls, agents, stopReason, error, contextVariables, finalMessage."`,
  );
});

test('an unknown expectation', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(factsOf(await refusalOf({ toolResults: ['A-17 is paid'] }))).toEqual({
    error: 'UsageError',
    field: 'toolResults',
  });
});

test('an unknown stop reason', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect((await refusalOf({ stopReason: 'stop' })).message).toMatchInlineSnapshot(
    `"The scenario "an order is looked up", in "expect", has a field "stopReason" that must be one of completed, max_turns, interrupted (for a rejected run, use "error"), but is the string "stop"."`,
  );
});

test('"failed" as the stop reason of a rejected run', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(factsOf(await refusalOf({ stopReason: 'failed' }))).toEqual({
    error: 'UsageError',
    field: 'stopReason',
    given: 'the string "failed"',
  });
});

test('the name of an error in place of the error', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect((await refusalOf({ error: 'RateLimitError' })).message).toMatchInlineSnapshot(
    `"The scenario "an order is looked up", in "expect", has a field "error" that must be an object with the name of the error, a part of its message, or both, but is the string "RateLimitError"."`,
  );
});

test('a pattern in place of the final message', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect((await refusalOf({ finalMessage: /paid/ })).message).toMatchInlineSnapshot(
    `"The scenario "an order is looked up", in "expect", has a field "finalMessage" that must be a string, but is a RegExp."`,
  );
});

test('a call that was made with other arguments', async ({ expect }) => {
  const toolCalls = [{ tool: 'look_up', args: { orderId: 'A-18' } }];
  expect(await failuresOf({ ...scenario, expect: { toolCalls } })).toMatchInlineSnapshot(`
    "The tool calls are not as expected (✓ found, ✗ missing, + extra, ! forbidden):
      ✗ look_up({"orderId":"A-18"}), but in look_up({"orderId":"A-17"}) "orderId" is "A-17", not "A-18"
      + look_up({"orderId":"A-17"}), which was not expected
    What happened:
      ❯ turn 1  Desk: look_up({"orderId":"A-17"}) → A-17 is paid
        turn 2  Desk: says "It is paid."
        ended: completed"
  `);
});

test('an error that does not happen', async ({ expect }) => {
  const error = { name: 'RateLimitError' };
  expect(await failuresOf({ ...scenario, expect: { error } })).toMatchInlineSnapshot(`
    "Expected the last run to be rejected with RateLimitError, but it ended with completed.
    What happened:
        turn 1  Desk: look_up({"orderId":"A-17"}) → A-17 is paid
        turn 2  Desk: says "It is paid."
      ❯ ended: completed"
  `);
});

test('a single call in place of a list', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect((await refusalOf({ toolCalls: 'look_up' })).message).toMatchInlineSnapshot(
    `"The scenario "an order is looked up", in "expect", has a field "toolCalls" that must be a list of calls, or { sequence, allowOthers, never }, but is the string "look_up". Write ["look_up"]."`,
  );
});

test('a call with "name" in place of "tool"', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect((await refusalOf({ toolCalls: ['look_up', { name: 'look_up' }] })).message).toMatchInlineSnapshot(
    `"Item 2 of the toolCalls of the scenario "an order is looked up" has no "tool"; it has "name"."`,
  );
});

test('a misspelt tool', async ({ expect }) => {
  const { failures } = await runScenario({ ...scenario, expect: { toolCalls: ['lookup'] } });
  expect(failures).toMatchObject([{ tool: 'lookup', suggestion: 'look_up', known: ['look_up'] }]);
});

test('a misspelt tool among the calls that must never happen', async ({ expect }) => {
  const toolCalls = { sequence: ['look_up'], never: ['lookUp'] };
  const { failures } = await runScenario({ ...scenario, expect: { toolCalls } });
  expect(failures).toMatchObject([{ tool: 'lookUp', suggestion: 'look_up', known: ['look_up'] }]);
});

test('a tool that no agent has', async ({ expect }) => {
  const toolCalls = ['look_up', 'refund'];
  expect(await failuresOf({ ...scenario, expect: { toolCalls } })).toMatchInlineSnapshot(`
    "The tool calls are not as expected (✓ found, ✗ missing, + extra, ! forbidden):
      ✓ look_up
      ✗ refund
    None of the agents that ran has a tool "refund". The offered tools: look_up.
    What happened:
        turn 1  Desk: look_up({"orderId":"A-17"}) → A-17 is paid
        turn 2  Desk: says "It is paid."
      ❯ ended: completed"
  `);
});

test('an agent in place of a list', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect((await refusalOf({ agents: 'Desk' })).message).toMatchInlineSnapshot(
    `"The scenario "an order is looked up", in "expect", has a field "agents" that must be a list of agents' names, but is the string "Desk". Write ["Desk"]."`,
  );
});

test('agents in place of their names', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect((await refusalOf({ agents: [desk] })).message).toMatchInlineSnapshot(
    `"The scenario "an order is looked up", in "expect", has a field "agents" that must be a list of agents' names, but is an array of 1 item. Its item 1 is an Agent. Write its name, "Desk"."`,
  );
});

test('an empty object of context variables', async ({ expect }) => {
  expect((await refusalOf({ contextVariables: {} })).message).toMatchInlineSnapshot(
    `"The scenario "an order is looked up", in "expect", has an empty "contextVariables", which checks nothing. Name the variables, or remove the field."`,
  );
});

test('a tool that returns an agent inside an object, in place of a handoff', async ({ expect }) => {
  const triage = new Agent({
    name: 'Triage',
    functions: [
      function transfer_to_desk() {
        return { agent: desk };
      },
    ],
  });
  const steps = [user('Where is A-17?'), callTool('transfer_to_desk'), say('One moment.')];
  expect(await failuresOf({ agent: triage, steps, expect: { agents: ['Triage', 'Desk'] } }))
    .toMatchInlineSnapshot(`
      "Expected the agents Triage → Desk, but they were Triage.
      transfer_to_desk returned an agent inside another value: to hand off, return the agent itself, or a Result that contains it.
      What happened:
          turn 1  Triage: transfer_to_desk() → Error: Tool transfer_to_desk ran, but returned an agent inside another value, which cannot be sent as text. To hand off,… (182 characters)
          turn 2  Triage: says "One moment."
        ❯ ended: completed"
    `);
});
