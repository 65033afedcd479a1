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
    `"The scenario "an order is looked up", in "expect", has an unknown field "toolcalls". Did you mean "toolCalls"? Its fields: toolCalls, toolErrors, recovered, toolResults, seen, agents, stopReason, error, contextVariables, finalMessage."`,
  );
});

test('an unknown expectation', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(factsOf(await refusalOf({ handoffs: ['Desk'] }))).toEqual({
    error: 'UsageError',
    field: 'handoffs',
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

test('an empty list of results', async ({ expect }) => {
  expect((await refusalOf({ toolResults: [] })).message).toMatchInlineSnapshot(
    `"The scenario "an order is looked up", in "expect", has a field "toolResults" that must be a list of { tool, content } or { tool, contentContains }, with at least one item, but is an array of 0 items."`,
  );
});

test('a single result in place of a list', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect((await refusalOf({ toolResults: { tool: 'look_up', content: 'x' } })).message).toMatchInlineSnapshot(
    `"The scenario "an order is looked up", in "expect", has a field "toolResults" that must be a list of { tool, content } or { tool, contentContains }, with at least one item, but is an object. Write [{ … }]."`,
  );
});

test('a result in place of { tool, content }', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect((await refusalOf({ toolResults: ['A-17 is paid'] })).message).toMatchInlineSnapshot(
    `"The scenario "an order is looked up", in "expect.toolResults[0]", must be an object, but is the string "A-17 is paid"."`,
  );
});

test('a result without its content', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect((await refusalOf({ toolResults: [{ tool: 'look_up' }] })).message).toMatchInlineSnapshot(
    `"The scenario "an order is looked up", in "expect.toolResults[0]", has no "content" or "contentContains"."`,
  );
});

test('a result without its tool', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect((await refusalOf({ toolResults: [{ content: 'A-17 is paid' }] })).message).toMatchInlineSnapshot(
    `"The scenario "an order is looked up", in "expect.toolResults[0]", has no "tool"."`,
  );
});

test('the whole result and a part of it', async ({ expect }) => {
  const both = { tool: 'look_up', content: 'A-17 is paid', contentContains: 'A-17' };
  expect((await refusalOf({ toolResults: [both] })).message).toMatchInlineSnapshot(
    `"The scenario "an order is looked up", in "expect.toolResults[0]", must have either "content" or "contentContains", but has both."`,
  );
});

test('a pattern in place of a result', async ({ expect }) => {
  const toolResults = [{ tool: 'look_up', content: /paid/ }];
  expect((await refusalOf({ toolResults })).message).toMatchInlineSnapshot(
    `"The scenario "an order is looked up", in "expect.toolResults[0]", has a field "content" that must be a value that JSON can hold, but is a RegExp."`,
  );
});

test('an empty list of what the model is shown', async ({ expect }) => {
  expect((await refusalOf({ seen: [] })).message).toMatchInlineSnapshot(
    `"The scenario "an order is looked up", in "expect", has a field "seen" that must be a list of { agent, instructions, tools, message }, with at least one item, but is an array of 0 items."`,
  );
});

test('a request that shows nothing', async ({ expect }) => {
  expect((await refusalOf({ seen: [{ agent: 'Desk' }, {}] })).message).toMatchInlineSnapshot(
    `"The scenario "an order is looked up", in "expect.seen[1]", has no "agent", "instructions", "tools" or "message". It must have at least one of them."`,
  );
});

test('an unknown kind of error to recover from', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect((await refusalOf({ recovered: { kind: 'thrown' } })).message).toMatchInlineSnapshot(
    `"The scenario "an order is looked up", in "expect.recovered", has a field "kind" that must be one of unknown-tool, invalid-json, invalid-arguments, threw, not-serializable, but is the string "thrown". Did you mean "threw"?"`,
  );
});

test('the name of a tool in place of the error to recover from', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect((await refusalOf({ recovered: 'look_up' })).message).toMatchInlineSnapshot(
    `"The scenario "an order is looked up", in "expect", has a field "recovered" that must be an object with a tool, a kind of error, a part of the answer, or {}, but is the string "look_up"."`,
  );
});

test('an unknown word for the tool errors', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect((await refusalOf({ toolErrors: 'all' })).message).toMatchInlineSnapshot(
    `"The scenario "an order is looked up", in "expect", has a field "toolErrors" that must be "none", or a list of { tool, kind }, but is the string "all"."`,
  );
});

test('a single tool error in place of a list', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect((await refusalOf({ toolErrors: { tool: 'look_up' } })).message).toMatchInlineSnapshot(
    `"The scenario "an order is looked up", in "expect", has a field "toolErrors" that must be "none", or a list of { tool, kind }, but is an object. Write [{ … }]."`,
  );
});

test('a tool error without its tool', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect((await refusalOf({ toolErrors: [{ kind: 'threw' }] })).message).toMatchInlineSnapshot(
    `"The scenario "an order is looked up", in "expect.toolErrors[0]", has no "tool"."`,
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
