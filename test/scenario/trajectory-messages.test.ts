import { expect, test } from 'vitest';
import { Agent, tool } from 'swarmcheck';
import { callTool, callTools, runScenario, say, user, type Step, type Trajectory } from 'swarmcheck/testing';
import { messagesOf } from '../support/failures.ts';

const agent = new Agent({
  name: 'Desk',
  functions: ['look_up', 'refund', 'close'].map((name) =>
    tool({ name, parameters: { type: 'object', additionalProperties: true }, execute: () => 'ok' }),
  ),
});
const calls = [
  callTool('look_up', { q: 'A-17' }),
  callTools([callTool('refund', { id: 'A-17', amount: 5 }), callTool('close')]),
];

/** The message about an unmet trajectory, without the list of events. */
async function linesOf(toolCalls: Trajectory, steps: Step[] = calls): Promise<string> {
  const run = await runScenario({ agent, steps: [user('x'), ...steps, say('done')], expect: { toolCalls } });
  const [message = 'It passed.'] = messagesOf(run);
  return message.split('\nWhat happened:')[0]!;
}

/** The line that the message points to. */
async function markedLine(toolCalls: Trajectory, steps: Step[] = calls): Promise<string | undefined> {
  const run = await runScenario({ agent, steps: [user('x'), ...steps, say('done')], expect: { toolCalls } });
  return /❯ (.*)/.exec(messagesOf(run)[0] ?? '')?.[1];
}

test('a missing call is marked with ✗', async ({ expect }) => {
  expect(await linesOf(['look_up', 'refund', 'close', 'escalate'])).toMatchInlineSnapshot(`
    "The tool calls are not as expected (✓ found, ✗ missing, + extra, ! forbidden):
      ✓ look_up
      ✓ refund
      ✓ close
      ✗ escalate
    None of the agents that ran has a tool "escalate". The offered tools: look_up, refund, close."
  `);
});

test('an extra call is marked with +', async ({ expect }) => {
  expect(await linesOf(['look_up', 'close'])).toMatchInlineSnapshot(`
    "The tool calls are not as expected (✓ found, ✗ missing, + extra, ! forbidden):
      ✓ look_up
      ✓ close
      + refund({"id":"A-17","amount":5}), which was not expected"
  `);
});

test('a forbidden call is marked with !', async ({ expect }) => {
  expect(await linesOf({ sequence: ['look_up'], allowOthers: true, never: ['close'] }))
    .toMatchInlineSnapshot(`
    "The tool calls are not as expected (✓ found, ✗ missing, + extra, ! forbidden):
      ✓ look_up
      ! close(), which must never be called"
  `);
});

test('a call with other arguments shows the first difference', async ({ expect }) => {
  expect(await linesOf(['look_up', { tool: 'refund', args: { id: 'A-17', amount: 50 } }, 'close']))
    .toMatchInlineSnapshot(`
    "The tool calls are not as expected (✓ found, ✗ missing, + extra, ! forbidden):
      ✓ look_up
      ✗ refund({"id":"A-17","amount":50}), but in refund({"id":"A-17","amount":5}) "amount" is 5, not 50
      ✓ close
      + refund({"id":"A-17","amount":5}), which was not expected"
  `);
});

test('a call without an expected argument shows it as undefined', async ({ expect }) => {
  expect(await linesOf(['look_up', { tool: 'refund', argsContain: { reason: 'late' } }, 'close']))
    .toMatchInlineSnapshot(`
    "The tool calls are not as expected (✓ found, ✗ missing, + extra, ! forbidden):
      ✓ look_up
      ✗ refund(… {"reason":"late"} …), but in refund({"id":"A-17","amount":5}) "reason" is undefined, not "late"
      ✓ close
      + refund({"id":"A-17","amount":5}), which was not expected"
  `);
});

test('expect.any is shown with its type', async ({ expect }) => {
  expect(await linesOf(['look_up', { tool: 'refund', argsContain: { id: expect.any(Number) } }, 'close']))
    .toMatchInlineSnapshot(`
    "The tool calls are not as expected (✓ found, ✗ missing, + extra, ! forbidden):
      ✓ look_up
      ✗ refund(… {"id":Any<Number>} …), but in refund({"id":"A-17","amount":5}) "id" is "A-17", not Any<Number>
      ✓ close
      + refund({"id":"A-17","amount":5}), which was not expected"
  `);
});

test('expect.stringMatching is shown by its name', async () => {
  const lines = await linesOf([
    'look_up',
    { tool: 'refund', argsContain: { id: expect.stringMatching(/^B-/) } },
    'close',
  ]);
  expect(lines).toMatch(/"id" is "A-17", not StringMatching/);
});

test('a call in the wrong order is said to be at another place', async ({ expect }) => {
  expect(await linesOf(['refund', 'look_up', 'close'])).toMatchInlineSnapshot(`
    "The tool calls are not as expected (✓ found, ✗ missing, + extra, ! forbidden):
      ✗ refund, but refund({"id":"A-17","amount":5}) was called at another place
      ✓ look_up
      ✓ close
      + refund({"id":"A-17","amount":5}), which was not expected"
  `);
});

test('a turn with too many calls says how many more it has', async ({ expect }) => {
  expect(await linesOf(['look_up', { turn: ['refund'] }, 'close'])).toMatchInlineSnapshot(`
    "The tool calls are not as expected (✓ found, ✗ missing, + extra, ! forbidden):
      ✓ look_up
      ✗ one turn: refund, but their turn has 1 more
      ✓ close"
  `);
});

test('a turn with a missing call lists the calls that were found', async ({ expect }) => {
  expect(await linesOf(['look_up', { turn: ['refund', 'escalate'] }])).toMatchInlineSnapshot(`
    "The tool calls are not as expected (✓ found, ✗ missing, + extra, ! forbidden):
      ✓ look_up
      ✗ one turn: refund, escalate, but only refund({"id":"A-17","amount":5}) was found at this place
      + close(), which was not expected
    None of the agents that ran has a tool "escalate". The offered tools: look_up, refund, close."
  `);
});

test('a turn whose calls came in two turns lists the calls of the first', async ({ expect }) => {
  expect(await linesOf([{ turn: ['look_up', 'refund'] }, 'close'])).toMatchInlineSnapshot(`
    "The tool calls are not as expected (✓ found, ✗ missing, + extra, ! forbidden):
      ✗ one turn: look_up, refund, but only look_up({"q":"A-17"}) was found at this place
      ✓ close
      + refund({"id":"A-17","amount":5}), which was not expected"
  `);
});

test('calls in any order with a missing call list the calls that were found', async ({ expect }) => {
  expect(await linesOf(['look_up', { anyOrder: ['close', 'escalate'] }])).toMatchInlineSnapshot(`
    "The tool calls are not as expected (✓ found, ✗ missing, + extra, ! forbidden):
      ✓ look_up
      ✗ in any order: close, escalate, but only close() was found at this place
      + refund({"id":"A-17","amount":5}), which was not expected
    None of the agents that ran has a tool "escalate". The offered tools: look_up, refund, close."
  `);
});

test('a turn in any order with a missing call, or a call too many, says so', async ({ expect }) => {
  expect(await linesOf(['look_up', { turnAnyOrder: ['close', 'escalate'] }])).toMatchInlineSnapshot(`
    "The tool calls are not as expected (✓ found, ✗ missing, + extra, ! forbidden):
      ✓ look_up
      ✗ one turn, in any order: close, escalate, but only close() was found at this place
      + refund({"id":"A-17","amount":5}), which was not expected
    None of the agents that ran has a tool "escalate". The offered tools: look_up, refund, close."
  `);
  expect(await linesOf(['look_up', { turnAnyOrder: ['close', 'refund'] }, 'close'])).toMatchInlineSnapshot(`
    "The tool calls are not as expected (✓ found, ✗ missing, + extra, ! forbidden):
      ✓ look_up
      ✓ one turn, in any order: close, refund
      ✗ close"
  `);
  expect(await linesOf([{ turnAnyOrder: ['refund', 'look_up'] }, 'close'])).toMatchInlineSnapshot(`
    "The tool calls are not as expected (✓ found, ✗ missing, + extra, ! forbidden):
      ✗ one turn, in any order: refund, look_up, but only look_up({"q":"A-17"}) was found at this place
      ✓ close
      + refund({"id":"A-17","amount":5}), which was not expected"
  `);
});

test('a call that is not among those of atMost is extra, and so is one too many', async ({ expect }) => {
  expect(await linesOf(['look_up', { atMost: ['close', 'escalate'] }])).toMatchInlineSnapshot(`
    "The tool calls are not as expected (✓ found, ✗ missing, + extra, ! forbidden):
      ✓ look_up
      ✗ at most: close, escalate
      + refund({"id":"A-17","amount":5}), which was not expected"
  `);
  expect(await linesOf([{ atMost: ['look_up', 'look_up'] }, 'close'])).toMatchInlineSnapshot(`
    "The tool calls are not as expected (✓ found, ✗ missing, + extra, ! forbidden):
      ✗ at most: look_up, look_up
      ✓ close
      + refund({"id":"A-17","amount":5}), which was not expected"
  `);
  expect(await linesOf({ sequence: ['look_up', { atMost: [] }, 'close'], allowOthers: true }))
    .toMatchInlineSnapshot(`
    "The tool calls are not as expected (✓ found, ✗ missing, + extra, ! forbidden):
      ✓ look_up
      ✗ no call
      ✓ close
      + refund({"id":"A-17","amount":5}), which was not expected"
  `);
});

test('the message points to the call that atMost does not allow', async () => {
  const forbidden = 'turn 2  Desk: refund({"id":"A-17","amount":5}) → ok';
  expect(await markedLine(['look_up', { atMost: ['close'] }])).toBe(forbidden);
  expect(await markedLine({ sequence: ['look_up', { atMost: ['close'] }], allowOthers: true })).toBe(
    forbidden,
  );
});

test('expected calls are missing in a run without calls', async ({ expect }) => {
  expect(await linesOf(['look_up'], [])).toMatchInlineSnapshot(`
    "The tool calls are not as expected (✓ found, ✗ missing, + extra, ! forbidden):
      ✗ look_up"
  `);
});

test('calls are extra if none were expected', async ({ expect }) => {
  expect(await linesOf([], [callTool('look_up', { q: 'x' })])).toMatchInlineSnapshot(`
    "The tool calls are not as expected (✓ found, ✗ missing, + extra, ! forbidden):
      + look_up({"q":"x"}), which was not expected"
  `);
});

test('long arguments are shortened', async () => {
  const long = 'x'.repeat(5000);
  const lines = await linesOf(
    [{ tool: 'look_up', args: { q: `${long}y` } }],
    [callTool('look_up', { q: long })],
  );
  expect(lines.length).toBeLessThan(1500);
});

test('the message points to the first unexpected call', async () => {
  expect(await markedLine(['look_up', 'close', 'refund'])).toMatch(/^turn 2 {2}Desk: (refund|close)/);
  expect(await markedLine(['close', 'look_up', 'refund'])).toMatch(/^turn 1 {2}Desk: look_up/);
});

test('the message points to a forbidden call', async () => {
  expect(await markedLine({ sequence: [], allowOthers: true, never: ['close'] })).toBe(
    'turn 2  Desk: close() → ok',
  );
});

test('the message points to the end of the run if calls are missing there', async () => {
  expect(await markedLine(['look_up', 'refund', 'close', 'escalate'])).toBe('ended: completed');
});
