import assert from 'node:assert/strict';
import { Agent, tool } from 'swarmcheck';
import { callTool, defineScenario, say, user } from 'swarmcheck/testing';
import { z } from 'zod';

class DeclinedError extends Error {}

async function charge(card: string): Promise<string> {
  await Promise.resolve();
  if (card === 'old') throw new DeclinedError('the card ran out in March');
  return 'paid';
}

const kiosk = new Agent({
  name: 'Kiosk',
  instructions: 'Sell parking permits.',
  functions: [
    tool({
      name: 'pay',
      parameters: z.object({ card: z.enum(['old', 'new']) }),
      execute: ({ card }) => charge(card),
    }),
  ],
});

export default defineScenario({
  name: 'an async tool that rejects is answered with its message, and the model pays another way',
  agent: kiosk,
  steps: [
    user('A permit for one month. Take whichever card works.'),
    callTool('pay', { card: 'old' }),
    callTool('pay', { card: 'new' }),
    say('Paid with your new card.'),
  ],
  expect: { stopReason: 'completed' },
  check({ trace: { toolCalls } }) {
    assert.deepEqual(
      toolCalls.map(({ error, content }) => ({ error, content })),
      [
        { error: 'threw', content: 'Error: Tool pay failed: the card ran out in March' },
        { error: undefined, content: 'paid' },
      ],
    );
  },
});
