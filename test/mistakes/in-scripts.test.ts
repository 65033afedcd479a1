/** Mistakes in scripts that show when the script is played. Each title names a mistake; the test shows its error. */
import { test } from 'vitest';
import { Agent, Swarm } from 'swarmcheck';
import { callTool, say, scriptedProvider, user, type Step } from 'swarmcheck/testing';
import { desk, messages } from '../support/agents.ts';
import { failuresOf, messageOf } from '../support/failures.ts';

const asked = user('Where is A-17?');

test('a misspelt tool', async ({ expect }) => {
  const steps = [asked, callTool('lookup', { orderId: 'A-17' }), say('It is paid.')];
  expect(await failuresOf({ agent: desk, steps })).toMatchInlineSnapshot(`
    "The run was rejected: ScriptMistakeError: Step 2 (steps[1]) calls the tool "lookup", which the model was not offered. Did you mean "look_up"? Offered: look_up. The agent "Desk" was asked. Correct the step, or mark the call { hallucinated: true } if the model is meant to be wrong.
    The conversation so far:
      system     You are a helpful agent.
      user       Where is A-17?
    What happened:
      ❯ turn 1  Desk: the script does not fit (ScriptMistakeError)
        ended: failed"
  `);
});

test('a tool call for an agent without tools', async ({ expect }) => {
  const agent = new Agent({ name: 'Greeter', instructions: 'Greet.' });
  const steps = [asked, callTool('look_up', { orderId: 'A-17' }), say('It is paid.')];
  expect(await failuresOf({ agent, steps })).toMatchInlineSnapshot(`
    "The run was rejected: ScriptMistakeError: Step 2 (steps[1]) calls the tool "look_up", which the model was not offered. No tools were offered. The agent "Greeter" was asked. Correct the step, or mark the call { hallucinated: true } if the model is meant to be wrong.
    The conversation so far:
      system     Greet.
      user       Where is A-17?
    What happened:
      ❯ turn 1  Greeter: the script does not fit (ScriptMistakeError)
        ended: failed"
  `);
});

test('arguments that fail the schema and are not marked as hallucinated', async ({ expect }) => {
  const steps = [asked, callTool('look_up', { order: 17 }), say('It is paid.')];
  expect(await failuresOf({ agent: desk, steps })).toMatchInlineSnapshot(`
    "The run was rejected: ScriptMistakeError: Step 2 (steps[1]) calls look_up({"order":17}) with arguments that fail its schema: "order" is not an argument of this tool. "orderId" is missing (string). The agent "Desk" was asked. Correct the step, or mark the call { hallucinated: true } if the model is meant to be wrong.
    The conversation so far:
      system     You are a helpful agent.
      user       Where is A-17?
    What happened:
      ❯ turn 1  Desk: the script does not fit (ScriptMistakeError)
        ended: failed"
  `);
});

test('options of callTool in place of the arguments', async ({ expect }) => {
  const steps = [asked, callTool('look_up', { hallucinated: true }), say('It is paid.')];
  expect(await failuresOf({ agent: desk, steps })).toMatchInlineSnapshot(`
    "The run was rejected: ScriptMistakeError: Step 2 (steps[1]) calls look_up({"hallucinated":true}) with arguments that fail its schema: "hallucinated" is not an argument of this tool. "orderId" is missing (string). Options are the third argument of callTool. The agent "Desk" was asked. Correct the step, or mark the call { hallucinated: true } if the model is meant to be wrong.
    The conversation so far:
      system     You are a helpful agent.
      user       Where is A-17?
    What happened:
      ❯ turn 1  Desk: the script does not fit (ScriptMistakeError)
        ended: failed"
  `);
});

test('arguments for a plain function', async ({ expect }) => {
  const agent = new Agent({
    name: 'Desk',
    functions: [
      function look_up({ orderId }: { orderId?: string }) {
        return `${orderId} is paid`;
      },
    ],
  });
  const steps = [asked, callTool('look_up', { orderId: 'A-17' }), say('It is paid.')];
  expect(await failuresOf({ agent, steps })).toMatchInlineSnapshot(`
    "The run was rejected: ScriptMistakeError: Step 2 (steps[1]) calls look_up({"orderId":"A-17"}) with arguments that fail its schema: "orderId" is not an argument of this tool. look_up takes no arguments. To give it arguments, define it with tool({ name: "look_up", parameters: … }). The agent "Desk" was asked. Correct the step, or mark the call { hallucinated: true } if the model is meant to be wrong.
    The conversation so far:
      system     You are a helpful agent.
      user       Where is A-17?
    What happened:
      ❯ turn 1  Desk: the script does not fit (ScriptMistakeError)
        ended: failed"
  `);
});

test('a function that forgets to return its answer', async ({ expect }) => {
  const answers: Step[] = [];
  const answer = () => {
    answers.push(say('It is paid.'));
  };
  // @ts-expect-error the compiler says so, too
  expect(await failuresOf({ agent: desk, steps: [asked, answer] })).toMatchInlineSnapshot(`
    "The run was rejected: ScriptMistakeError: The return value of step 2 (steps[1]) must be an answer of the model (say, callTool, …), but is undefined. Is a "return" missing?
    What happened:
      ❯ turn 1  Desk: the script does not fit (ScriptMistakeError)
        ended: failed"
  `);
});

test('a function that returns what the user says', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await failuresOf({ agent: desk, steps: [asked, () => user('And A-18?')] })).toMatchInlineSnapshot(`
    "The run was rejected: ScriptMistakeError: The return value of step 2 (steps[1]) is a step of the user, but a function must return an answer of the model.
    What happened:
      ❯ turn 1  Desk: the script does not fit (ScriptMistakeError)
        ended: failed"
  `);
});

test('a function that returns several answers', async ({ expect }) => {
  const answers = [say('One moment.'), say('It is paid.')];
  // @ts-expect-error the compiler says so, too
  expect(await failuresOf({ agent: desk, steps: [asked, () => answers] })).toMatchInlineSnapshot(`
    "The run was rejected: ScriptMistakeError: The return value of step 2 (steps[1]) must be an answer of the model (say, callTool, …), but is an array of 2 items.
    What happened:
      ❯ turn 1  Desk: the script does not fit (ScriptMistakeError)
        ended: failed"
  `);
});

test('a function that returns a malformed call', async ({ expect }) => {
  const answer = () => ({ calls: [{ tool: 'look_up', arguments: { orderId: 'A-17' } }] });
  expect(await failuresOf({ agent: desk, steps: [asked, answer] })).toMatchInlineSnapshot(`
    "The run was rejected: ScriptMistakeError: Call 1 of the return value of step 2 (steps[1]) has an unknown field "arguments". Its fields: tool, args, rawArgs, id, hallucinated.
    What happened:
      ❯ turn 1  Desk: the script does not fit (ScriptMistakeError)
        ended: failed"
  `);
});

test('one step too few', async ({ expect }) => {
  const steps = [asked, callTool('look_up', { orderId: 'A-17' })];
  expect(await failuresOf({ agent: desk, steps })).toMatchInlineSnapshot(`
    "The run was rejected: ScriptExhaustedError: Completion 2 was requested, but the script has 1 step for the model, and its last step is callTool("look_up", {"orderId":"A-17"}). The agent "Desk" was asked to continue after a "tool" message. say(…) ends a run. Add a step, or check why the run did not stop.
    The conversation so far:
      system     You are a helpful agent.
      user       Where is A-17?
      assistant  look_up({"orderId":"A-17"})
      tool       look_up → A-17 is paid
    What happened:
        turn 1  Desk: look_up({"orderId":"A-17"}) → A-17 is paid
      ❯ turn 2  Desk: the script does not fit (ScriptExhaustedError)
        ended: failed"
  `);
});

test('one step too few before the user speaks again', async ({ expect }) => {
  const steps = [asked, callTool('look_up', { orderId: 'A-17' }), user('And A-18?'), say('It is paid.')];
  expect(await failuresOf({ agent: desk, steps })).toMatchInlineSnapshot(`
    "The run was rejected: ScriptExhaustedError: Completion 2 was requested, but step 3 of the script is user("And A-18?"): the run was expected to have ended. The agent "Desk" was asked to continue after a "tool" message. say(…) ends a run. Add a model step before step 3, or check why the run did not stop.
    The conversation so far:
      system     You are a helpful agent.
      user       Where is A-17?
      assistant  look_up({"orderId":"A-17"})
      tool       look_up → A-17 is paid
    What happened:
        turn 1  Desk: look_up({"orderId":"A-17"}) → A-17 is paid
      ❯ turn 2  Desk: the script does not fit (ScriptExhaustedError)
        ended: failed"
  `);
});

test('one step too many', async ({ expect }) => {
  const steps = [asked, say('One moment.'), callTool('look_up', { orderId: 'A-17' })];
  expect(await failuresOf({ agent: desk, steps })).toMatchInlineSnapshot(`
    "Run 1 ended (completed) before step 3: 1 step is left over. Remove the steps that are not needed, or check why the run stopped early.
      step 3  callTool("look_up", {"orderId":"A-17"})
    What happened:
        turn 1  Desk: says "One moment."
        ended: completed"
  `);
});

test('a failure of the model that is not expected', async ({ expect }) => {
  const steps = [asked, { fault: { kind: 'status', status: 429 } } as const];
  expect(await failuresOf({ agent: desk, steps })).toMatchInlineSnapshot(`
    "The run was rejected: RateLimitError: 429 Scripted fault: status 429.
    If the scenario should expect this error, add expect: { error: { name: "RateLimitError" } }.
    What happened:
      ❯ turn 1  Desk: the model fails (RateLimitError, status 429)
        ended: failed"
  `);
});

test('a user message that differs from the script', async ({ expect }) => {
  const provider = scriptedProvider([user('Where is A-18?'), say('It is paid.')]);
  const swarm = new Swarm({ provider });
  expect(await messageOf(() => swarm.run({ agent: desk, messages }))).toMatchInlineSnapshot(`
    "Step 1 (steps[0]) expects the user to have said "Where is A-18?", but the last user message is "Where is A-17?". The agent "Desk" was asked.
    The conversation so far:
      system     You are a helpful agent.
      user       Where is A-17?"
  `);
});
