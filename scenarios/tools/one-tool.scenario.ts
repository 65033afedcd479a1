import { Agent, tool } from 'swarmcheck';
import { callTool, defineScenario, say, user } from 'swarmcheck/testing';
import { z } from 'zod';

const harbour = new Agent({
  name: 'Harbour',
  instructions: 'Tell travellers when their ferry leaves.',
  functions: [
    tool({
      name: 'next_ferry',
      description: 'Looks up the next ferry to an island.',
      parameters: z.object({ island: z.string() }),
      execute: ({ island }) => `${island}: 16:40 from pier 2`,
    }),
  ],
});

export default defineScenario({
  name: 'the model answers with what the tool found out',
  agent: harbour,
  steps: [
    user('How do I get to Vinga today?'),
    callTool('next_ferry', { island: 'Vinga' }),
    ({ messages }) => say(`Your ferry is ${messages.at(-1)?.content as string}.`),
  ],
  expect: {
    toolCalls: [{ tool: 'next_ferry', args: { island: 'Vinga' } }],
    finalMessage: 'Your ferry is Vinga: 16:40 from pier 2.',
    stopReason: 'completed',
  },
});
