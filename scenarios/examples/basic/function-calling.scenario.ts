import { Agent, tool } from 'swarmcheck';
import { callTool, defineScenario, say, user } from 'swarmcheck/testing';
import { z } from 'zod';

const seaside = new Agent({
  functions: [
    tool({
      name: 'water_temperature',
      description: 'Measures the water at a beach.',
      parameters: z.object({ beach: z.string() }),
      execute: () => ({ celsius: 17, waves: 'low' }),
    }),
  ],
});

export default defineScenario({
  name: 'a function that returns an object answers the model with its JSON',
  agent: seaside,
  steps: [
    user('Can I swim at Long Sands?'),
    callTool('water_temperature', { beach: 'Long Sands' }),
    ({ messages }) => say(`Measured just now: ${messages.at(-1)?.content as string}`),
  ],
  expect: {
    toolCalls: [{ tool: 'water_temperature', args: { beach: 'Long Sands' } }],
    finalMessage: 'Measured just now: {"celsius":17,"waves":"low"}',
    stopReason: 'completed',
  },
});
