import { test } from 'vitest';
import { Swarm } from 'swarmcheck';
import { callTool, runScenario, say, scriptedProvider, user } from 'swarmcheck/testing';
import 'swarmcheck/vitest';
import { desk, messages } from './desk.ts';
import { messageOf } from './message-of.ts';

const answers = [callTool('look_up', { orderId: 'A-17' }), say('It is paid.')];
const scenario = { agent: desk, steps: [user('Where is A-17?'), ...answers] };
const run = await runScenario(scenario);

test('a scenario that is not awaited', async ({ expect }) => {
  expect(
    await messageOf(() => expect(runScenario(scenario)).toHaveCalledTool('look_up')),
  ).toMatchInlineSnapshot(
    `"This matcher takes a ScenarioRun, a Trace, a Response of run() or a MockModel, but was given a Promise. It is a promise: is an "await" missing?"`,
  );
});

test('a run that is not awaited', async ({ expect }) => {
  const swarm = new Swarm({ provider: scriptedProvider(answers) });
  expect(
    await messageOf(() => expect(swarm.run({ agent: desk, messages })).toHaveStoppedBecause('completed')),
  ).toMatchInlineSnapshot(
    `"This matcher takes a ScenarioRun, a Trace, a Response of run() or a MockModel, but was given a Promise. It is a promise: is an "await" missing?"`,
  );
});

test('a scenario that is not awaited, to compare with', async ({ expect }) => {
  expect(
    // @ts-expect-error the compiler says so, too
    await messageOf(() => expect(run).toHaveSameTraceAs(runScenario(scenario))),
  ).toMatchInlineSnapshot(
    `"This matcher takes a ScenarioRun, a Trace, a Response of run() or a MockModel, but was given a Promise. It is a promise: is an "await" missing?"`,
  );
});

test('an agent in place of its run', async ({ expect }) => {
  expect(await messageOf(() => expect(desk).toHaveCalledTool('look_up'))).toMatchInlineSnapshot(
    `"This matcher takes a ScenarioRun, a Trace, a Response of run() or a MockModel, but was given an Agent. An agent has done nothing yet: run it first."`,
  );
});

test('the messages in place of their run', async ({ expect }) => {
  const { messages } = run.response!;
  expect(await messageOf(() => expect(messages).toHaveCalledTool('look_up'))).toMatchInlineSnapshot(
    `"This matcher takes a ScenarioRun, a Trace, a Response of run() or a MockModel, but was given an array of 3 items."`,
  );
});

test('a plain object', async ({ expect }) => {
  expect(
    await messageOf(() => expect({ toolCalls: ['look_up'] }).toHaveCalledTool('look_up')),
  ).toMatchInlineSnapshot(
    `"This matcher takes a ScenarioRun, a Trace, a Response of run() or a MockModel, but was given an object."`,
  );
});

test('a run whose script did not fit', async ({ expect }) => {
  const misfit = await runScenario({ agent: desk, steps: [user('Where is A-17?'), callTool('lookup')] });
  expect(await messageOf(() => expect(misfit).not.toHaveCalledTool('look_up'))).toMatchInlineSnapshot(`
    "The script of this scenario does not fit, so the run shows nothing. Step 2 (steps[1]) calls the tool "lookup", which the model was not offered. Did you mean "look_up"? Offered: look_up. Correct the step, check which agent was asked, or mark the call { hallucinated: true } if the model is meant to be wrong.
    The conversation so far:
      system     You are a helpful agent.
      user       Where is A-17?"
  `);
});

test('a call that was made with other arguments', async ({ expect }) => {
  const args = { orderId: 'A-18' };
  expect(await messageOf(() => expect(run).toHaveCalledTool('look_up', args))).toMatchInlineSnapshot(`
    "Expected the call look_up({"orderId":"A-18"}), but it was called as look_up({"orderId":"A-17"}).
      "orderId": expected "A-18", was "A-17"
    What happened:
      ❯ turn 1  Desk: look_up({"orderId":"A-17"}) → A-17 is paid
        turn 2  Desk: says "It is paid."
        ended: completed"
  `);
});

test('an argument without its name', async ({ expect }) => {
  expect(await messageOf(() => expect(run).toHaveCalledTool('look_up', 'A-17'))).toMatchInlineSnapshot(`
    "Expected the call look_up("A-17"), but it was called as look_up({"orderId":"A-17"}).
      the arguments: expected "A-17", was {"orderId":"A-17"}
    What happened:
      ❯ turn 1  Desk: look_up({"orderId":"A-17"}) → A-17 is paid
        turn 2  Desk: says "It is paid."
        ended: completed"
  `);
});

test('a misspelt field of a call', async ({ expect }) => {
  expect(
    await messageOf(() =>
      expect(run).toHaveToolCalls([
        // @ts-expect-error the compiler says so, too
        { tool: 'look_up', arguments: { orderId: 'A-17' } },
      ]),
    ),
  ).toMatchInlineSnapshot(
    `"A call in a trajectory has no field "arguments". Fields: tool, args, argsContain."`,
  );
});

test('nothing to have seen', async ({ expect }) => {
  expect(await messageOf(() => expect(run).toHaveSeen({}))).toMatchInlineSnapshot(
    `"toHaveSeen was given nothing to look for. Give it one of agent, instructions, tools, message."`,
  );
});

test('a misspelt field of what was seen', async ({ expect }) => {
  expect(
    // @ts-expect-error the compiler says so, too
    await messageOf(() => expect(run).toHaveSeen({ instruction: 'Be brief.' })),
  ).toMatchInlineSnapshot(
    `"toHaveSeen has no field "instruction". Did you mean "instructions"? Fields: agent, instructions, tools, message."`,
  );
});

test('instructions that nobody saw', async ({ expect }) => {
  const seen = { agent: 'Desk', instructions: 'Ann' };
  expect(await messageOf(() => expect(run).toHaveSeen(seen))).toMatchInlineSnapshot(`
    "Expected a request that shows the model agent "Desk", instructions with "Ann", but none of 2 does. The nearest, of Desk in turn 1:
      ✓ agent "Desk"
      ✗ instructions with "Ann"
      instructions: "You are a helpful agent."
      tools: look_up
    What happened:
        turn 1  Desk: look_up({"orderId":"A-17"}) → A-17 is paid
        turn 2  Desk: says "It is paid."
        ended: completed"
  `);
});

test('no context variables', async ({ expect }) => {
  expect(await messageOf(() => expect(run).toHaveContextVariables({}))).toMatchInlineSnapshot(
    `"toHaveContextVariables was given nothing to look for: {} is in every context."`,
  );
});

test('a reason that there is not', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await messageOf(() => expect(run).toHaveStoppedBecause('complete'))).toMatchInlineSnapshot(
    `"toHaveStoppedBecause knows no reason "complete". Did you mean "completed"? Reasons: completed, max_turns, interrupted, failed, aborted."`,
  );
});

test('a kind of error that there is not', async ({ expect }) => {
  expect(
    await messageOf(() =>
      // @ts-expect-error the compiler says so, too
      expect(run).toHaveRecoveredFrom({ tool: 'look_up', kind: 'invalid_arguments' }),
    ),
  ).toMatchInlineSnapshot(
    `"toHaveRecoveredFrom knows no kind "invalid_arguments". Kinds: unknown-tool, invalid-json, invalid-arguments, threw, not-serializable."`,
  );
});

test('a misspelt field of an error', async ({ expect }) => {
  expect(
    // @ts-expect-error the compiler says so, too
    await messageOf(() => expect(run).toHaveRecoveredFrom({ toolName: 'look_up' })),
  ).toMatchInlineSnapshot(`"toHaveRecoveredFrom has no field "toolName". Fields: tool, kind, content."`);
});

test('an interruption that did not come', async ({ expect }) => {
  expect(await messageOf(() => expect(run).toBeInterrupted({ pending: ['look_up'] }))).toMatchInlineSnapshot(`
    "Expected the run to be interrupted, but it ended with completed. Did the run have executeTools: false?
    What happened:
        turn 1  Desk: look_up({"orderId":"A-17"}) → A-17 is paid
        turn 2  Desk: says "It is paid."
      ❯ ended: completed"
  `);
});
