/** The matchers, applied to a mock that answered an app with its own client. */
import { callTool, callTools, modelFails, say, traceOf, type Step } from 'swarmcheck/testing';
import { test } from 'swarmcheck/vitest';
import { expect } from 'vitest';
import OpenAI from 'openai';
import { bareClient, hello } from '../support/openai-client.ts';
import { askDesk } from './desk.ts';

const refund: Step[] = [
  callTools([callTool('look_up', { orderId: 'A-17' }), callTool('look_up', { orderId: 'B-4' })]),
  callTool('transfer_to_refunds'),
  callTool('issue_refund', { orderId: 'A-17' }),
  say('Done.'),
];

test('toHaveToolCalls and toHaveCalledTool match the calls of an app', async ({ model }) => {
  const mock = model(refund);
  await askDesk('Refund A-17, please.');
  expect(mock).toHaveToolCalls([
    {
      turn: [
        { tool: 'look_up', args: { orderId: 'A-17' } },
        { tool: 'look_up', args: { orderId: 'B-4' } },
      ],
    },
    'transfer_to_refunds',
    { tool: 'issue_refund', argsContain: { orderId: expect.stringMatching(/^A/) } },
  ]);
  expect(mock).not.toHaveToolCalls(['issue_refund']);
  expect(mock).toHaveCalledTool('issue_refund', { orderId: 'A-17' });
  expect(mock).not.toHaveCalledTool('issue_refund', { orderId: 'B-4' });
});

test('toHaveToolResult matches the results of the tools of an app', async ({ model }) => {
  const mock = model(refund);
  await askDesk('Refund A-17, please.');
  expect(mock).toHaveToolResult('look_up', { orderId: 'B-4', paid: true });
  expect(mock).toHaveToolResult('issue_refund', 'refunded A-17');
  expect(mock).not.toHaveToolResult('issue_refund', 'refunded B-4');
});

test('a snapshot of a mock is the story of its app', async ({ model }) => {
  const mock = model(refund);
  await askDesk('Refund A-17, please.');
  expect(mock).toMatchInlineSnapshot(`
    turn 1  Agent: look_up({"orderId":"A-17"}) → {"orderId":"A-17","paid":true}
    turn 1  Agent: look_up({"orderId":"B-4"}) → {"orderId":"B-4","paid":true}
    turn 2  Agent: transfer_to_refunds() → Now in refunds.
    turn 2  Agent hands off to refunds
    turn 3  refunds: issue_refund({"orderId":"A-17"}) → refunded A-17
    turn 4  refunds: says "Done."
    ended: completed
  `);
});

test('toHaveSeen matches the requests of an app', async ({ model }) => {
  const mock = model(refund);
  await askDesk('Refund A-17, please.');
  expect(mock).toHaveSeen({
    agent: 'Agent',
    instructions: 'Find out',
    tools: ['transfer_to_refunds', 'look_up'],
  });
  expect(mock).toHaveSeen({
    agent: 'refunds',
    instructions: /^Refund what was paid/,
    tools: ['issue_refund'],
  });
  expect(mock).toHaveSeen({ message: 'Refund A-17, please.' });
  expect(mock).not.toHaveSeen({ agent: 'refunds', tools: ['look_up'] });
});

test('an app without instructions shows the model only its message', async ({ model }) => {
  const mock = model([say('Hello.')]);
  await bareClient().chat.completions.create(hello);
  expect(mock).toHaveSeen({ message: 'Hello?', tools: [] });
  expect(mock).not.toHaveSeen({ instructions: 'Hello?' });
});

test('a tool named like a handoff, followed by other instructions, is a handoff', async ({ model }) => {
  const mock = model(refund);
  await askDesk('Refund A-17, please.');
  expect(mock).toHaveHandoffOrder(['Agent', 'refunds']);
  expect(mock).not.toHaveHandoffOrder(['Agent']);
});

test('a tool named like a handoff is not a handoff if the instructions stay the same', async ({ model }) => {
  const mock = model([callTool('transfer_to_refunds', {}, { hallucinated: true }), say('Done.')]);
  const client = bareClient();
  const { message } = (await client.chat.completions.create(hello)).choices[0]!;
  const answer = { role: 'tool' as const, tool_call_id: message.tool_calls![0]!.id, content: 'Not today.' };
  await client.chat.completions.create({ ...hello, messages: [...hello.messages, message, answer] });
  expect(mock).toHaveHandoffOrder(['Agent']);
  expect(mock).toHaveToolResult('transfer_to_refunds', 'Not today.');
});

test('toHaveRecoveredFrom matches a call of an unknown tool', async ({ model }) => {
  const mock = model([callTool('weigh', {}, { hallucinated: true }), say('Sorry.')]);
  await askDesk('How heavy is A-17?');
  expect(mock).toHaveRecoveredFrom({ tool: 'weigh', kind: 'unknown-tool', content: 'no tool weigh' });
});

test('toHaveRecoveredFrom matches arguments that are not JSON', async ({ model }) => {
  const mock = model([
    callTool('look_up', '{"orderId":'),
    callTool('look_up', { orderId: 'A-17' }),
    say('Paid.'),
  ]);
  await askDesk('Is A-17 paid?');
  expect(mock).toHaveRecoveredFrom({ tool: 'look_up', kind: 'invalid-json', content: /no JSON/ });
  expect(mock).not.toHaveRecoveredFrom({ kind: 'invalid-arguments' });
});

test('toHaveRecoveredFrom matches arguments that fail the schema', async ({ model }) => {
  const mock = model([callTool('look_up', { order: 17 }, { hallucinated: true }), say('Which order?')]);
  await askDesk('Is A-17 paid?');
  expect(mock).toHaveRecoveredFrom({
    tool: 'look_up',
    kind: 'invalid-arguments',
    content: 'orderId is missing',
  });
});

test('toHaveNoToolErrors matches an app whose model made no wrong call', async ({ model }) => {
  const mock = model(refund);
  await askDesk('Refund A-17, please.');
  expect(mock).toHaveNoToolErrors();
  const wrong = model([callTool('look_up', { order: 17 }, { hallucinated: true }), say('Which order?')]);
  await askDesk('Is A-17 paid?');
  expect(wrong).not.toHaveNoToolErrors();
});

test('an app that got its answer has completed', async ({ model }) => {
  const mock = model([say('Hello.')]);
  await askDesk('Hello?');
  expect(mock).toHaveStoppedBecause('completed');
  expect(mock).not.toHaveStoppedBecause('failed');
});

test('an app that leaves a call unanswered is interrupted', async ({ model }) => {
  const mock = model([callTool('look_up', {}, { hallucinated: true })]);
  await bareClient().chat.completions.create(hello);
  expect(mock).toHaveStoppedBecause('interrupted');
});

test('an app whose model failed has failed', async ({ model }) => {
  const mock = model([modelFails({ kind: 'status', status: 400 })]);
  await expect(askDesk('Hello?')).rejects.toBeInstanceOf(OpenAI.BadRequestError);
  expect(mock).toHaveStoppedBecause('failed');
});

test('a mock without any request has failed', ({ model }) => {
  expect(model([])).toHaveStoppedBecause('failed');
});

test('a new question is a new run', async ({ model }) => {
  const mock = model([say('Hello.'), say('Hello again.')]);
  await askDesk('Hello?');
  await askDesk('And again?');
  expect(mock.trace.requests.map(({ run, turn }) => [run, turn])).toEqual([
    [1, 1],
    [2, 1],
  ]);
});

test('equal conversations have equal traces, whatever their clients are', async ({ model }) => {
  const first = model(refund);
  await askDesk('Refund A-17, please.');
  const second = model(refund);
  await askDesk(
    'Refund A-17, please.',
    new OpenAI({ apiKey: 'other', baseURL: second.baseURL, maxRetries: 0 }),
  );
  expect(second.trace).toHaveSameTraceAs(first.trace);
  expect(traceOf(first)).toEqual(first.trace);
});

test('a failed matcher shows what happened', async ({ model }) => {
  const mock = model(refund);
  await askDesk('Refund A-17, please.');
  expect(() => expect(mock).toHaveToolResult('issue_refund', 'refunded B-4')).toThrow(
    /Expected issue_refund to answer "refunded B-4", but it answered "refunded A-17"[^]*What happened:[^]*Agent hands off to refunds/,
  );
});
