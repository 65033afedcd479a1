import { expect, test } from 'vitest';
import { Agent, tool } from 'swarmcheck';
import { callTool, callTools, modelFails, refuse, runScenario, say, user } from 'swarmcheck/testing';
import { storyOf } from '../../src/report/scenario-line.ts';
import { story, triage } from './tell.ts';

test('an answer is shown with its text', async ({ expect }) => {
  expect(await story([say('Hello.')])).toMatchInlineSnapshot(`"Triage: says “Hello.” (completed, 1 turn)"`);
});

test('a tool call is shown with its arguments and its result', async ({ expect }) => {
  expect(await story([callTool('look_up', { q: 'A-17' }), say('Found.')])).toMatchInlineSnapshot(
    `"Triage: look_up({"q":"A-17"}) ⇒ {"found":"A-17"}, says “Found.” (completed, 2 turns)"`,
  );
});

test('a tool call without a result is shown alone', async ({ expect }) => {
  expect(await story([callTool('note'), say('Noted.')])).toMatchInlineSnapshot(
    `"Triage: note(), says “Noted.” (completed, 2 turns)"`,
  );
});

test('a handoff shows the next agent, and a tool call the variables that it sets', async ({ expect }) => {
  expect(
    await story([
      callTool('transfer_to_refunds'),
      callTool('issue_refund', { orderId: 'A-17' }),
      say('Done.'),
    ]),
  ).toMatchInlineSnapshot(
    `"Triage: transfer_to_refunds() → Refunds: issue_refund({"orderId":"A-17"}) ⇒ refunded A-17 [sets refunded], says “Done.” (completed, 3 turns)"`,
  );
});

test('a handoff with a value shows the value before the next agent', async ({ expect }) => {
  expect(await story([callTool('transfer_with_a_note'), say('Hello.')])).toMatchInlineSnapshot(
    `"Triage: transfer_with_a_note() ⇒ Be kind. → Refunds: says “Hello.” (completed, 2 turns)"`,
  );
});

test('a handoff of an agent to itself is not shown as a handoff', async () => {
  const agent: Agent = new Agent({
    name: 'Desk',
    functions: [tool({ name: 'again', execute: () => agent })],
  });
  expect(await story([callTool('again'), say('ok')], { agent })).toBe(
    'Desk: again(), says “ok” (completed, 2 turns)',
  );
});

test('a handoff in the last turn shows the next agent, which is never asked', async ({ expect }) => {
  expect(await story([callTool('transfer_to_refunds')], { maxTurns: 1 })).toMatchInlineSnapshot(
    `"Triage: transfer_to_refunds() → Refunds (cut off by maxTurns, 1 turn)"`,
  );
});

test('the calls of a turn are joined by "+", after the text of the answer', async ({ expect }) => {
  const calls = callTools([callTool('look_up', { q: 'a' }), callTool('note')], { say: 'One moment.' });
  expect(await story([calls, say('Here.')])).toMatchInlineSnapshot(
    `"Triage: says “One moment.” look_up({"q":"a"}) ⇒ {"found":"a"} + note(), says “Here.” (completed, 2 turns)"`,
  );
});

test('a failed call is shown with the beginning of its error', async ({ expect }) => {
  const steps = [
    callTool('fail'),
    callTool('nothing', {}, { hallucinated: true }),
    callTool('look_up', '{'),
    callTool('look_up', { q: 7 }, { hallucinated: true }),
    say('Sorry.'),
  ];
  expect(await story(steps)).toMatchInlineSnapshot(
    `"Triage: fail() ✗ The bank is closed., nothing() ✗ Tool nothing not found. Available tools: look_up, fail, not…, look_up({) ✗ They are not valid JSON. Arguments: q (string)., look_up({"q":7}) ✗ "q" must be a string, but is the number 7. Arguments: q (st…, says “Sorry.” (completed, 5 turns)"`,
  );
});

test('a refusal is shown with its text', async ({ expect }) => {
  expect(await story([refuse('I will not.')])).toMatchInlineSnapshot(
    `"Triage: refuses “I will not.” (completed, 1 turn)"`,
  );
});

test('an interrupted run shows the calls that did not run', async ({ expect }) => {
  expect(
    await story([callTools([callTool('look_up', { q: 'a' }), callTool('note')])], { executeTools: false }),
  ).toMatchInlineSnapshot(
    `"Triage: asks for look_up({"q":"a"}) + note() (interrupted before the tools, 1 turn)"`,
  );
});

test('a failure of the model is shown with its class and status', async ({ expect }) => {
  expect(
    await story([callTool('look_up', { q: 'a' }), modelFails({ kind: 'status', status: 429 })]),
  ).toMatchInlineSnapshot(
    `"Triage: look_up({"q":"a"}) ⇒ {"found":"a"}, the model fails (RateLimitError, status 429) (failed, 2 turns)"`,
  );
});

test('a script that does not fit is shown with the class of its error', async ({ expect }) => {
  expect(await story([callTool('note')])).toMatchInlineSnapshot(
    `"Triage: note(), the script does not fit (ScriptExhaustedError) (failed, 2 turns)"`,
  );
});

test('each of several runs begins with its user message', async ({ expect }) => {
  expect(
    await story([
      callTool('transfer_to_refunds'),
      say('Hello.'),
      user('Refund A-17.'),
      callTool('issue_refund', { orderId: 'A-17' }),
      say('Done.'),
    ]),
  ).toMatchInlineSnapshot(
    `"on “hi” Triage: transfer_to_refunds() → Refunds: says “Hello.” (completed, 2 turns); then on “Refund A-17.” Refunds: issue_refund({"orderId":"A-17"}) ⇒ refunded A-17 [sets refunded], says “Done.” (completed, 2 turns)"`,
  );
});

test('a run after a failed run is shown, too', async ({ expect }) => {
  expect(
    await story([modelFails({ kind: 'reset' }), user('Still there?'), say('Yes.')]),
  ).toMatchInlineSnapshot(
    `"on “hi” Triage: the model fails (APIConnectionError, connection error) (failed, 1 turn); then on “Still there?” Triage: says “Yes.” (completed, 1 turn)"`,
  );
});

test('a run with maxTurns 0 says that the agent was never asked', async ({ expect }) => {
  expect(await story([], { maxTurns: 0 })).toMatchInlineSnapshot(
    `"Triage (the model was never asked, maxTurns 0)"`,
  );
});

test('a run that is aborted before its first turn shows only its outcome', async ({ expect }) => {
  const run = await runScenario(
    { agent: triage, steps: [user('hi'), say('Hello.')] },
    { signal: AbortSignal.abort() },
  );
  expect(storyOf(run)).toMatchInlineSnapshot(`"Triage (aborted, 0 turns)"`);
});

test('instructions that throw are shown as a failed run without turns', async ({ expect }) => {
  const agent = new Agent({
    name: 'Desk',
    instructions: () => {
      throw new Error('no such user');
    },
  });
  expect(await story([say('Hello.')], { agent })).toMatchInlineSnapshot(`"Desk (failed, 0 turns)"`);
});
