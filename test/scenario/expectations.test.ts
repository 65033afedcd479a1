import { expect, test } from 'vitest';
import { callTool, modelFails, say, user } from 'swarmcheck/testing';
import { playRefund, refundFailure, refundSteps } from '../support/agents.ts';
import { messagesOf, reasonsOf } from '../support/failures.ts';

test('unmet toolCalls list the calls that were found, missing and extra', async ({ expect }) => {
  expect(
    await refundFailure({
      toolCalls: ['transfer_to_refunds', { tool: 'issue_refund', args: { orderId: 'A-17', amount: 50 } }],
    }),
  ).toMatchInlineSnapshot(`
    "The tool calls are not as expected (✓ found, ✗ missing, + extra, ! forbidden):
      ✓ transfer_to_refunds
      ✗ issue_refund({"orderId":"A-17","amount":50}), but in issue_refund({"orderId":"A-17","amount":5}) "amount" is 5, not 50
      + issue_refund({"orderId":"A-17","amount":5}), which was not expected
    What happened:
        turn 1  Triage: transfer_to_refunds() → {"assistant":"Refunds"}
        turn 1  Triage hands off to Refunds
      ❯ turn 2  Refunds: issue_refund({"orderId":"A-17","amount":5}) → refunded A-17
        turn 2  context: sets {"refunded":["A-17"]}
        turn 3  Refunds: says "Done: A-17 is refunded."
        ended: completed"
  `);
});

test('unmet agents show the expected and the actual agents', async ({ expect }) => {
  expect(await refundFailure({ agents: ['Triage', 'Sales'] })).toMatchInlineSnapshot(`
    "Expected the agents Triage → Sales, but they were Triage → Refunds.
    What happened:
        turn 1  Triage: transfer_to_refunds() → {"assistant":"Refunds"}
      ❯ turn 1  Triage hands off to Refunds
        turn 2  Refunds: issue_refund({"orderId":"A-17","amount":5}) → refunded A-17
        turn 2  context: sets {"refunded":["A-17"]}
        turn 3  Refunds: says "Done: A-17 is refunded."
        ended: completed"
  `);
});

test('fewer agents than expected are a failure', async () => {
  expect(await refundFailure({ agents: ['Triage', 'Refunds', 'Triage'] })).toMatch(
    'Expected the agents Triage → Refunds → Triage, but they were Triage → Refunds.',
  );
});

test('an unmet stopReason shows the actual stop reason', async ({ expect }) => {
  expect(await refundFailure({ stopReason: 'max_turns' })).toMatchInlineSnapshot(`
    "Expected the run to end with max_turns, but it ended with completed.
    What happened:
        turn 1  Triage: transfer_to_refunds() → {"assistant":"Refunds"}
        turn 1  Triage hands off to Refunds
        turn 2  Refunds: issue_refund({"orderId":"A-17","amount":5}) → refunded A-17
        turn 2  context: sets {"refunded":["A-17"]}
        turn 3  Refunds: says "Done: A-17 is refunded."
      ❯ ended: completed"
  `);
});

test('an unmet context variable shows its path and all variables', async ({ expect }) => {
  expect(await refundFailure({ contextVariables: { refunded: ['A-18'] } })).toMatchInlineSnapshot(`
    "Expected the context variable refunded[0] to be "A-18", but it is "A-17". All context variables: {"user":"Ann","refunded":["A-17"]}.
    What happened:
        turn 1  Triage: transfer_to_refunds() → {"assistant":"Refunds"}
        turn 1  Triage hands off to Refunds
        turn 2  Refunds: issue_refund({"orderId":"A-17","amount":5}) → refunded A-17
      ❯ turn 2  context: sets {"refunded":["A-17"]}
        turn 3  Refunds: says "Done: A-17 is refunded."
        ended: completed"
  `);
});

test('a missing context variable is shown as undefined', async () => {
  expect(await refundFailure({ contextVariables: { closed: true } })).toMatch(
    'Expected the context variable closed to be true, but it is undefined.',
  );
});

test('an unmet finalMessage shows the actual message', async ({ expect }) => {
  expect(await refundFailure({ finalMessage: 'A-18' })).toMatchInlineSnapshot(`
    "Expected the final message to contain "A-18", but it is "Done: A-17 is refunded.".
    What happened:
        turn 1  Triage: transfer_to_refunds() → {"assistant":"Refunds"}
        turn 1  Triage hands off to Refunds
        turn 2  Refunds: issue_refund({"orderId":"A-17","amount":5}) → refunded A-17
        turn 2  context: sets {"refunded":["A-17"]}
      ❯ turn 3  Refunds: says "Done: A-17 is refunded."
        ended: completed"
  `);
});

test('an unmet finalMessage says that no agent said anything', async () => {
  const different = { steps: refundSteps.slice(0, 2), maxTurns: 1 };
  expect(await refundFailure({ finalMessage: 'A-18' }, different)).toMatch(
    'Expected the final message to contain "A-18", but no agent said anything.',
  );
});

test('the final message is the last text, even if a refusal follows it', async () => {
  const steps = [user('x'), callTool('transfer_to_refunds', {}, { say: 'One moment.' }), { refusal: 'No.' }];
  expect((await playRefund({ steps, expect: { finalMessage: 'One moment.' } })).passed).toBe(true);
});

test('an unexpected error says how to expect it', async ({ expect }) => {
  const run = await playRefund({ steps: [user('x'), modelFails({ kind: 'status', status: 429 })] });
  expect(messagesOf(run)).toHaveLength(1);
  expect(messagesOf(run)[0]).toMatchInlineSnapshot(`
    "The run was rejected: RateLimitError: 429 Scripted fault: status 429.
    If the scenario should expect this error, add expect: { error: { name: "RateLimitError" } }.
    What happened:
      ❯ turn 1  Triage: the model fails (RateLimitError, status 429)
        ended: failed"
  `);
});

test('an expected error that does not happen is a failure', async ({ expect }) => {
  expect(await refundFailure({ error: { name: 'RateLimitError', message: '429' } })).toMatchInlineSnapshot(`
    "Expected the last run to be rejected with RateLimitError and a message with "429", but it ended with completed.
    What happened:
        turn 1  Triage: transfer_to_refunds() → {"assistant":"Refunds"}
        turn 1  Triage hands off to Refunds
        turn 2  Refunds: issue_refund({"orderId":"A-17","amount":5}) → refunded A-17
        turn 2  context: sets {"refunded":["A-17"]}
        turn 3  Refunds: says "Done: A-17 is refunded."
      ❯ ended: completed"
  `);
});

test('an error with another name than expected is a failure', async ({ expect }) => {
  const different = { steps: [user('x'), modelFails({ kind: 'reset' })] };
  expect(await refundFailure({ error: { name: 'RateLimitError' } }, different)).toMatchInlineSnapshot(`
    "Expected the last run to be rejected with RateLimitError, but it was rejected with APIConnectionError: Connection error.
      caused by Error: the connection was broken
    What happened:
      ❯ turn 1  Triage: the model fails (APIConnectionError, connection error)
        ended: failed"
  `);
});

test('an error with another message than expected is a failure', async ({ expect }) => {
  const different = { steps: [user('x'), modelFails({ kind: 'status', status: 429 })] };
  expect(await refundFailure({ error: { message: 'tokens' } }, different)).toMatchInlineSnapshot(`
    "Expected the last run to be rejected with a message with "tokens", but it was rejected with RateLimitError: 429 Scripted fault: status 429.
    What happened:
      ❯ turn 1  Triage: the model fails (RateLimitError, status 429)
        ended: failed"
  `);
});

test('an expected error without a name or a message is a failure when the run completes', async () => {
  expect(await refundFailure({ error: {} })).toMatch(
    'to be rejected with an error, but it ended with completed.',
  );
});

test('each unmet expectation is a failure of its own', async ({ expect }) => {
  const run = await playRefund({
    expect: { agents: ['Sales'], stopReason: 'interrupted', finalMessage: 'Nothing.' },
  });
  expect(reasonsOf(run)).toMatchInlineSnapshot(`
    [
      "Expected the agents Sales, but they were Triage → Refunds.",
      "Expected the run to end with interrupted, but it ended with completed.",
      "Expected the final message to contain "Nothing.", but it is "Done: A-17 is refunded.".",
    ]
  `);
});

test('after an unexpected error, no unmet expectation is reported', async () => {
  const run = await playRefund({
    steps: [user('x'), modelFails({ kind: 'reset' })],
    expect: { agents: ['Triage', 'Refunds'], finalMessage: 'Done.' },
  });
  expect(messagesOf(run)).toMatchObject([expect.stringMatching(/^The run was rejected: APIConnectionError/)]);
});

test('only the first message shows what happened', async () => {
  const run = await playRefund({
    expect: { agents: ['Sales'], stopReason: 'interrupted', finalMessage: 'Nothing.' },
  });
  expect(messagesOf(run).map((message) => message.includes('What happened:'))).toEqual([true, false, false]);
});

test('the expectations of a failed run are checked against the events before its error', async () => {
  const steps = [...refundSteps.slice(0, 3), modelFails({ kind: 'status', status: 500 })];
  const run = await playRefund({
    steps,
    expect: {
      error: { name: 'InternalServerError' },
      agents: ['Triage', 'Refunds'],
      contextVariables: { refunded: ['A-17'] },
      toolCalls: ['transfer_to_refunds', 'issue_refund'],
    },
  });
  expect(messagesOf(run)).toEqual([]);
});

test('a long answer is shortened in the list of events', async () => {
  const message = await refundFailure(
    { agents: ['Sales'] },
    { steps: [...refundSteps.slice(0, 3), say('word '.repeat(200))] },
  );
  expect(message.length).toBeLessThan(900);
});

test('the list of events has a heading for each of several runs', async ({ expect }) => {
  const steps = [...refundSteps, user('Thanks!'), say('You are welcome.')];
  expect(await refundFailure({ finalMessage: 'Bye.' }, { steps })).toMatchInlineSnapshot(`
    "Expected the final message to contain "Bye.", but it is "You are welcome.".
    What happened:
        run 1: the user says "I want my money back for A-17."
        turn 1  Triage: transfer_to_refunds() → {"assistant":"Refunds"}
        turn 1  Triage hands off to Refunds
        turn 2  Refunds: issue_refund({"orderId":"A-17","amount":5}) → refunded A-17
        turn 2  context: sets {"refunded":["A-17"]}
        turn 3  Refunds: says "Done: A-17 is refunded."
        ended: completed
        run 2: the user says "Thanks!"
      ❯ turn 1  Refunds: says "You are welcome."
        ended: completed"
  `);
});
