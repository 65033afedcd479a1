import { test } from 'vitest';
import { Agent, tool } from 'swarmcheck';
import { callTool, runScenario, say, user } from 'swarmcheck/testing';
import 'swarmcheck/vitest';
import { desk } from '../support/agents.ts';
import { messageOf } from '../support/failures.ts';
import { factsOfMistake } from '../support/facts-of.ts';

const steps = [user('Where is A-17?'), callTool('look_up', { orderId: 'A-17' }), say('It is paid.')];
const run = await runScenario({ agent: desk, steps });
const lookUp = tool({ name: 'look_up', execute: () => 'paid' });

test('arguments before the name of the tool', async ({ expect }) => {
  expect(
    // @ts-expect-error the compiler says so, too
    await messageOf(() => expect(run).toHaveCalledTool({ orderId: 'A-17' }, 'look_up')),
  ).toMatchInlineSnapshot(
    `"toHaveCalledTool takes the tool's name first, then its arguments, but was given an object first. Are the arguments in the wrong order?"`,
  );
});

test('the tool and its arguments in one object', async ({ expect }) => {
  expect(
    // @ts-expect-error the compiler says so, too
    await messageOf(() => expect(run).toHaveCalledTool({ tool: 'look_up', args: { orderId: 'A-17' } })),
  ).toMatchInlineSnapshot(
    `"toHaveCalledTool takes the tool's name first, then its arguments, but was given an object first. Write toHaveCalledTool("look_up", …)."`,
  );
});

test('a tool in place of its name', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await factsOfMistake(() => expect(run).toHaveCalledTool(lookUp))).toEqual({
    error: 'UsageError',
    given: 'a tool',
  });
});

test('an undefined tool, with .not', async ({ expect }) => {
  const names: Record<string, string> = {};
  // @ts-expect-error the compiler says so, too
  expect(await messageOf(() => expect(run).not.toHaveCalledTool(names['lookUp']))).toMatchInlineSnapshot(
    `"toHaveCalledTool takes the tool's name first, then its arguments, but was given undefined first."`,
  );
});

test('a result before the name of the tool', async ({ expect }) => {
  expect(
    await messageOf(() => expect(run).toHaveToolResult('A-17 is paid', 'look_up')),
  ).toMatchInlineSnapshot(
    `"toHaveToolResult takes the tool's name first, then the expected result. "look_up" is a tool, but "A-17 is paid" is not: are the arguments in the wrong order?"`,
  );
});

test('a result that is an object, before the name of the tool', async ({ expect }) => {
  expect(
    // @ts-expect-error the compiler says so, too
    await messageOf(() => expect(run).not.toHaveToolResult({ paid: true }, 'look_up')),
  ).toMatchInlineSnapshot(
    `"toHaveToolResult takes the tool's name first, then the expected result, but was given an object first. Are the arguments in the wrong order?"`,
  );
});

test('a missing result', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await messageOf(() => expect(run).toHaveToolResult('look_up'))).toMatchInlineSnapshot(
    `"toHaveToolResult takes the tool's name first, then the expected result, but the expected result is undefined."`,
  );
});

test('a single call in place of a list', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await messageOf(() => expect(run).toHaveToolCalls('look_up'))).toMatchInlineSnapshot(
    `"toHaveToolCalls takes a list of calls, or { sequence, allowOthers, never }, but was given the string "look_up". Write ["look_up"]."`,
  );
});

test('a single call with its arguments in place of a list', async ({ expect }) => {
  expect(
    // @ts-expect-error the compiler says so, too
    await messageOf(() => expect(run).toHaveToolCalls({ tool: 'look_up', args: { orderId: 'A-17' } })),
  ).toMatchInlineSnapshot(
    `"The trajectory must be a list of calls, or { sequence, allowOthers, never }, but is a single item. Write [{ … }]."`,
  );
});

test('a call with "name" in place of "tool"', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await messageOf(() => expect(run).toHaveToolCalls([{ name: 'look_up' }]))).toMatchInlineSnapshot(
    `"Item 1 of the trajectory has no "tool"; it has "name"."`,
  );
});

test('steps in place of calls', async ({ expect }) => {
  const calls = [callTool('look_up')];
  // @ts-expect-error the compiler says so, too
  expect(await messageOf(() => expect(run).toHaveToolCalls(calls))).toMatchInlineSnapshot(
    `"Item 1 of the trajectory has no "tool"; it has "calls". This looks like a step of a script: write the tool's name instead."`,
  );
});

test('tools in place of their names', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await messageOf(() => expect(run).toHaveToolCalls([lookUp]))).toMatchInlineSnapshot(
    `"Item 1 of the trajectory must be a tool's name, { tool, args } or { tool, argsContain }, but is a tool. Write its name, "look_up"."`,
  );
});

test('calls that must never happen, without a sequence', async ({ expect }) => {
  expect(
    // @ts-expect-error the compiler says so, too
    await messageOf(() => expect(run).toHaveToolCalls({ never: ['issue_refund'] })),
  ).toMatchInlineSnapshot(
    `"The trajectory has no "sequence". To allow any other calls, write { sequence: [], allowOthers: true, never: […] }."`,
  );
});

test('a list of pending calls in place of an object', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await messageOf(() => expect(run).toBeInterrupted(['look_up']))).toMatchInlineSnapshot(
    `"toBeInterrupted takes { pending }, but was given an array of 1 item."`,
  );
});

test('pending calls in an unknown field', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await factsOfMistake(() => expect(run).toBeInterrupted({ calls: ['look_up'] }))).toEqual({
    error: 'UsageError',
    field: 'calls',
  });
});

test('a single pending call in place of a list', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await factsOfMistake(() => expect(run).toBeInterrupted({ pending: 'look_up' }))).toEqual({
    error: 'UsageError',
    field: 'pending',
    given: 'the string "look_up"',
  });
});

test('agents as separate arguments in place of a list', async ({ expect }) => {
  expect(
    // @ts-expect-error the compiler says so, too
    await messageOf(() => expect(run).toHaveHandoffOrder('Desk', 'Refunds')),
  ).toMatchInlineSnapshot(
    `"toHaveHandoffOrder takes a list of agents' names, but was given the string "Desk". Write ["Desk"]."`,
  );
});

test('agents in place of their names', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await messageOf(() => expect(run).toHaveHandoffOrder([desk]))).toMatchInlineSnapshot(
    `"toHaveHandoffOrder takes a list of agents' names, but was given an array of 1 item. Its item 1 is an Agent. Write its name, "Desk"."`,
  );
});

test('a missing list of agents', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await messageOf(() => expect(run).toHaveHandoffOrder())).toMatchInlineSnapshot(
    `"toHaveHandoffOrder takes a list of agents' names, but was given undefined."`,
  );
});

test('an agent in place of its name', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await messageOf(() => expect(run).toHaveSeen({ agent: desk }))).toMatchInlineSnapshot(
    `"toHaveSeen has a field "agent" that must be an agent's name, but is an Agent. Write its name, "Desk"."`,
  );
});

test('one offered tool in place of a list', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await messageOf(() => expect(run).toHaveSeen({ tools: 'look_up' }))).toMatchInlineSnapshot(
    `"toHaveSeen has a field "tools" that must be a list of tools' names, but is the string "look_up". Write ["look_up"]."`,
  );
});

test('offered tools in place of their names, with .not', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await messageOf(() => expect(run).not.toHaveSeen({ tools: [lookUp] }))).toMatchInlineSnapshot(
    `"toHaveSeen has a field "tools" that must be a list of tools' names, but is an array of 1 item. Its item 1 is a tool. Write its name, "look_up"."`,
  );
});

test('a message in place of its text, with .not', async ({ expect }) => {
  const message = { role: 'user', content: 'Where is A-17?' };
  // @ts-expect-error the compiler says so, too
  expect(await messageOf(() => expect(run).not.toHaveSeen({ message }))).toMatchInlineSnapshot(
    `"toHaveSeen has a field "message" that must be a string or a RegExp, but is an object."`,
  );
});

test('a text in place of the argument of toHaveSeen', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await messageOf(() => expect(run).toHaveSeen('You are a helpful agent.'))).toMatchInlineSnapshot(
    `"toHaveSeen takes { agent, instructions, tools, message }, but was given the string "You are a helpful agent."."`,
  );
});

test('a variable and its value in place of an object', async ({ expect }) => {
  expect(
    // @ts-expect-error the compiler says so, too
    await messageOf(() => expect(run).toHaveContextVariables('user', 'Ann')),
  ).toMatchInlineSnapshot(
    `"toHaveContextVariables takes an object of context variables, but was given the string "user". Write { user: … }."`,
  );
});

test('missing context variables', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await messageOf(() => expect(run).toHaveContextVariables())).toMatchInlineSnapshot(
    `"toHaveContextVariables takes an object of context variables, but was given undefined."`,
  );
});

test('a missing reason', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await messageOf(() => expect(run).toHaveStoppedBecause())).toMatchInlineSnapshot(
    `"toHaveStoppedBecause takes one of completed, max_turns, interrupted, failed, aborted, but was given undefined."`,
  );
});

test('a tool that failed, in place of its name, with .not', async ({ expect }) => {
  expect(
    // @ts-expect-error the compiler says so, too
    await messageOf(() => expect(run).not.toHaveRecoveredFrom({ tool: lookUp })),
  ).toMatchInlineSnapshot(
    `"toHaveRecoveredFrom has a field "tool" that must be a tool's name, but is a tool. Write its name, "look_up"."`,
  );
});

test('the name of an error in place of the error', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await messageOf(() => expect(run).toHaveRecoveredFrom('threw'))).toMatchInlineSnapshot(
    `"toHaveRecoveredFrom takes { tool, kind, content }, but was given the string "threw"."`,
  );
});

test('a misspelt tool, with .not', async ({ expect }) => {
  expect(await messageOf(() => expect(run).not.toHaveCalledTool('lookup'))).toMatchInlineSnapshot(`
    "None of the agents that ran has a tool "lookup", so nothing can be asserted about it. Did you mean "look_up"? The offered tools: look_up.
    What happened:
        turn 1  Desk: look_up({"orderId":"A-17"}) → A-17 is paid
        turn 2  Desk: says "It is paid."
        ended: completed"
  `);
});

test('a misspelt tool', async ({ expect }) => {
  expect(await factsOfMistake(() => expect(run).toHaveToolResult('lookUp', 'A-17 is paid'))).toEqual({
    error: 'UsageError',
    tool: 'lookUp',
    suggestion: 'look_up',
  });
});

test('a misspelt tool among the calls that must never happen', async ({ expect }) => {
  const agent = new Agent({
    name: 'Desk',
    functions: [tool({ name: 'issue_refund', execute: () => 'done' })],
  });
  const silent = await runScenario({ agent, steps: [user('hi'), say('Hello.')] });
  expect(
    await factsOfMistake(() => expect(silent).toHaveToolCalls({ sequence: [], never: ['issue_refnd'] })),
  ).toEqual({ error: 'UsageError', tool: 'issue_refnd', suggestion: 'issue_refund' });
});

test('a misspelt tool among the calls that may happen', async ({ expect }) => {
  expect(
    await factsOfMistake(() => expect(run).toHaveToolCalls(['look_up', { atMost: ['lookUp'] }])),
  ).toEqual({ error: 'UsageError', tool: 'lookUp', suggestion: 'look_up' });
});

test('a misspelt tool in place of one that did not fail', async ({ expect }) => {
  expect(
    await factsOfMistake(() => expect(run).not.toHaveRecoveredFrom({ tool: 'look-up', kind: 'threw' })),
  ).toEqual({ error: 'UsageError', tool: 'look-up', suggestion: 'look_up' });
});

test('a tool that no agent has', async ({ expect }) => {
  expect(await messageOf(() => expect(run).toHaveCalledTool('look_up_order'))).toMatchInlineSnapshot(`
    "Expected a call of look_up_order, but the tool was not called. None of the agents that ran has a tool "look_up_order". The offered tools: look_up.
    What happened:
        turn 1  Desk: look_up({"orderId":"A-17"}) → A-17 is paid
        turn 2  Desk: says "It is paid."
      ❯ ended: completed"
  `);
});
