/** Mistakes in the use of matchers. Each title names a mistake; the test shows its error. */
import { test } from 'vitest';
import { Agent, Conversation, Swarm } from 'swarmcheck';
import { callTool, runScenario, say, scriptedProvider, traceOf, user } from 'swarmcheck/testing';
import { test as watchingTest } from 'swarmcheck/vitest';
import { desk, messages } from '../support/agents.ts';
import { errorOf, messageOf } from '../support/failures.ts';
import { factsOfMistake } from '../support/facts-of.ts';

const answers = [callTool('look_up', { orderId: 'A-17' }), say('It is paid.')];
const scenario = { agent: desk, steps: [user('Where is A-17?'), ...answers] };
const run = await runScenario(scenario);

test('a scenario that is not awaited', async ({ expect }) => {
  expect(
    await messageOf(() => expect(runScenario(scenario)).toHaveCalledTool('look_up')),
  ).toMatchInlineSnapshot(
    `"toHaveCalledTool takes a ScenarioRun, a Trace, a Response of run() or a MockModel, but was given a Promise. Is an "await" missing?"`,
  );
});

test('a run that is not awaited', async ({ expect }) => {
  const swarm = new Swarm({ provider: scriptedProvider(answers) });
  expect(
    await factsOfMistake(() =>
      expect(swarm.run({ agent: desk, messages })).toHaveStoppedBecause('completed'),
    ),
  ).toEqual({ error: 'UsageError', given: 'a Promise' });
});

watchingTest('a run that is not awaited, in a test that watches its runs', async ({ expect }) => {
  const promise = runScenario(scenario);
  expect(await factsOfMistake(() => expect(promise).toHaveCalledTool('look_up'))).toEqual({
    error: 'UsageError',
    given: 'a Promise',
  });
  await promise;
});

test('a scenario that is not awaited, as the run to compare with', async ({ expect }) => {
  expect(
    // @ts-expect-error the compiler says so, too
    await factsOfMistake(() => expect(run).toHaveSameTraceAs(runScenario(scenario))),
  ).toEqual({ error: 'UsageError', given: 'a Promise' });
});

test('an agent in place of its run', async ({ expect }) => {
  expect(await messageOf(() => expect(desk).toHaveCalledTool('look_up'))).toMatchInlineSnapshot(
    `"toHaveCalledTool takes a ScenarioRun, a Trace, a Response of run() or a MockModel, but was given an Agent. Run the agent first, and pass the response."`,
  );
});

test('a Swarm in place of what its run resolved to', async ({ expect }) => {
  const swarm = new Swarm({ provider: scriptedProvider(answers) });
  expect(await messageOf(() => expect(swarm).toHaveCalledTool('look_up'))).toMatchInlineSnapshot(
    `"toHaveCalledTool takes a ScenarioRun, a Trace, a Response of run() or a MockModel, but was given a Swarm. Pass the response of run()."`,
  );
});

test('a provider in place of the run that asked it', async ({ expect }) => {
  const provider = scriptedProvider([...answers]);
  expect(await messageOf(() => expect(provider).toHaveCalledTool('look_up'))).toMatchInlineSnapshot(
    `"toHaveCalledTool takes a ScenarioRun, a Trace, a Response of run() or a MockModel, but was given a provider. Pass the response of run()."`,
  );
});

test('a stream in place of its response', async ({ expect }) => {
  const swarm = new Swarm({ provider: scriptedProvider(answers) });
  const stream = swarm.run({ agent: desk, messages, stream: true });
  expect(await messageOf(() => expect(stream).toHaveCalledTool('look_up'))).toMatchInlineSnapshot(
    `"toHaveCalledTool takes a ScenarioRun, a Trace, a Response of run() or a MockModel, but was given a stream. Read it to its end; its last event holds the response."`,
  );
});

test('a conversation in place of the response to a message', async ({ expect }) => {
  const swarm = new Swarm({ provider: scriptedProvider(answers) });
  const conversation = new Conversation({ swarm, agent: desk });
  await conversation.send('Where is A-17?');
  expect(await messageOf(() => expect(conversation).toHaveCalledTool('look_up'))).toMatchInlineSnapshot(
    `"toHaveCalledTool takes a ScenarioRun, a Trace, a Response of run() or a MockModel, but was given a Conversation. Pass the response of send()."`,
  );
});

test('a scenario in place of its run', async ({ expect }) => {
  expect(await messageOf(() => expect(scenario).toHaveCalledTool('look_up'))).toMatchInlineSnapshot(
    `"toHaveCalledTool takes a ScenarioRun, a Trace, a Response of run() or a MockModel, but was given an object. Play it: await runScenario(…)."`,
  );
});

test('a copy of a response', async ({ expect }) => {
  const copy = { ...run.response };
  expect(await messageOf(() => expect(copy).toHaveCalledTool('look_up'))).toMatchInlineSnapshot(
    `"toHaveCalledTool takes a ScenarioRun, a Trace, a Response of run() or a MockModel, but was given an object. It is a copy. Pass the response of run() itself."`,
  );
});

test('the trace of a run that is not awaited', async ({ expect }) => {
  expect(await messageOf(() => traceOf(runScenario(scenario)))).toMatchInlineSnapshot(
    `"This value has no trace. traceOf takes the response of run() (not a copy), the error that run() rejected with, a ScenarioRun, a MockModel or a Trace. It was given a Promise. Is an "await" missing?"`,
  );
});

test('the messages in place of their run', async ({ expect }) => {
  const { messages } = run.response!;
  expect(await messageOf(() => expect(messages).toHaveCalledTool('look_up'))).toMatchInlineSnapshot(
    `"toHaveCalledTool takes a ScenarioRun, a Trace, a Response of run() or a MockModel, but was given an array of 3 items. Pass the run itself."`,
  );
});

test('a plain object', async ({ expect }) => {
  expect(await factsOfMistake(() => expect({ toolCalls: ['look_up'] }).toHaveCalledTool('look_up'))).toEqual({
    error: 'UsageError',
    given: 'an object',
  });
});

test('a run whose script did not fit', async ({ expect }) => {
  const misfit = await runScenario({ agent: desk, steps: [user('Where is A-17?'), callTool('lookup')] });
  const error = await errorOf(() => expect(misfit).not.toHaveCalledTool('look_up'));
  expect(error.cause).toBe(misfit.error);
  expect(error.message).toMatchInlineSnapshot(
    `"The script of this scenario does not fit, so nothing can be asserted about the run. The cause says why."`,
  );
});

test('a call that was made with other arguments', async ({ expect }) => {
  const args = { orderId: 'A-18' };
  expect(await messageOf(() => expect(run).toHaveCalledTool('look_up', args))).toMatchInlineSnapshot(`
    "Expected the call look_up({"orderId":"A-18"}), but the tool was called as look_up({"orderId":"A-17"}).
      "orderId": expected "A-18", was "A-17"
    What happened:
      ❯ turn 1  Desk: look_up({"orderId":"A-17"}) → A-17 is paid
        turn 2  Desk: says "It is paid."
        ended: completed"
  `);
});

test('an argument without its name', async ({ expect }) => {
  expect(await messageOf(() => expect(run).toHaveCalledTool('look_up', 'A-17'))).toMatchInlineSnapshot(`
    "Expected the call look_up("A-17"), but the tool was called as look_up({"orderId":"A-17"}).
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
    `"Item 1 of the trajectory has an unknown field "arguments". Its fields: tool, args, argsContain."`,
  );
});

test('toHaveSeen with an empty object', async ({ expect }) => {
  expect(await messageOf(() => expect(run).toHaveSeen({}))).toMatchInlineSnapshot(
    `"toHaveSeen was given nothing to check. Give it at least one of agent, instructions, tools, message."`,
  );
});

test('a misspelt field of toHaveSeen', async ({ expect }) => {
  expect(
    // @ts-expect-error the compiler says so, too
    await factsOfMistake(() => expect(run).toHaveSeen({ instruction: 'Be brief.' })),
  ).toEqual({ error: 'UsageError', field: 'instruction', suggestion: 'instructions' });
});

test('instructions that no request had', async ({ expect }) => {
  const seen = { agent: 'Desk', instructions: 'Ann' };
  expect(await messageOf(() => expect(run).toHaveSeen(seen))).toMatchInlineSnapshot(`
    "Expected a request with agent "Desk", instructions containing "Ann", but none fits (requests: 2). The nearest one, of Desk in turn 1:
      ✓ agent "Desk"
      ✗ instructions containing "Ann"
      instructions: "You are a helpful agent."
      tools: look_up
    What happened:
        turn 1  Desk: look_up({"orderId":"A-17"}) → A-17 is paid
        turn 2  Desk: says "It is paid."
        ended: completed"
  `);
});

test('toHaveContextVariables with an empty object', async ({ expect }) => {
  expect(await messageOf(() => expect(run).toHaveContextVariables({}))).toMatchInlineSnapshot(
    `"toHaveContextVariables was given {}, which always matches. Name at least one variable."`,
  );
});

test('an unknown reason', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await messageOf(() => expect(run).toHaveStoppedBecause('complete'))).toMatchInlineSnapshot(
    `"toHaveStoppedBecause was given the unknown reason "complete". Did you mean "completed"? Known reasons: completed, max_turns, interrupted, failed, aborted."`,
  );
});

test('an unknown kind of error', async ({ expect }) => {
  expect(
    await messageOf(() =>
      // @ts-expect-error the compiler says so, too
      expect(run).toHaveRecoveredFrom({ tool: 'look_up', kind: 'invalid_arguments' }),
    ),
  ).toMatchInlineSnapshot(
    `"toHaveRecoveredFrom was given the unknown kind "invalid_arguments". Did you mean "invalid-arguments"? Known kinds: unknown-tool, invalid-json, invalid-arguments, threw, not-serializable."`,
  );
});

test('a misspelt field of an error', async ({ expect }) => {
  expect(
    // @ts-expect-error the compiler says so, too
    await factsOfMistake(() => expect(run).toHaveRecoveredFrom({ toolName: 'look_up' })),
  ).toEqual({ error: 'UsageError', field: 'toolName' });
});

test('an interruption that did not happen', async ({ expect }) => {
  expect(await messageOf(() => expect(run).toBeInterrupted({ pending: ['look_up'] }))).toMatchInlineSnapshot(`
    "Expected the run to be interrupted, but it ended with completed. Did the run have executeTools: false?
    What happened:
        turn 1  Desk: look_up({"orderId":"A-17"}) → A-17 is paid
        turn 2  Desk: says "It is paid."
      ❯ ended: completed"
  `);
});

test('a Set with other items', async ({ expect }) => {
  const read = await runScenario({
    ...scenario,
    contextVariables: { read: new Set(['Dune']), since: new Date(0) },
  });
  const wanted = { read: new Set(['Emma']) };
  expect(await messageOf(() => expect(read).toHaveContextVariables(wanted))).toMatchInlineSnapshot(`
    "Expected the context variable read to be new Set(["Emma"]), but it is new Set(["Dune"]). All context variables: {"read":new Set(["Dune"]),"since":new Date("1970-01-01T00:00:00.000Z")}.
    What happened:
        turn 1  Desk: look_up({"orderId":"A-17"}) → A-17 is paid
        turn 2  Desk: says "It is paid."
        ended: completed"
  `);
});

test("a tool that returns an agent's name in place of the agent", async ({ expect }) => {
  const triage = new Agent({
    name: 'Triage',
    functions: [
      function transfer_to_refunds() {
        return 'Refunds';
      },
    ],
  });
  const steps = [user('My money back, please.'), callTool('transfer_to_refunds'), say('Which order?')];
  const stayed = await runScenario({ agent: triage, steps });
  expect(await messageOf(() => expect(stayed).toHaveHandoffOrder(['Triage', 'Refunds'])))
    .toMatchInlineSnapshot(`
    "Expected the agents Triage → Refunds, but they were Triage.
    transfer_to_refunds answered the text "Refunds": to hand off, return the agent itself, or a Result that contains it.
    What happened:
        turn 1  Triage: transfer_to_refunds() → Refunds
        turn 2  Triage: says "Which order?"
      ❯ ended: completed"
  `);
});
