import assert from 'node:assert/strict';
import { Agent, tool } from 'swarmcheck';
import { callTool, defineScenario, say, user } from 'swarmcheck/testing';
import { z } from 'zod';

const garden = new Agent({
  name: 'Garden',
  instructions: 'Run the sprinklers.',
  functions: [
    tool({
      name: 'water',
      parameters: z.object({ bed: z.string(), minutes: z.number() }),
      execute({ bed, minutes }, { contextVariables }) {
        (contextVariables['watered'] ??= []).push(bed);
        return `${bed}: ${minutes} minutes`;
      },
    }),
  ],
});

export default defineScenario({
  name: 'arguments that are no JSON run nothing, and the model sends them again in one piece',
  agent: garden,
  steps: [
    user('Water the roses for ten minutes.'),
    callTool('water', '{"bed": "roses", "minutes": '),
    callTool('water', { bed: 'roses', minutes: 10 }),
    say('The roses are being watered.'),
  ],
  expect: { contextVariables: { watered: ['roses'] }, stopReason: 'completed' },
  check({ trace: { toolCalls } }) {
    assert.deepEqual(
      toolCalls.map(({ error, content }) => ({ error, content })),
      [
        {
          error: 'invalid-json',
          content:
            'Error: Invalid arguments for tool water. They are not valid JSON. Arguments: bed (string, required), minutes (number, required).',
        },
        { error: undefined, content: 'roses: 10 minutes' },
      ],
    );
  },
});
