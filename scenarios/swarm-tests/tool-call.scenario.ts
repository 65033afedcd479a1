import { Agent, tool } from 'swarmcheck';
import { callTool, defineScenario, say, user } from 'swarmcheck/testing';
import { z } from 'zod';

const observatory = new Agent({
  name: 'Observatory',
  functions: [
    tool({
      name: 'point_at',
      parameters: z.object({ star: z.string() }),
      execute({ star }, { contextVariables }) {
        (contextVariables['pointedAt'] ??= []).push(star);
        return 'in view';
      },
    }),
  ],
});

export default defineScenario({
  name: 'the function is run once, with the arguments the model gave, and then the model answers',
  agent: observatory,
  steps: [user('Show me Vega.'), callTool('point_at', { star: 'Vega' }), say('Have a look.')],
  expect: {
    contextVariables: { pointedAt: ['Vega'] },
    finalMessage: 'Have a look.',
    stopReason: 'completed',
  },
});
