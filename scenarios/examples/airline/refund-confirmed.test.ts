import { answerPending, Swarm, type Message, type Response } from 'swarmcheck';
import { callTool, say } from 'swarmcheck/testing';
import { test } from 'swarmcheck/vitest';
import { expect } from 'vitest';
import { flightCancel } from './agents.ts';
import { customerCase, type CustomerCase } from './customer-case.ts';

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
function decide(held: Response<CustomerCase>, isConfirmed: (question: string) => boolean) {
  const { name, booking } = held.contextVariables;
  return answerPending(held, ({ tool }) =>
    isConfirmed(`${tool} for ${name}, ${booking.paid} euros?`)
      ? 'execute'
      : { answer: 'The desk has not confirmed this.' },
  );
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
  const done = await swarm.run(await decide(held, (question) => questions.push(question) > 0));

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

  const done = await swarm.run(await decide(held, () => false));

  expect(done).toHaveSeen({ agent: 'Flight Cancel', message: 'has not confirmed this' });
  expect(done).toHaveContextVariables({
    booking: contextVariables.booking,
    escalation: 'The desk has not confirmed a refund.',
  });
});
