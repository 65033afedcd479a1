import { Agent, tool } from 'swarmcheck';
import { callTool, defineScenario, say, user } from 'swarmcheck/testing';
import { z } from 'zod';

const bakery = new Agent({
  name: 'Bakery',
  instructions: 'Take orders. Look at the stock first.',
  functions: [
    tool({
      name: 'check_stock',
      parameters: z.object({ bread: z.string() }),
      execute({ bread }, { contextVariables }) {
        contextVariables['seen'] = bread;
        return { bread, loaves: 3 };
      },
    }),
    tool({
      name: 'reserve',
      parameters: z.object({ bread: z.string(), loaves: z.number().int() }),
      execute({ bread, loaves }, { contextVariables }) {
        if (contextVariables['seen'] !== bread)
          throw new Error(`nobody has looked whether there is any ${bread}`);
        contextVariables['reserved'] = { bread, loaves };
        return 'reserved until six';
      },
    }),
  ],
});

export default defineScenario({
  name: 'the stock is checked first, and then the bread is reserved',
  agent: bakery,
  steps: [
    user('Two loaves of rye for this evening, please.'),
    callTool('check_stock', { bread: 'rye' }),
    callTool('reserve', { bread: 'rye', loaves: 2 }),
    say('Two loaves of rye are put aside until six.'),
  ],
  expect: {
    toolCalls: ['check_stock', { tool: 'reserve', args: { bread: 'rye', loaves: 2 } }],
    contextVariables: { reserved: { bread: 'rye', loaves: 2 } },
    stopReason: 'completed',
  },
});
