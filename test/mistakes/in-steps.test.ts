import { test } from 'vitest';
import { callTool, callTools, modelFails, say, scriptedProvider, user, type Step } from 'swarmcheck/testing';
import { messageOf } from './message-of.ts';

/** The message with which a script is refused, whose first step is the user's. */
function mistakeIn(...steps: Step[]): Promise<string> {
  return messageOf(() => scriptedProvider([user('Where is A-17?'), ...steps]));
}

test('args beside rawArgs', async ({ expect }) => {
  expect(
    await mistakeIn({ calls: [{ tool: 'look_up', args: { orderId: 'A-17' }, rawArgs: '{"orderId":' }] }),
  ).toMatchInlineSnapshot(`"Step 2 (steps[1]) has a call 1 that has both "args" and "rawArgs". Choose one."`);
});

test('an empty step', async ({ expect }) => {
  expect(await mistakeIn(say('One moment.'), {})).toMatchInlineSnapshot(
    `"Step 3 (steps[2]) is empty. Give it one of say, calls, refusal or fault."`,
  );
});

test('what the user and the model say in one step', async ({ expect }) => {
  expect(await mistakeIn({ user: 'And A-18?', say: 'It is paid.' })).toMatchInlineSnapshot(
    `"Step 2 (steps[1]) has "user" beside "say". What the user says and what the model answers are two steps."`,
  );
});

test('a text in place of a step', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await mistakeIn('It is paid.')).toMatchInlineSnapshot(
    `"Step 2 (steps[1]) must be a step (user, say, callTool, …), but is the string "It is paid."."`,
  );
});

test('a list of steps among the steps', async ({ expect }) => {
  const lookedUp = [callTool('look_up', { orderId: 'A-17' }), say('It is paid.')];
  // @ts-expect-error the compiler says so, too
  expect(await mistakeIn(lookedUp)).toMatchInlineSnapshot(
    `"Step 2 (steps[1]) is a list. Spread it into the steps: ...steps."`,
  );
});

test('a call in place of a step', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await mistakeIn({ tool: 'look_up', args: { orderId: 'A-17' } })).toMatchInlineSnapshot(
    `"Step 2 (steps[1]) is a call, not a step. Use callTool("look_up", …), or put it into "calls"."`,
  );
});

test('a misspelt field of a step', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await mistakeIn({ sya: 'It is paid.' })).toMatchInlineSnapshot(
    `"Step 2 (steps[1]) has an unknown field "sya". Did you mean "say"? Fields: say, calls, refusal, fault, latencyMs, usage, finishReason."`,
  );
});

test('a misspelt option of say', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await mistakeIn(say('It is paid.', { latency: 50 }))).toMatchInlineSnapshot(
    `"Step 2 (steps[1]) has an unknown field "latency". Did you mean "latencyMs"? Fields: say, calls, refusal, fault, latencyMs, usage, finishReason."`,
  );
});

test('a misspelt option of callTool', async ({ expect }) => {
  expect(
    // @ts-expect-error the compiler says so, too
    await messageOf(() => callTool('look_up', { order: 17 }, { halucinated: true })),
  ).toMatchInlineSnapshot(
    `"callTool has no option "halucinated". Did you mean "hallucinated"? Its options: id, hallucinated, say, latencyMs, usage, finishReason, fault."`,
  );
});

test('an answer that is no text', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await mistakeIn(say(17))).toMatchInlineSnapshot(
    `"Step 2 (steps[1]) has a "say" that must be a string, but is the number 17."`,
  );
});

test('a user who says nothing', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await mistakeIn(say('It is paid.'), user())).toMatchInlineSnapshot(
    `"Step 3 (steps[2]) has a "user" that must be a string, but is undefined."`,
  );
});

test('options on a call inside callTools', async ({ expect }) => {
  expect(
    await messageOf(() =>
      callTools([callTool('look_up'), callTool('look_up', { orderId: 'A-17' }, { latencyMs: 50 })]),
    ),
  ).toMatchInlineSnapshot(
    `"Call 2 of callTools carries latencyMs, which belongs to the whole answer: pass it as the second argument of callTools."`,
  );
});

test('names in place of the calls of callTools', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await messageOf(() => callTools(['look_up', 'issue_refund']))).toMatchInlineSnapshot(
    `"Call 1 of callTools must be made by callTool(…), but is the string "look_up"."`,
  );
});

test('a kind of failure that there is not', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await mistakeIn(modelFails({ kind: 'rate-limit' }))).toMatchInlineSnapshot(
    `"Step 2 (steps[1]) has a fault of unknown kind "rate-limit". Kinds: status, reset, no-answer, hung-body, malformed-json, html, empty-choices, missing-choices, no-finish-reason, cut, bad-frame."`,
  );
});

test('a status that is no failure', async ({ expect }) => {
  expect(await mistakeIn(modelFails({ kind: 'status', status: 200 }))).toMatchInlineSnapshot(
    `"Step 2 (steps[1]) has a fault whose "status" must be an HTTP error, 400 to 599, but is the number 200."`,
  );
});

test('an answer that is cut after its end', async ({ expect }) => {
  const fault = { kind: 'cut', afterChunks: 9, by: 'error' } as const;
  expect(await mistakeIn(say('It is paid.', { fault }))).toMatchInlineSnapshot(
    `"Step 2 (steps[1]) has a fault whose "afterChunks" must be a whole number from 0 to 5, because its answer has 6 chunks, but is the number 9."`,
  );
});
