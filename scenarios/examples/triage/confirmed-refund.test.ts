import { Swarm, type Message, type Response } from 'swarmcheck';
import { callTool, callTools, say } from 'swarmcheck/testing';
import { test } from 'swarmcheck/vitest';
import { expect } from 'vitest';
import { triage } from './agents.ts';
import { runConfirmed } from './confirm.ts';
import { harp, ines, ukulele } from './suite.ts';

const messages: Message[] = [{ role: 'user', content: 'Take R-1 back, please.' }];
const toRefunds = callTool('transfer_to_refunds');
const refund = callTool('refund_rental', { number: 'R-1' });
/** The results of the calls. */
const answersIn = ({ messages }: Response) =>
  messages.flatMap((message) => (message.role === 'tool' ? [message.content] : []));
const start = { agent: triage, messages, contextVariables: ines };

test('a refund is made after a person confirms it, and transfers run without confirmation', async ({
  script,
}) => {
  const provider = script([toRefunds, refund, say('380 euros are on their way.')]);
  const asked: string[] = [];
  const response = await runConfirmed(new Swarm({ provider }), start, (tool, args) => {
    asked.push(`${tool} ${args}`);
    return true;
  });

  expect(asked).toEqual(['refund_rental {"number":"R-1"}']);
  expect(response.contextVariables.rentals).toEqual([{ ...harp, refunded: 380 }, ukulele]);
  expect(response).toMatchObject({ agent: { name: 'Refunds' }, stopReason: 'completed' });
  // The last request is valid for the API: each call once, followed by its answer.
  const shown = provider.requests.at(-1)?.messages;
  expect(shown?.map(({ role }) => role)).toEqual([
    'system',
    'user',
    'assistant',
    'tool',
    'assistant',
    'tool',
  ]);
  expect(shown?.slice(-2)).toMatchObject([
    { tool_calls: [{ id: 'call_2' }] },
    { tool_call_id: 'call_2', content: 'R-1 is refunded with 380 euros.' },
  ]);
});

test('a declined refund is not made, and the model gets the reason', async ({ script }) => {
  const provider = script([toRefunds, refund, say('I am sorry.')]);
  const response = await runConfirmed(new Swarm({ provider }), start, () => false);

  expect(response.contextVariables).toEqual(ines);
  expect(answersIn(response)).toEqual(['{"assistant":"Refunds"}', 'The clerk did not confirm this refund.']);
});

test('calls that need no confirmation run beside a declined one, and each call is answered', async ({
  script,
}) => {
  const discount = callTool('grant_discount', { percent: 5 });
  const provider = script([toRefunds, callTools([refund, discount]), say('5 % off, but no refund.')]);
  const response = await runConfirmed(new Swarm({ provider }), start, () => false);

  expect(response.contextVariables).toEqual({ ...ines, discount: 5 });
  const answered = response.messages.flatMap((message) =>
    message.role === 'tool' ? [message.tool_call_id] : [],
  );
  expect(answered.toSorted()).toEqual(['call_1', 'call_2', 'call_3']);
});

test('a confirmed call with wrong arguments is answered with the mistake', async ({ script }) => {
  const wrong = callTool('refund_rental', { number: 1 }, { hallucinated: true });
  const provider = script([toRefunds, wrong, refund, say('Done.')]);
  const response = await runConfirmed(new Swarm({ provider }), start, () => true);

  expect(answersIn(response)[1]).toMatch('"number" must be a string');
  expect(response.contextVariables.rentals).toEqual([{ ...harp, refunded: 380 }, ukulele]);
});

test('a model that never stops is cut off after 20 turns', async ({ script }) => {
  const lookUp = callTool('look_up_rental', { number: 'R-1' });
  const provider = script([toRefunds, ...Array.from({ length: 19 }, () => lookUp)]);
  const response = await runConfirmed(new Swarm({ provider }), start, () => true);

  expect(response.stopReason).toBe('max_turns');
  expect(provider.requests).toHaveLength(20);
});
