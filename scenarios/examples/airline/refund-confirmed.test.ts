import { Swarm, type Message, type Response } from 'swarmcheck';
import { callTool, say } from 'swarmcheck/testing';
import { test } from 'swarmcheck/vitest';
import { expect } from 'vitest';
import { flightCancel } from './agents.ts';
import { customerCase, type CustomerCase } from './customer-case.ts';
import { initiateRefund } from './tools.ts';

const agent = flightCancel;
const said: Message[] = [
  { role: 'user', content: 'Cancel my flight.' },
  { role: 'assistant', content: 'You get 180 euros back. It cannot be undone.', sender: agent.name },
  { role: 'user', content: 'Yes, cancel it.' },
];

/**
 * A person at the desk, who is shown each interrupted call with its customer, and lets it run or not. Every call gets
 * an answer with its id.
 */
function decide(held: Response<CustomerCase>, isConfirmed: (question: string) => boolean): Message[] {
  const { contextVariables } = held;
  const { name, booking } = contextVariables;
  const last = held.messages.at(-1);
  const calls = (last?.role === 'assistant' && last.tool_calls) || [];
  return calls.map((call): Message => {
    const context = { contextVariables, toolCallId: call.id, signal: new AbortController().signal };
    const tool = call.type === 'function' ? call.function.name : call.type;
    const isRun = tool === initiateRefund.name && isConfirmed(`${tool} for ${name}, ${booking.paid} euros?`);
    const content: string = isRun ? initiateRefund.execute({}, context) : 'The desk has not confirmed this.';
    return { role: 'tool', tool_call_id: call.id, tool_name: tool, content };
  });
}

test('a refund is issued once, after a person confirms it', async ({ script }) => {
  const swarm = new Swarm({
    provider: script([
      callTool('initiate_refund'),
      callTool('case_resolved', { summary: '180 euros refunded.' }),
      say('180 euros go back to your card.'),
    ]),
  });
  const contextVariables = customerCase({ fare: 'flex' });
  const held = await swarm.run({ agent, messages: said, contextVariables, executeTools: false });
  expect(held).toBeInterrupted({ pending: ['initiate_refund'] });
  expect(held.contextVariables.booking.status).toBe('booked');

  const questions: string[] = [];
  const answers = decide(held, (question) => questions.push(question) > 0);
  const messages = [...said, ...held.messages, ...answers];
  const done = await swarm.run({ agent: held.agent, messages, contextVariables: held.contextVariables });

  expect(questions).toEqual(['initiate_refund for Olga Strand, 180 euros?']);
  expect(done).toHaveSeen({
    agent: 'Flight Cancel',
    instructions: 'Fare flex, refunded',
    message: /180 euros go/,
  });
  expect(done).toHaveContextVariables({ credits: 0, resolved: ['180 euros refunded.'] });
  expect(done).toHaveStoppedBecause('completed');
  expect(contextVariables.booking.status).toBe('booked');
});

test('an unconfirmed refund is not issued, and the model gets the reason', async ({ script }) => {
  const swarm = new Swarm({
    provider: script([
      callTool('initiate_refund'),
      callTool('escalate_to_agent', { reason: 'The desk has not confirmed a refund.' }),
      say('A colleague takes over in a few minutes.'),
    ]),
  });
  const contextVariables = customerCase({ fare: 'flex' });
  const held = await swarm.run({ agent, messages: said, contextVariables, executeTools: false });

  const messages = [...said, ...held.messages, ...decide(held, () => false)];
  const done = await swarm.run({ agent: held.agent, messages, contextVariables: held.contextVariables });

  expect(done).toHaveSeen({ agent: 'Flight Cancel', message: 'has not confirmed this' });
  expect(done).toHaveContextVariables({
    booking: contextVariables.booking,
    escalation: 'The desk has not confirmed a refund.',
  });
});
