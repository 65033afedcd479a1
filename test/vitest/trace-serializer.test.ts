import { Agent, Swarm } from 'swarmcheck';
import { callTool, modelFails, runScenario, say, traceOf, traceSerializer, user } from 'swarmcheck/testing';
import { test } from 'swarmcheck/vitest';
import { expect } from 'vitest';
import { everySource, playDesk, runDesk } from './desk.ts';

for (const [what, source] of await everySource()) {
  test(`a snapshot of ${what} is its story`, () => {
    expect(source).toMatchInlineSnapshot(`
      turn 1  Triage: transfer_to_refunds() → {"assistant":"Refunds"}
      turn 1  Triage hands off to Refunds
      turn 2  Refunds: look_up({"order":17}) → Error: Invalid arguments for tool look_up. "order" is not an argument of this tool. "orderId" is missing (string). Argum… (153 characters)
      turn 3  Refunds: look_up({"orderId":"A-17"}) → {"orderId":"A-17","paid":true}
      turn 3  Refunds: issue_refund({"orderId":"A-17","amount":5}) → refunded A-17
      turn 3  context: sets {"refunded":["A-17"]}
      turn 4  Refunds: says "Done: A-17 is refunded."
      ended: completed
    `);
  });
}

test('a snapshot has at most one line for each event, without ids', async () => {
  const { trace } = await playDesk();
  const text = traceSerializer.serialize(trace);
  expect(text.split('\n').length).toBeLessThanOrEqual(trace.events.length);
  for (const { toolCallId } of trace.toolCalls) expect(text).not.toContain(toolCallId);
});

test('within another value, the lines are in braces and indented', async () => {
  const run = await playDesk();
  expect({ runs: [run], stock: 3 }).toMatchInlineSnapshot(`
    {
      "runs": [
        Trace {
          turn 1  Triage: transfer_to_refunds() → {"assistant":"Refunds"}
          turn 1  Triage hands off to Refunds
          turn 2  Refunds: look_up({"order":17}) → Error: Invalid arguments for tool look_up. "order" is not an argument of this tool. "orderId" is missing (string). Argum… (153 characters)
          turn 3  Refunds: look_up({"orderId":"A-17"}) → {"orderId":"A-17","paid":true}
          turn 3  Refunds: issue_refund({"orderId":"A-17","amount":5}) → refunded A-17
          turn 3  context: sets {"refunded":["A-17"]}
          turn 4  Refunds: says "Done: A-17 is refunded."
          ended: completed
        },
      ],
      "stock": 3,
    }
  `);
});

test('a snapshot in a file is the same text', async () => {
  expect(await runDesk()).toMatchSnapshot();
});

test('line breaks are escaped, and secrets are redacted', async () => {
  const agent = new Agent({
    name: 'Odd\nname',
    functions: [
      function look_up() {
        return 'two\nlines\u2028and ann@example.org';
      },
      function fail() {
        throw new TypeError('no\nstack');
      },
    ],
  });
  const fails = modelFails({ kind: 'status', status: 429 });
  const steps = [user('a'), callTool('look_up'), callTool('fail'), say('b\r\nc'), user('d\ne'), fails];
  expect(await runScenario({ agent, steps })).toMatchInlineSnapshot(`
    run 1: the user says "a"
    turn 1  Odd\\nname: look_up() → two\\nlines\\u2028and email-1@redacted.invalid
    turn 2  Odd\\nname: fail() → Error: Tool fail failed: TypeError
    turn 3  Odd\\nname: says "b\\r\\nc"
    ended: completed
    run 2: the user says "d\\ne"
    turn 1  Odd\\nname: the model fails (RateLimitError, status 429)
    ended: failed
  `);
});

test('values that have more to print than a trace are printed as before', async ({ script }) => {
  const response = await runDesk();
  const failing = new Swarm({ provider: script([modelFails({ kind: 'status', status: 429 })]) }).run({
    agent: new Agent(),
    messages: [],
  });
  const error: unknown = await failing.catch((thrown: unknown) => thrown);
  expect(traceOf(error as object).outcome).toBe('failed');
  for (const value of [
    error,
    { ...response },
    { trace: traceOf(response), stock: 3 },
    {},
    [],
    null,
    'x',
    () => {},
  ])
    expect(traceSerializer.test(value)).toBe(false);
  for (const value of [response, traceOf(response), await playDesk()])
    expect(traceSerializer.test(value)).toBe(true);
});

test('a serializer that is added later takes precedence', async () => {
  const run = await playDesk();
  // Other files share this process, so it applies to one object only.
  expect.addSnapshotSerializer({ test: (value) => value === run, serialize: () => 'mine' });
  expect([run, traceOf(run).outcome]).toMatchInlineSnapshot(`
    [
      mine,
      "completed",
    ]
  `);
});
