/** Mistakes in the steps of a script. Each title names a mistake; the test shows its error. */
import { test } from 'vitest';
import { callTool, callTools, modelFails, say, scriptedProvider, user, type Step } from 'swarmcheck/testing';
import { tool } from 'swarmcheck';
import { errorOf, messageOf } from '../support/failures.ts';
import { factsOf, factsOfMistake } from '../support/facts-of.ts';

/** The error with which a script is refused that has these steps after a user step. */
function mistakeIn(...steps: Step[]): Promise<Error> {
  return errorOf(() => scriptedProvider([user('Where is A-17?'), ...steps]));
}

test('args beside rawArgs', async ({ expect }) => {
  expect(
    (await mistakeIn({ calls: [{ tool: 'look_up', args: { orderId: 'A-17' }, rawArgs: '{"orderId":' }] }))
      .message,
  ).toMatchInlineSnapshot(`"Call 1 of step 2 (steps[1]) has both "args" and "rawArgs". Choose one."`);
});

test('an empty step', async ({ expect }) => {
  expect((await mistakeIn(say('One moment.'), {})).message).toMatchInlineSnapshot(
    `"Step 3 (steps[2]) is empty. Give it one of user, say, calls, refusal or fault."`,
  );
});

test('a user message and an answer in one step', async ({ expect }) => {
  expect((await mistakeIn({ user: 'And A-18?', say: 'It is paid.' })).message).toMatchInlineSnapshot(
    `"Step 2 (steps[1]) has "user" beside "say". Make two steps: one for the user, and one for the model."`,
  );
});

test('a text in place of a step', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect((await mistakeIn('It is paid.')).message).toMatchInlineSnapshot(
    `"Step 2 (steps[1]) must be a step (user, say, callTool, …), but is the string "It is paid."."`,
  );
});

test('a list of steps among the steps', async ({ expect }) => {
  const lookedUp = [callTool('look_up', { orderId: 'A-17' }), say('It is paid.')];
  // @ts-expect-error the compiler says so, too
  expect((await mistakeIn(lookedUp)).message).toMatchInlineSnapshot(
    `"Step 2 (steps[1]) is a list. Spread it into the steps: ...steps."`,
  );
});

test('a call in place of a step', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect((await mistakeIn({ tool: 'look_up', args: { orderId: 'A-17' } })).message).toMatchInlineSnapshot(
    `"Step 2 (steps[1]) is a call, not a step. Use callTool("look_up", …), or put it into "calls"."`,
  );
});

test('a misspelt field of a step', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect((await mistakeIn({ sya: 'It is paid.' })).message).toMatchInlineSnapshot(
    `"Step 2 (steps[1]) has an unknown field "sya". Did you mean "say"? Its fields: user, say, calls, refusal, fault, latencyMs, usage, finishReason, hallucinated."`,
  );
});

test('a misspelt user of a step in JSON', async ({ expect }) => {
  const steps = [{ usr: 'Where is A-17?' }] as unknown as Step[];
  expect(await messageOf(() => scriptedProvider(steps))).toMatchInlineSnapshot(
    `"Step 1 (steps[0]) has an unknown field "usr". Did you mean "user"? Its fields: user, say, calls, refusal, fault, latencyMs, usage, finishReason, hallucinated."`,
  );
});

test('a text that is undefined', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  const error = await mistakeIn(say(undefined));
  expect(error.message).toMatchInlineSnapshot(
    `"Step 2 (steps[1]) has a "say" that must have a value, but is undefined."`,
  );
  expect(factsOf(error, 'expected')).toEqual({
    error: 'ScriptMistakeError',
    step: 2,
    field: 'say',
    expected: 'a value',
    given: 'undefined',
  });
});

test('steps that are not given', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await messageOf(() => scriptedProvider())).toMatchInlineSnapshot(
    `"The steps of a script must be a list, not undefined. Write [user(…), say(…), …]."`,
  );
});

test('a misspelt option of say', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(factsOf(await mistakeIn(say('It is paid.', { latency: 50 })))).toEqual({
    error: 'ScriptMistakeError',
    step: 2,
    field: 'latency',
    suggestion: 'latencyMs',
  });
});

test('a misspelt option of callTool', async ({ expect }) => {
  expect(
    // @ts-expect-error the compiler says so, too
    await factsOfMistake(() => callTool('look_up', { order: 17 }, { halucinated: true })),
  ).toEqual({ error: 'ScriptMistakeError', field: 'halucinated', suggestion: 'hallucinated' });
});

test('an answer that is not a text', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect((await mistakeIn(say(17))).message).toMatchInlineSnapshot(
    `"Step 2 (steps[1]) has a "say" that must be a string, but is the number 17."`,
  );
});

test('a user step without a text', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(factsOf(await mistakeIn(say('It is paid.'), user()))).toEqual({
    error: 'ScriptMistakeError',
    step: 3,
    field: 'user',
    given: 'undefined',
  });
});

test('options on a call inside callTools', async ({ expect }) => {
  expect(
    await messageOf(() =>
      callTools([callTool('look_up'), callTool('look_up', { orderId: 'A-17' }, { latencyMs: 50 })]),
    ),
  ).toMatchInlineSnapshot(
    `"Call 2 of callTools sets latencyMs, which belongs to the whole answer. Pass it as the second argument of callTools."`,
  );
});

test('names in place of the calls of callTools', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await messageOf(() => callTools(['look_up', 'issue_refund']))).toMatchInlineSnapshot(
    `"Call 1 of callTools must be made by callTool(…), but is the string "look_up"."`,
  );
});

test('an unknown kind of fault', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect((await mistakeIn(modelFails({ kind: 'rate-limit' }))).message).toMatchInlineSnapshot(
    `"Step 2 (steps[1]) has a fault of unknown kind "rate-limit". Kinds: status, reset, no-answer, hung-body, malformed-json, html, empty-choices, missing-choices, no-finish-reason, cut, bad-frame."`,
  );
});

test('a status that is not an error', async ({ expect }) => {
  expect((await mistakeIn(modelFails({ kind: 'status', status: 200 }))).message).toMatchInlineSnapshot(
    `"Step 2 (steps[1]) has a fault whose "status" must be an HTTP error, 400 to 599, but is the number 200."`,
  );
});

test('an answer that is cut after its end', async ({ expect }) => {
  const fault = { kind: 'cut', afterChunks: 9, by: 'error' } as const;
  expect((await mistakeIn(say('It is paid.', { fault }))).message).toMatchInlineSnapshot(
    `"Step 2 (steps[1]) has a fault whose "afterChunks" must be a whole number from 0 to 5, because its answer has 6 chunks, but is the number 9."`,
  );
});

test('the arguments before the name of the tool', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await factsOfMistake(() => callTool({ orderId: 'A-17' }, 'look_up'))).toEqual({
    error: 'ScriptMistakeError',
    given: 'an object',
  });
});

test('a tool in place of its name', async ({ expect }) => {
  const look_up = tool({ name: 'look_up', execute: () => 'found' });
  // @ts-expect-error the compiler says so, too
  expect(await messageOf(() => callTool(look_up))).toMatchInlineSnapshot(
    `"callTool takes the tool's name first, then its arguments, but was given an object first. Write callTool("look_up", …)."`,
  );
});

test('callTool without an argument', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await factsOfMistake(() => callTool())).toEqual({ error: 'ScriptMistakeError', given: 'undefined' });
});

test('true in place of the options of callTool', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await factsOfMistake(() => callTool('look_up', { order: 17 }, true))).toEqual({
    error: 'ScriptMistakeError',
    given: 'the boolean true',
  });
});

test('a list in place of named arguments', async ({ expect }) => {
  expect((await mistakeIn(callTool('look_up', ['A-17']))).message).toMatchInlineSnapshot(
    `"Call 1 of step 2 (steps[1]) has "args" that must be an object, not an array of 1 item. Pass arguments by name: { name: value }."`,
  );
});

test('an argument without a name', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect((await mistakeIn(callTool('look_up', 17))).message).toMatchInlineSnapshot(
    `"Call 1 of step 2 (steps[1]) has "args" that must be an object, not the number 17. To send malformed arguments, use rawArgs."`,
  );
});

test('calls as separate arguments of callTools', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect(await messageOf(() => callTools(callTool('look_up'), callTool('close')))).toMatchInlineSnapshot(
    `"callTools takes a list of calls, but was given an object. Write callTools([callTool(…), callTool(…)])."`,
  );
});

test('steps as separate arguments', async ({ expect }) => {
  expect(
    // @ts-expect-error the compiler says so, too
    await messageOf(() => scriptedProvider(say('One moment.'), say('It is paid.'))),
  ).toMatchInlineSnapshot(
    `"The steps of a script must be a list, not an object. Write [user(…), say(…), …]."`,
  );
});

test('a message in place of a step', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect((await mistakeIn({ role: 'assistant', content: 'It is paid.' })).message).toMatchInlineSnapshot(
    `"Step 2 (steps[1]) is a message. Write user(…) or say(…). Earlier messages belong in "messages"."`,
  );
});

test('a builder that is not called', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect((await mistakeIn(say)).message).toMatchInlineSnapshot(
    `"Step 2 (steps[1]) is the function say itself. Call it: say(…)."`,
  );
});

test('a status in place of a fault', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect((await mistakeIn(modelFails(429))).message).toMatchInlineSnapshot(
    `"Step 2 (steps[1]) has a "fault" that must be an object with a kind, but is the number 429. Write modelFails({ kind: "status", status: 429 })."`,
  );
});

test('the kind of a fault in place of the fault', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect((await mistakeIn(modelFails('cut'))).message).toMatchInlineSnapshot(
    `"Step 2 (steps[1]) has a "fault" that must be an object with a kind, but is the string "cut". Write modelFails({ kind: "cut", … })."`,
  );
});

test('an error in place of a fault', async ({ expect }) => {
  // @ts-expect-error the compiler says so, too
  expect((await mistakeIn(modelFails(new Error('rate limit')))).message).toMatchInlineSnapshot(
    `"Step 2 (steps[1]) has a "fault" that must be an object with a kind, but is an Error. Kinds: status, reset, no-answer, hung-body, malformed-json, html, empty-choices, missing-choices, no-finish-reason, cut, bad-frame."`,
  );
});

test('a misspelt field of a fault', async ({ expect }) => {
  expect(
    // @ts-expect-error the compiler says so, too
    factsOf(await mistakeIn(modelFails({ kind: 'status', status: 429, retryAfter: 20 }))),
  ).toEqual({
    error: 'ScriptMistakeError',
    step: 2,
    field: 'retryAfter',
    suggestion: 'retryAfterMs',
  });
});
