import { expect, test } from 'vitest';
import { Agent } from 'swarmcheck';
import {
  callTool,
  runScenario,
  say,
  ScriptExhaustedError,
  ScriptMistakeError,
  user,
} from 'swarmcheck/testing';
import { messagesOf } from '../support/failures.ts';
import { playRefund, refundSteps, triage } from '../support/agents.ts';

test('steps that are left over are a failure at the first of them', async ({ expect }) => {
  const run = await playRefund({
    steps: [...refundSteps, callTool('look_up', { orderId: 'A-17' }), say('Anything else?')],
  });
  expect(run.passed).toBe(false);
  expect(run.failures).toMatchObject([{ step: 5 }]);
  expect(messagesOf(run)[0]).toMatchInlineSnapshot(`
    "Run 1 ended (completed) before step 5: 2 steps are left over. Remove the steps that are not needed, or check why the run stopped early.
      step 5  callTool("look_up", {"orderId":"A-17"})
      step 6  say("Anything else?")
    What happened:
        turn 1  Triage: transfer_to_refunds() → {"assistant":"Refunds"}
        turn 1  Triage hands off to Refunds
        turn 2  Refunds: issue_refund({"orderId":"A-17","amount":5}) → refunded A-17
        turn 2  context: sets {"refunded":["A-17"]}
        turn 3  Refunds: says "Done: A-17 is refunded."
        ended: completed"
  `);
});

test('steps that an earlier run leaves over are reported with that run', async () => {
  const run = await runScenario({
    agent: new Agent(),
    steps: [user('a'), say('1'), say('2'), user('b'), say('3')],
  });
  expect(run.failures).toMatchObject([
    { step: 3, message: expect.stringMatching(/^Run 1 ended \(completed\) before step 3/) },
  ]);
});

test('steps that an interruption leaves over are reported with the stop reason', async () => {
  const run = await playRefund({ executeTools: false });
  expect(run.failures).toMatchObject([
    { step: 3, message: expect.stringMatching(/^Run 1 ended \(interrupted\) before step 3/) },
  ]);
});

test('a user step without an answer after it leads to a request beyond the script', async () => {
  const run = await playRefund({ steps: [...refundSteps, user('Thanks!')] });
  expect(run.error).toBeInstanceOf(ScriptExhaustedError);
});

test('a request beyond the script is a failure that shows the conversation', async ({ expect }) => {
  const run = await playRefund({ steps: refundSteps.slice(0, 3) });
  expect(run.passed).toBe(false);
  expect(run.error).toBeInstanceOf(ScriptExhaustedError);
  expect(run).not.toHaveProperty('response');
  expect(messagesOf(run)).toHaveLength(1);
  expect(messagesOf(run)[0]?.split('\n').slice(1).join('\n')).toMatchInlineSnapshot(`
    "The conversation so far:
      system     Refund what was paid.
      user       I want my money back for A-17.
      assistant  transfer_to_refunds()
      tool       transfer_to_refunds → {"assistant":"Refunds"}
      assistant  issue_refund({"orderId":"A-17","amount":5})
      tool       issue_refund → refunded A-17
    What happened:
        turn 1  Triage: transfer_to_refunds() → {"assistant":"Refunds"}
        turn 1  Triage hands off to Refunds
        turn 2  Refunds: issue_refund({"orderId":"A-17","amount":5}) → refunded A-17
        turn 2  context: sets {"refunded":["A-17"]}
      ❯ turn 3  Refunds: the script does not fit (ScriptExhaustedError)
        ended: failed"
  `);
});

test('the error of a request beyond the script counts model steps, not all steps', async () => {
  const run = await playRefund({ steps: refundSteps.slice(0, 3) });
  expect(messagesOf(run)[0]).toMatch('Completion 3 was requested, but the script has 2 steps for the model,');
});

test('the error of a request where a user step is next says so', async ({ expect }) => {
  const run = await runScenario({
    agent: triage,
    steps: [user('a'), callTool('transfer_to_refunds'), user('b'), say('c')],
  });
  expect(messagesOf(run)[0]).toMatchInlineSnapshot(`
    "The run was rejected: ScriptExhaustedError: Completion 2 was requested, but step 3 of the script is user("b"): the run was expected to have ended. The agent "Refunds" was asked to continue after a "tool" message. say(…) ends a run. Add a model step before step 3, or check why the run did not stop.
    The conversation so far:
      system     Refund what was paid.
      user       a
      assistant  transfer_to_refunds()
      tool       transfer_to_refunds → {"assistant":"Refunds"}
    What happened:
        turn 1  Triage: transfer_to_refunds() → {"assistant":"Refunds"}
        turn 1  Triage hands off to Refunds
      ❯ turn 2  Refunds: the script does not fit (ScriptExhaustedError)
        ended: failed"
  `);
});

test('a call of a tool that was not offered is a mistake in the script', async () => {
  const run = await playRefund({ steps: [user('x'), callTool('issue_refund', { orderId: 'A-17' })] });
  expect(run.error).toBeInstanceOf(ScriptMistakeError);
  expect(messagesOf(run)[0]).toMatch(
    'ScriptMistakeError: Step 2 (steps[1]) calls the tool "issue_refund", which the model was not offered',
  );
});

test('steps left over after a mistake in the script are not reported', async () => {
  const run = await playRefund({ steps: [user('x'), callTool('nothing'), say('a'), say('b')] });
  expect(messagesOf(run)).toHaveLength(1);
});

test('the failure for a mistake in the script does not suggest to expect it', async () => {
  const run = await playRefund({ steps: [user('x'), callTool('nothing')] });
  expect(messagesOf(run)[0]).not.toMatch('If this is meant to happen');
});

test('a function step sees the results of the tools', async () => {
  const steps = [
    ...refundSteps.slice(0, 3),
    ({ messages }: { messages: { content?: unknown }[] }) =>
      say(`It said: ${String(messages.at(-1)?.content)}`),
  ];
  const run = await playRefund({ steps, expect: { finalMessage: 'It said: refunded A-17' } });
  expect(run.passed).toBe(true);
});

test('a function step that throws rejects the run', async () => {
  const failure = new Error('no idea');
  const run = await runScenario({
    agent: triage,
    steps: [
      user('x'),
      () => {
        throw failure;
      },
    ],
  });
  expect(run.error).toBe(failure);
  expect(run.passed).toBe(false);
});

test('an answer that does not fit ends the scenario, even if it has a fault as well', async () => {
  const damaged = callTool('ghost', {}, { fault: { kind: 'empty-choices' } });
  const run = await runScenario({ agent: triage, steps: [user('a'), damaged, user('b'), say('ok')] });
  expect(run.passed).toBe(false);
  expect(run.error).toBeInstanceOf(ScriptMistakeError);
});

test('a script that does not fit is expected only by the name of its error', async () => {
  const play = (error: { name?: string; message?: string }) =>
    runScenario({ agent: triage, steps: [user('a'), callTool('ghost')], expect: { error } });
  expect((await play({ message: 'ghost' })).passed).toBe(false);
  expect((await play({ name: 'ScriptMistakeError' })).passed).toBe(true);
});
